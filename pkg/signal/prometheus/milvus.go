package prometheus

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// milvus is the dialect of Milvus, of the releases 2.4 to 2.6 and 3.x, whether one
// process has all roles or each its own. Metrics with labels are there after their
// first use only: that a process which tells them is there has to do.
type milvus struct{}

// The metrics of Milvus. Latencies are in milliseconds.
const (
	milvusNodes      = "milvus_num_node" // 1 for each role of each process
	milvusBuild      = "milvus_build_info"
	milvusRequests   = "milvus_proxy_req_count"
	milvusLimited    = "milvus_proxy_rate_limit_req_count"
	milvusReads      = "milvus_proxy_sq_latency"
	milvusWrites     = "milvus_proxy_mutation_latency"
	milvusQueue      = "milvus_proxy_queue_task_num"
	milvusSegments   = "milvus_datacoord_segment_num"
	milvusRows       = "milvus_datacoord_stored_rows_num"
	milvusCheckpoint = "milvus_datacoord_channel_checkpoint_unix_seconds" // of each channel
	milvusEntities   = "milvus_rootcoord_entity_num"
	milvusQuota      = "milvus_rootcoord_quota_states" // 1 for each quota that is exceeded
)

// The roles whose processes have the metrics, as milvusNodes calls them. From 2.6
// on one coordinator has the work of all.
const (
	proxyRole = "proxy"
	dataRole  = "datacoord|mixcoord"
	rootRole  = "rootcoord|mixcoord"
	bothRoles = "rootcoord|datacoord|mixcoord"
)

// teller is what gives a signal: any of the metrics, which processes of a role have.
type teller struct {
	metrics []string
	roles   string
}

var milvusTellers = map[signal.Signal]teller{
	signal.QPS:           {[]string{milvusRequests}, proxyRole},
	signal.Requests:      {[]string{milvusRequests}, proxyRole},
	signal.Success:       {[]string{milvusRequests}, proxyRole},
	signal.Errors:        {[]string{milvusRequests}, proxyRole},
	signal.Rejections:    {[]string{milvusRequests, milvusLimited}, proxyRole},
	signal.Latency:       {[]string{milvusReads, milvusWrites}, proxyRole},
	signal.Queue:         {[]string{milvusQueue}, proxyRole},
	signal.Segments:      {[]string{milvusSegments}, dataRole},
	signal.CheckpointLag: {[]string{milvusCheckpoint}, dataRole},
	signal.Entities:      {[]string{milvusEntities, milvusRows}, bothRoles},
	signal.Quota:         {[]string{milvusQuota}, rootRole},
	signal.Nodes:         {[]string{milvusNodes}, ""},
}

// milvusLabels are the labels that hold the dimensions of the newest release.
var milvusLabels = map[string]map[signal.Dimension]string{
	milvusRequests: {signal.Operation: "function_name", signal.Database: "db_name", signal.Collection: "collection_name"},
	milvusReads:    {signal.Operation: "query_type", signal.Database: "db_name", signal.Collection: "collection_name"},
	milvusWrites:   {signal.Operation: "msg_type", signal.Database: "db_name", signal.Collection: "collection_name"},
	milvusEntities: {signal.Database: "db_name", signal.Collection: "collection_name"},
	milvusRows:     {signal.Database: "db_name", signal.Collection: "collection_name"},
	milvusSegments: {signal.State: "segment_state"},
	milvusQuota:    {signal.State: "quota_states"},
	milvusQueue:    {signal.QueueType: "queue_type"},
	milvusNodes:    {signal.Role: "role_name"},
}

// milvusDescribed are the metrics whose labels differ from release to release.
var milvusDescribed = []candidate{
	{name: milvusRequests},
	{name: milvusReads, kind: histogram},
	{name: milvusWrites, kind: histogram},
	{name: milvusEntities, kind: gauge},
	{name: milvusRows, kind: gauge},
}

func (milvus) kind() signal.Kind { return signal.Milvus }

func (milvus) names() []string {
	names := []string{coresMetric, milvusBuild}
	for _, d := range signal.Catalogue {
		names = append(names, milvusTellers[d.Signal].metrics...)
		if _, never := d.Cannot[signal.Milvus]; !never {
			for _, c := range milvusProcess(d.Signal) {
				names = append(names, c.names()...)
			}
		}
	}
	for _, c := range milvusDescribed {
		names = append(names, c.names()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// milvusProcess is the metric of the process that gives a signal.
func milvusProcess(s signal.Signal) []candidate {
	all := processMetrics[s]
	return all[:min(1, len(all))] // the others are those of other services
}

func (milvus) described() []candidate { return milvusDescribed }

// complete adds nothing: who could tell what is not there is in the roles.
func (milvus) complete(*inventory) {}

func (milvus) lacking(s *Source, v *inventory, wanted signal.Signal) string {
	t, own := milvusTellers[wanted]
	if !own {
		if metrics := milvusProcess(wanted); len(v.find(metrics)) == 0 {
			return fmt.Sprintf("Prometheus has no %s for {%s}: see that it is not dropped where Milvus is scraped", list(metrics), s.selector)
		}
		return ""
	}
	if slices.ContainsFunc(t.metrics, v.has) || t.roles != "" && v.plays(t.roles) {
		return ""
	}
	return fmt.Sprintf("Prometheus has no %s for {%s}: see that services[].selector fits a Milvus, and that port 9091 of %s is scraped",
		strings.Join(t.metrics, " and no "), s.selector, processesOf(t.roles))
}

// processesOf says which process to scrape for a signal.
func processesOf(roles string) string {
	if roles == "" {
		return "each of its processes"
	}
	return "its " + strings.ReplaceAll(roles, "|", " or ") + " (or standalone)"
}

// has reports whether a metric is there, in any of its forms.
func (v *inventory) has(metric string) bool { return v.names[metric] || v.names[metric+"_count"] }

func (d milvus) plan(s *Source, v *inventory, r signal.Request) (*plan, error) {
	switch r.Signal {
	case signal.QPS, signal.Requests, signal.Success, signal.Errors, signal.Rejections:
		return d.planRequests(s, v, r)
	case signal.Latency:
		return d.planLatency(s, v, r)
	case signal.Queue, signal.Segments, signal.Entities, signal.CheckpointLag, signal.Nodes:
		return d.planFigure(s, v, r)
	case signal.Quota:
		return d.planQuota(s, v, r)
	}
	return s.planProcess(v, r, milvusProcess(r.Signal)), nil
}

// split gives the labels by which metrics are kept apart for the dimensions of a
// request, and how its keys are read off them. It fails where the release of this
// Milvus lacks a label; a metric that was not used yet is taken for the newest one.
func (milvus) split(v *inventory, r signal.Request, metrics ...string) (by []string, keys []func(model.Metric) string, err error) {
	for _, dim := range r.SplitBy {
		part := keyPart{statusLabel}
		if dim != signal.Status {
			if part, err = v.labelsFor(r.Signal, dim, metrics); err != nil {
				return nil, nil, err
			}
			by = append(by, part...)
		}
		of := part.of
		if dim == signal.Operation {
			of = func(m model.Metric) string { return milvusFunction(part.of(m)) }
		}
		keys = append(keys, of)
	}
	return by, keys, nil
}

func (v *inventory) labelsFor(s signal.Signal, dim signal.Dimension, metrics []string) (keyPart, error) {
	var part keyPart
	for _, metric := range metrics {
		label := milvusLabels[metric][dim]
		if has, described := v.labels[metric]; described && !slices.Contains(has, label) {
			return nil, &signal.Unsupported{Signal: s, Reason: fmt.Sprintf("%s of this release of Milvus has no label %s: leave %s out of splitBy", metric, label, dim)}
		}
		if !slices.Contains(part, label) {
			part = append(part, label)
		}
	}
	return part, nil
}
