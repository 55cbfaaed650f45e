package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"

	"github.com/heartline-monitor/heartline/pkg/milvus"
)

// Targets looks whether Prometheus answers, and whether what it scrapes does.
func Targets(api v1.API) Check {
	return func(ctx context.Context) []Finding {
		targets, err := api.Targets(ctx)
		if err != nil {
			return []Finding{unreachable(err)}
		}
		if len(targets.Active) == 0 {
			return []Finding{{
				Part: "prometheus", Status: Warning, What: "it answers, and scrapes nothing",
				Remedy: "name what is to be scraped in scrape_configs of its configuration, as in deploy/prometheus/prometheus.yml, and reload it",
			}}
		}
		up := 0
		var found []Finding
		for _, t := range targets.Active {
			if t.Health == v1.HealthGood {
				up++
				continue
			}
			found = append(found, target(t))
		}
		all := Finding{Part: "prometheus", Status: OK, What: fmt.Sprintf("it answers; %d of %d targets are up", up, len(targets.Active))}
		return append([]Finding{all}, found...)
	}
}

func target(t v1.ActiveTarget) Finding {
	f := Finding{Part: fmt.Sprintf("target %s %s", t.Labels["job"], t.Labels["instance"]), Status: Error, What: t.LastError}
	f.Remedy = "see that " + t.ScrapeURL + " answers from where Prometheus runs, and that the target is still wanted in scrape_configs"
	if t.Health == v1.HealthUnknown {
		f.Status, f.What, f.Remedy = Warning, "it was not scraped yet", "wait one scrape interval and look again"
	}
	return f
}

func unreachable(err error) Finding {
	return Finding{
		Part: "prometheus", Status: Error, What: err.Error(),
		Remedy: "see that Prometheus runs and that the address, metrics.url of the data source or --prometheus, leads to it from here",
	}
}

// onlyInTrouble are the metrics that Milvus exposes while something is wrong.
var onlyInTrouble = map[string]bool{"milvus_rootcoord_quota_states": true}

// Metrics looks whether the metrics that dashboards ask for exist in Prometheus;
// needed has the dashboards of each. A Milvus metric that the running version does
// not have is no fault, nor are those of a Milvus where there is none.
func Metrics(api v1.API, needed map[string][]string) Check {
	return func(ctx context.Context) []Finding {
		now := time.Now()
		names, _, err := api.LabelValues(ctx, "__name__", nil, now.Add(-time.Hour), now)
		if err != nil {
			return []Finding{unreachable(err)}
		}
		has := map[string]bool{}
		for _, name := range names {
			has[string(name)] = true
		}
		release, running := version(ctx, api, now)
		found := 0
		missing, elsewhere := map[string][]string{}, 0
		for name, dashboards := range needed {
			switch {
			case has[name] || onlyInTrouble[name]:
				found++
			case release != nil && !release.Has(name):
				elsewhere++
			default:
				for _, d := range dashboards {
					missing[d] = append(missing[d], name)
				}
			}
		}
		return append([]Finding{counted(found, len(needed), elsewhere, running)}, lacking(missing, running)...)
	}
}

func counted(found, needed, elsewhere int, running string) Finding {
	f := Finding{Part: "metrics", Status: OK, What: fmt.Sprintf("%d of %d that dashboards need are there", found, needed)}
	if elsewhere > 0 {
		f.What += fmt.Sprintf("; %d belong to other versions than %s", elsewhere, running)
	}
	if running == "" {
		f.Status = Warning
		f.What += "; no milvus_build_info in the last hour"
		f.Remedy = "let Prometheus scrape port " + milvusMetricsPort + " of every Milvus component with a job whose name begins with milvus: docs/milvus.md"
	}
	return f
}

// lacking are the metrics that should be there, by dashboard.
func lacking(missing map[string][]string, running string) []Finding {
	var found []Finding
	for dashboard, names := range missing {
		if running == "" {
			continue // one finding says why
		}
		const most = 4
		slices.Sort(names)
		what := strings.Join(names[:min(most, len(names))], ", ")
		if more := len(names) - most; more > 0 {
			what += fmt.Sprintf(" and %d more", more)
		}
		found = append(found, Finding{
			Part: "dashboard " + dashboard, Status: Warning, What: fmt.Sprintf("no %s in the last hour", what),
			Remedy: "Milvus shows most metrics after their first use: where the feature is in use, see that Prometheus scrapes the component that has them",
		})
	}
	slices.SortFunc(found, func(a, b Finding) int { return strings.Compare(a.Part, b.Part) })
	return found
}

// version finds which release of Milvus runs: the nearest that is known.
func version(ctx context.Context, api v1.API, now time.Time) (release *milvus.Release, running string) {
	values, _, err := api.LabelValues(ctx, "version", []string{"milvus_build_info"}, now.Add(-time.Hour), now)
	if err != nil || len(values) == 0 {
		return nil, ""
	}
	running = strings.TrimPrefix(string(values[len(values)-1]), "v")
	release, err = milvus.Nearest(running)
	if err != nil {
		return nil, running
	}
	return release, running
}
