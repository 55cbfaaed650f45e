package prometheus

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// operation gives the labels that name the work of a request, nil where there are none.
func (f family) operation() keyPart {
	for _, groups := range operationLabels {
		var found keyPart
		for _, group := range groups {
			if i := slices.IndexFunc(group, func(label string) bool { return slices.Contains(f.labels, label) }); i >= 0 {
				found = append(found, group[i])
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// failed gives the matcher of requests that failed.
func (f family) failed() (matcher string, ok bool) {
	for _, l := range statusLabels {
		if slices.Contains(f.labels, l.name) {
			return fmt.Sprintf("%s=~%q", l.name, l.failed), true
		}
	}
	return "", false
}

// lacks gives the dimensions for which the metric has no label.
func (f family) lacks(dims []signal.Dimension) []signal.Dimension {
	var missing []signal.Dimension
	for _, d := range dims {
		_, ok := f.failed()
		if d == signal.Operation {
			ok = f.operation() != nil
		}
		if !ok {
			missing = append(missing, d)
		}
	}
	return missing
}

// byStatus puts what build makes of the requests that succeeded beside what it
// makes of those that failed.
func (f family) byStatus(build func(matcher string) string) string {
	failed, _ := f.failed()
	succeeded := strings.Replace(failed, "=~", "!~", 1)
	return labelled(build(succeeded), statusLabel, signal.StatusSuccess) + " or " + labelled(build(failed), statusLabel, signal.StatusError)
}

// rate is the expression of requests per second. A histogram that is stored in
// both forms, or was in one and then in the other, is read from the native one
// where there is one.
func (s *Source) rate(f family, by []string, w view, matcher string) string {
	var forms []string
	if f.kind != histogram {
		forms = append(forms, s.sumRate(f.name, by, w, matcher))
	}
	if f.native {
		forms = append(forms, "histogram_count("+s.sumRate(f.name, by, w, matcher)+")")
	}
	if f.counts {
		forms = append(forms, s.sumRate(f.name+"_count", by, w, matcher))
	}
	return either(forms)
}

// latency gives the expression of a stat of how long requests took, in seconds.
func (s *Source) latency(f family, stat signal.Stat, by []string) (func(w view, matcher string) string, error) {
	if stat == signal.Avg {
		return func(w view, matcher string) string { return s.average(f, by, w, matcher) }, nil
	}
	if !f.native && !f.buckets {
		return nil, &signal.Unsupported{Signal: signal.Latency, Reason: fmt.Sprintf("%s has no buckets, so only its avg is known: make it a histogram to have %s", f.name, stat)}
	}
	q := quantile(stat)
	return func(w view, matcher string) string {
		var forms []string
		if f.native {
			forms = append(forms, fmt.Sprintf("histogram_quantile(%s, %s)", q, s.sumRate(f.name, by, w, matcher)))
		}
		if f.buckets {
			forms = append(forms, fmt.Sprintf("histogram_quantile(%s, %s)", q, s.sumRate(f.name+"_bucket", append(slices.Clone(by), "le"), w, matcher)))
		}
		return either(forms)
	}, nil
}

func (s *Source) average(f family, by []string, w view, matcher string) string {
	var forms []string
	if f.native {
		all := s.sumRate(f.name, by, w, matcher)
		forms = append(forms, fmt.Sprintf("histogram_sum(%s) / histogram_count(%s)", all, all))
	}
	if f.counts {
		forms = append(forms, s.sumRate(f.name+"_sum", by, w, matcher)+" / "+s.sumRate(f.name+"_count", by, w, matcher))
	}
	return either(forms)
}

// quantile is the rank of a stat of latency. A rank of 0 would be the lower end of
// the first bucket, whether a request is in it or not.
func quantile(stat signal.Stat) string {
	switch stat {
	case signal.Min:
		return "1e-9"
	case signal.Max:
		return "1"
	}
	q, _ := stat.Quantile()
	return number(q)
}

// resolution says how exact a stat of latency is.
func (f family) resolution(bounds []float64, stat signal.Stat) []string {
	if stat == signal.Avg || len(bounds) == 0 && !f.native {
		return nil
	}
	what := "percentiles are estimated within a bucket"
	switch stat {
	case signal.Min:
		what = "min is the lower bound of the fastest bucket in use"
	case signal.Max:
		what = "max is the upper bound of the slowest bucket in use"
	}
	if f.native {
		return []string{what + " of the native histogram " + f.name}
	}
	last := number(bounds[len(bounds)-1])
	return []string{fmt.Sprintf("%s of %s, which has %d bounds from %s s to %s s: what is slower counts as %s s", what, f.name, len(bounds), number(bounds[0]), last, last)}
}

func (s *Source) sumRate(name string, by []string, w view, matcher string) string {
	var matchers []string
	if matcher != "" {
		matchers = []string{matcher}
	}
	return fmt.Sprintf("sum%s(rate(%s[%s]))", grouping(by), s.metric(name, matchers...), duration(w.rate))
}

// grouping is the clause of an aggregation that keeps labels.
func grouping(by []string) string {
	if len(by) == 0 {
		return ""
	}
	return " by (" + strings.Join(by, ", ") + ") "
}

// either takes the first form that has a value.
func either(forms []string) string {
	if len(forms) == 1 {
		return forms[0]
	}
	return "(" + strings.Join(forms, " or ") + ")"
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
