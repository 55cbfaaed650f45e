package dashboard

import (
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// chosenServices are the services that the variable of a dashboard selects. With all
// selected the list is left out, and every service that can answers.
var chosenServices = query.List{"$service"}

// over asks for a signal over time. What a selected service cannot give is left out
// with a notice: a dashboard is for every kind of service.
func over(s signal.Signal, stat signal.Stat, splitBy ...signal.Dimension) *query.Signals {
	return &query.Signals{Format: query.FormatSeries, Services: chosenServices, Signal: s, Stat: stat, SplitBy: splitBy, Lenient: true}
}

// whole asks for one number over the whole range.
func whole(s signal.Signal, stat signal.Stat, splitBy ...signal.Dimension) *query.Signals {
	q := over(s, stat, splitBy...)
	q.Format = query.FormatInstant
	return q
}

// streamed asks for a signal as a stream.
func streamed(s signal.Signal, stat signal.Stat) *query.Live {
	return &query.Live{Services: chosenServices, Signal: s, Stat: stat}
}
