package prometheus

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// target is one process that Prometheus scrapes.
type target struct{ job, instance string }

func targetOf(m model.Metric) target {
	return target{string(m[model.JobLabel]), string(m[model.InstanceLabel])}
}

// byTarget keeps the processes apart.
const byTarget = " by (job, instance) "

// roleLabel is the label of milvusNodes that names a role.
const roleLabel = "role_name"

// The names of processes that have several roles.
const (
	standaloneRole = "standalone"
	mixcoordRole   = "mixcoord"
	streamingRole  = "streamingnode"
	unknownRole    = "unknown"
)

// roles reads of each process the roles that it has registered.
func (milvus) roles(ctx context.Context, s *Source, v *inventory, from, to time.Time) (map[target][]string, error) {
	if !v.names[milvusNodes] {
		return nil, nil
	}
	found, warnings, err := s.api.Series(ctx, []string{s.metric(milvusNodes)}, from, to)
	if err != nil {
		return nil, classify(ctx, s.api, err)
	}
	v.warned(warnings)
	roles := map[target][]string{}
	for _, labels := range found {
		of := targetOf(model.Metric(labels))
		if role := string(labels[roleLabel]); !slices.Contains(roles[of], role) {
			roles[of] = append(roles[of], role)
		}
	}
	return roles, nil
}

// plays reports whether any process has one of the roles, which are joined by |.
func (v *inventory) plays(roles string) bool {
	for _, has := range v.roles {
		if slices.ContainsFunc(strings.Split(roles, "|"), func(role string) bool { return slices.Contains(has, role) }) {
			return true
		}
	}
	return false
}

// role names what a process does: its role where it has one. One that has registered
// none has the one that its job is named by, as in milvus-querynode.
func (v *inventory) role(m model.Metric) string {
	of := targetOf(m)
	has := slices.Sorted(slices.Values(v.roles[of]))
	coordinates := func(role string) bool { return strings.HasSuffix(role, "coord") }
	switch {
	case len(has) == 1:
		return has[0]
	case len(has) == 0:
		return roleOfJob(of.job)
	case slices.Contains(has, proxyRole):
		return standaloneRole
	case !slices.ContainsFunc(has, func(role string) bool { return !coordinates(role) }):
		return mixcoordRole
	case slices.Contains(has, streamingRole): // which brings a query node along
		return streamingRole
	}
	return strings.Join(has, "+")
}

// jobRoles are those that a job may be named by.
var jobRoles = []string{
	standaloneRole, mixcoordRole, streamingRole, proxyRole, "rootcoord", "querycoord", "datacoord", "indexcoord", "querynode", "datanode", "indexnode",
}

func roleOfJob(job string) string {
	last := job[strings.LastIndexAny(job, "-_/")+1:]
	if slices.Contains(jobRoles, last) {
		return last
	}
	return unknownRole
}

// check names the release and the processes.
func (milvus) check(ctx context.Context, s *Source) (string, error) {
	hour := s.now().Truncate(time.Hour)
	v, err := s.known(ctx, hour.Add(-time.Hour), hour.Add(time.Hour))
	if err != nil {
		return "", err
	}
	if !v.names[milvusBuild] && !v.names[milvusNodes] {
		return "", signal.Faultf("%s has targets that fit {%s}, but none that is a Milvus: see that services[].selector fits it and that its port 9091 is scraped", where(s.api), s.selector)
	}
	what := []string{"Milvus"}
	if v.names[milvusBuild] {
		versions, _, err := LabelValues(ctx, s.api, "version", []string{s.metric(milvusBuild)}, s.now().Add(-lookback), s.now())
		if err != nil {
			return "", err
		}
		for _, version := range versions {
			what = append(what, string(version))
		}
	}
	var processes []string
	for of := range v.roles {
		processes = append(processes, v.role(model.Metric{model.JobLabel: model.LabelValue(of.job), model.InstanceLabel: model.LabelValue(of.instance)}))
	}
	slices.Sort(processes)
	if processes = slices.Compact(processes); len(processes) > 0 {
		what = append(what, "("+strings.Join(processes, ", ")+")")
	}
	return strings.Join(what, " ") + ", ", nil
}

// lookback is how long a Prometheus takes a figure for the newest one.
const lookback = 5 * time.Minute
