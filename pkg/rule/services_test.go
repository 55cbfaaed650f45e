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
	p := l.params()
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
		for _, r := range goRuntime().Rules {
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

func TestRulesOverServicesAskAllOfThemAndKeepTheirStateWithoutData(t *testing.T) {
	for _, g := range []Group{requests(), goRuntime()} {
		for _, r := range g.Rules {
			require.Equal(t, NoDataKeepsLast, r.NoData, r.Name)
			for _, term := range r.Terms {
				q := term.Query.(*query.Signals)
				require.Empty(t, q.Services, r.Name)
				require.True(t, q.Lenient, "%s: services of other kinds are no error", r.Name)
				require.Empty(t, q.SplitBy, "%s: an alert is about a service", r.Name)
			}
		}
	}
}

func TestThresholdsInUse(t *testing.T) {
	got := map[string]string{}
	for _, r := range requests().Rules {
		got[r.Name] = r.Limit.words()
	}
	require.Equal(t, map[string]string{
		"HeartlineServiceUnreachable": "below 1",
		"HeartlineServiceSilent":      "above 300",
		"HeartlineSuccessRateLow":     "below 95",
		"HeartlineLatencyHigh":        "above 1",
		"HeartlineRequestRateHigh":    "above 50",
		"HeartlineCpuHigh":            "above 90",
		"HeartlineMemoryUsageHigh":    "above 80",
	}, got)
	require.Equal(t, "from 2000 to below 5000", goroutinesElevated().Limit.words())
	require.Equal(t, "from 10000", goroutinesLeak().Limit.words())
}

func TestQuartersOfGrowthFollowEachOtherUpToNow(t *testing.T) {
	terms := goroutinesGrow().Terms
	for i := range terms[1:] {
		require.Equal(t, terms[i].Ended, terms[i+1].Ended+terms[i+1].Window.Length, "each quarter begins where the one before ended")
	}
	require.Zero(t, terms[len(terms)-1].Ended)
}
