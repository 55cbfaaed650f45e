package prometheus

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// dialect is how services of one kind call what they tell of themselves.
type dialect interface {
	kind() signal.Kind
	// names are all metrics that are of use.
	names() []string
	// described are those of which the labels and the buckets have to be known.
	described() []candidate
	// roles finds what each process of the service does, where that is of use.
	roles(ctx context.Context, s *Source, v *inventory, from, to time.Time) (map[target][]string, error)
	// complete adds to an inventory what a service has after its first use only.
	complete(v *inventory)
	// lacking says why a service cannot give a signal, "" where it can.
	lacking(s *Source, v *inventory, wanted signal.Signal) string
	// plan says how a request for a signal that is not lacking is answered.
	plan(s *Source, v *inventory, r signal.Request) (*plan, error)
	// check says what a service is whose targets are up; it fails where it is something else.
	check(ctx context.Context, s *Source) (string, error)
	// planBuckets is the plan of a heatmap of latency.
	planBuckets(s *Source, v *inventory) (*plan, error)
}

func dialectOf(k signal.Kind) (dialect, error) {
	switch k {
	case "", signal.Go:
		return instrumented{}, nil
	case signal.Milvus:
		return milvus{}, nil
	}
	return nil, fmt.Errorf("services of kind %q are not read from Prometheus: use kind %q or %q", k, signal.Go, signal.Milvus)
}

// instrumented is the dialect of services that follow one of the usual conventions.
type instrumented struct{}

func (instrumented) kind() signal.Kind { return signal.Go }

func (instrumented) names() []string { return allNames }

func (instrumented) described() []candidate { return slices.Concat(requestMetrics, durationMetrics) }

func (instrumented) roles(context.Context, *Source, *inventory, time.Time, time.Time) (map[target][]string, error) {
	return nil, nil
}

func (instrumented) complete(v *inventory) { v.addIdle() }

func (instrumented) plan(s *Source, v *inventory, r signal.Request) (*plan, error) {
	switch r.Signal {
	case signal.QPS, signal.Requests, signal.Success, signal.Errors, signal.Latency:
		return s.planRequests(v, r)
	default:
		return s.planProcess(v, r, candidatesOf(r.Signal)), nil
	}
}

func (instrumented) lacking(s *Source, v *inventory, wanted signal.Signal) string {
	candidates := candidatesOf(wanted)
	found := v.find(candidates)
	if len(found) == 0 {
		return fmt.Sprintf("Prometheus has none of the metrics that give it for {%s}: expose one of %s", s.selector, list(candidates))
	}
	if wanted != signal.Success && wanted != signal.Errors {
		return ""
	}
	if !slices.ContainsFunc(found, func(f family) bool { _, ok := f.failed(); return ok }) {
		return fmt.Sprintf("no label of %s tells how a request ended: give it one of %s", list(candidatesIn(found)), statusNames())
	}
	return ""
}

func (instrumented) check(context.Context, *Source) (string, error) { return "", nil }

func (instrumented) planBuckets(s *Source, v *inventory) (*plan, error) {
	found := v.find(durationMetrics)
	i := slices.IndexFunc(found, func(f family) bool { return f.native || f.buckets })
	if i < 0 {
		return nil, &signal.Unsupported{Signal: signal.Latency, Reason: fmt.Sprintf("%s has no buckets: make it a histogram", found[0].name)}
	}
	f := found[i]
	return s.heatPlan(v, 1, func(w view) string {
		var forms []string
		if f.native {
			forms = append(forms, s.sumRate(f.name, nil, w, ""))
		}
		if f.buckets {
			forms = append(forms, s.sumRate(f.name+"_bucket", []string{model.BucketLabel}, w, ""))
		}
		return strings.Join(forms, " or ")
	}), nil
}
