package dashboard

import (
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

func live() *sdk.DashboardBuilder {
	board := newServiceBoard(LiveUID, "Live",
		"Running apps, second by second: the panels are pushed, nothing is to be refreshed.",
		"now-5m", serviceVariable{kinds: []signal.Kind{signal.App}}).
		// A refresh would begin every stream anew.
		Refresh("")
	return lay(board,
		section{id: 100, title: "Requests", panels: []drawn{
			moving(panel{
				id: 1, width: 24, title: "QPS", unit: "reqps",
				description: "Requests in each second. Good: a band that is as wide as usual; zero while there is load is an outage.",
			}, signal.QPS, ""),
			moving(panel{
				id: 2, width: 12, title: "p95 latency", unit: "s",
				description: "How long all but the slowest twentieth of the requests that ended in each second took. Good: level; a gap is a second without requests.",
			}, signal.Latency, signal.P95),
			moving(panel{
				id: 3, width: 12, title: "Error rate", unit: "percent", thresholds: errorRates(),
				description: "Which share of the requests of each second failed. Good: zero, with a dot now and then.",
			}, signal.Errors, ""),
		}},
		section{id: 101, title: "What the process holds", panels: []drawn{
			moving(panel{
				id: 4, width: 12, title: "In flight", unit: "short",
				description: "Requests that have begun and not ended. Good: it goes up and comes down; one that only rises is a hang.",
			}, signal.InFlight, ""),
			moving(panel{
				id: 5, width: 12, title: "Goroutines", unit: "locale", thresholds: ofScale(band.Goroutines),
				description: "Goroutines that exist; the dashed lines are where the bands begin. Good: they follow the requests in flight, down as well as up.",
			}, signal.Goroutines, ""),
		}},
	)
}

// moving draws a stream.
func moving(p panel, s signal.Signal, stat signal.Stat) drawn {
	p.height = 9
	p.noValue = "No app is selected that streams"
	p.queries = []query.Query{streamed(s, stat)}
	// Each second is a point, and as many are kept as the panel is wide.
	return lineChart(p, timeseries.NewPanelBuilder())
}
