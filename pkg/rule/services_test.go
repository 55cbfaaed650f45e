package rule

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// meets says whether Grafana's threshold makes a value an alert.
func (l Limit) meets(v float64) bool {
	p := l.evaluator().params
	return map[Comparison]bool{Above: v > p[0], Below: v < p[0], AtLeast: v >= p[0], Between: v >= p[0] && v <= p[len(p)-1]}[l.Is]
}

func TestAtMostOneRuleOverAScaleIsTrueOfAService(t *testing.T) {
	const mildest = "attention" // the first band that is an alert
	for _, c := range []struct {
		signal signal.Signal
		scale  band.Scale
	}{
		{signal.Goroutines, band.Goroutines},
		{signal.Memory, band.Memory},
	} {
		var levels []Rule
		for _, r := range pack(t, "go-runtime").Rules() {
			if q := r.Terms[0].Query.(*query.Signals); q.Signal == c.signal && len(r.Terms) == 1 {
				levels = append(levels, r)
			}
		}
		require.GreaterOrEqual(t, len(levels), 2)
		for _, b := range c.scale.Bands[1:] {
			for _, v := range []float64{math.Nextafter(b.From, 0), b.From, b.From + 0.5} {
				firing := 0
				for _, r := range levels {
					if r.Limit.meets(v) {
						firing++
					}
				}
				want := 0
				if v >= c.scale.Begin(mildest) {
					want = 1
				}
				require.Equal(t, want, firing, "%s %v", c.signal, v)
			}
		}
	}
}

func TestLimitsAreThoseOfTheBands(t *testing.T) {
	requests := pack(t, "requests")
	for name, want := range map[string]float64{
		"HeartlineServiceSilent":   band.SilenceLimit,
		"HeartlineSuccessRateLow":  band.Success.Begin("good"),
		"HeartlineLatencyHigh":     band.LatencyLimit,
		"HeartlineRequestRateHigh": math.Nextafter(band.PeakThroughput.Begin("high"), 0),
		"HeartlineCpuHigh":         band.CPULimit,
		"HeartlineMemoryUsageHigh": band.MemoryUsageLimit,
	} {
		require.InDelta(t, want, ruleOf(t, requests, name).Limit.Value, 0, name)
	}
	runtime := pack(t, "go-runtime")
	for _, name := range []string{"HeartlineGoroutinesGrow", "HeartlineMemoryGrows"} {
		require.InDelta(t, 100*band.GrowthLimit, ruleOf(t, runtime, name).Limit.Value, 1e-9, name)
	}
}

func TestRulesOverServicesAskAllOfThemAndKeepTheirStateWithoutData(t *testing.T) {
	for _, name := range []string{"requests", "go-runtime"} {
		for _, r := range pack(t, name).Rules() {
			require.Equal(t, NoDataKeepsLast, r.NoData, r.Alert)
			for _, term := range r.Terms {
				q := term.Query.(*query.Signals)
				require.Empty(t, q.Services, r.Alert)
				require.True(t, q.Lenient, "%s: services of other kinds are no error", r.Alert)
				require.Empty(t, q.SplitBy, "%s: an alert is about a service", r.Alert)
			}
		}
	}
}

func TestQuartersOfGrowthFollowEachOtherUpToNow(t *testing.T) {
	for _, name := range []string{"HeartlineGoroutinesGrow", "HeartlineMemoryGrows"} {
		terms := ruleOf(t, pack(t, "go-runtime"), name).Terms
		require.Len(t, terms, 5)
		for i := range terms[1:] {
			require.Equal(t, terms[i].Ended, terms[i+1].Ended+terms[i+1].Window, "each quarter begins where the one before ended")
		}
		require.Zero(t, terms[len(terms)-1].Ended)
	}
}

func TestLateAndDownAreNeverBothTrueOfAMonitor(t *testing.T) {
	asked := map[string]bool{}
	for _, r := range pack(t, "check-scripts").Rules() {
		q, ok := r.Terms[0].Query.(*query.Heartbeats)
		if !ok || q.Shape() != query.FormatStatus {
			continue
		}
		require.Len(t, q.Statuses, 1, r.Alert)
		require.False(t, asked[string(q.Statuses[0])], r.Alert)
		asked[string(q.Statuses[0])] = true
		require.Equal(t, query.MaxLimit, q.Limit, "%s: with fewer rows than monitors the rule fails", r.Alert)
	}
	require.Equal(t, map[string]bool{"late": true, "down": true}, asked)
}
