package rule

import (
	"fmt"
	"math"
	"time"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/dashboard"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// requests are the rules over what is asked of services and how they answer.
func requests() Group {
	return Group{
		File: "requests.yaml", Name: "request performance", Folder: "Heartline", Interval: time.Minute,
		Rules: []Rule{
			serviceUnreachable(), serviceSilent(), successRateLow(), latencyHigh(), requestRateHigh(), cpuHigh(), memoryUsageHigh(),
		},
	}
}

// service names the service of an alert in a description.
const service = `{{ $labels.service }}`

// Numbers that several rules over services share. None of them does without data: a
// number is missing where the service cannot be read, and an alert that ended then
// would say that all is well. HeartlineServiceUnreachable speaks for that.
var (
	fiveMinutes = Span{5 * time.Minute, "long enough that a single slow or busy minute is no news"}
	twoLooks    = Span{2 * time.Minute, "two more looks, so that what is over by itself wakes nobody"}
)

// fewest is how many requests a rate or an average must be made of.
const fewest = 20

var (
	enough = Parameter{
		"requests", fmt.Sprintf("at least %d", fewest), "requests in the window",
		"of fewer, a single one that fails or is slow would be an alert",
	}
	// enoughRequests is the same in a formula whose second term counts requests.
	enoughRequests = fmt.Sprintf("($B >= %d)", fewest)
)

// everywhere asks for a signal of all services that can give it: one number each. That
// none can is no data and no error: a team may have services of one kind only.
func everywhere(s signal.Signal, stat signal.Stat) query.Query {
	return &query.Signals{Format: query.FormatInstant, Signal: s, Stat: stat, Lenient: true}
}

// ofRequests asks for a signal that only requests tell, and counts them. A service
// without requests has nothing to measure: it gets the number that is no alert. One
// that cannot be read lacks the count as well, and so the result.
func ofRequests(s signal.Signal, stat signal.Stat, window Span, none float64) []Term {
	return []Term{
		{Query: everywhere(s, stat), Window: window, Else: &none},
		{Query: everywhere(signal.Requests, ""), Window: window},
	}
}

// lastOf is the highest number below one at which a band begins: what is just no
// alert yet, as people say it.
func lastOf(begin float64) float64 { return math.Nextafter(begin, math.Inf(-1)) }

func serviceUnreachable() Rule {
	return Rule{
		UID: "heartline-service-unreachable", Name: "HeartlineServiceUnreachable", Severity: Critical,
		Summary:  "A service cannot be read: it is down, or nobody sees how it is",
		Firing:   service + ` cannot be read: its address, its file or its Prometheus does not answer.`,
		Resolved: service + ` can be read again.`,
		Terms:    just(everywhere(signal.Up, ""), Span{2 * time.Minute, "one that was there in these minutes and now is not counts as gone"}),
		Limit:    Limit{Is: Below, Value: 1, Unit: "1 is up, 0 is down", Reason: "there is nothing in between"},
		For:      Span{2 * time.Minute, "a restart takes less"}, NoData: NoDataKeepsLast,
		Dashboard: dashboard.ServicesUID, Panel: dashboard.ServicesPanel,
	}
}

func serviceSilent() Rule {
	limit := Limit{
		Is: Above, Value: band.SilenceLimit, Unit: "seconds since it was heard of",
		Reason: "five of the snapshots that are written once a minute; raise it where only requests are written and nights are quiet",
	}
	return Rule{
		UID: "heartline-service-silent", Name: "HeartlineServiceSilent", Severity: Warning,
		Summary:  "A service has not been heard of, though what it is read from answers",
		Firing:   service + ` was heard of {{ humanizeDuration .Value }} ago.`,
		Resolved: service + ` was heard of {{ humanizeDuration .Value }} ago: it speaks again.`,
		Terms:    just(everywhere(signal.Age, ""), Span{time.Hour, "of no consequence: the age is that of now"}),
		Limit:    limit, For: twoLooks, NoData: NoDataKeepsLast,
		Dashboard: dashboard.ServicesUID, Panel: dashboard.ServicesPanel,
	}
}

func successRateLow() Rule {
	limit := Limit{
		Is: Below, Value: band.Success.Begin("good"), Unit: "percent of the requests",
		Reason: "below it a report says \"needs attention\": one request in twenty fails",
	}
	return Rule{
		UID: "heartline-success-rate-low", Name: "HeartlineSuccessRateLow", Severity: Critical,
		Summary:  "A service fails too many of its requests",
		Firing:   service + ` answered {{ printf "%.1f" .Value }} % of its requests in the last ` + fiveMinutes.words() + `.`,
		Resolved: service + ` answers {{ printf "%.1f" .Value }} % of its requests, or has too few to say.`,
		Terms:    ofRequests(signal.Success, "", fiveMinutes, 100),
		Formula:  "100 - (100 - $A) * " + enoughRequests,
		Limit:    limit, More: []Parameter{enough}, For: twoLooks, NoData: NoDataKeepsLast,
		Dashboard: dashboard.ServicesUID, Panel: dashboard.ErrorRatePanel,
	}
}

func latencyHigh() Rule {
	limit := Limit{
		Is: Above, Value: band.LatencyLimit, Unit: "seconds on average",
		Reason: "twice what a report calls slow: users wait",
	}
	return Rule{
		UID: "heartline-latency-high", Name: "HeartlineLatencyHigh", Severity: Warning,
		Summary:  "The requests of a service take too long",
		Firing:   service + ` took {{ printf "%.2f" .Value }} s for a request, on average over the last ` + fiveMinutes.words() + `.`,
		Resolved: service + ` takes {{ printf "%.2f" .Value }} s for a request, or has too few to say.`,
		Terms:    ofRequests(signal.Latency, signal.Avg, fiveMinutes, 0),
		Formula:  "$A * " + enoughRequests,
		Limit:    limit, More: []Parameter{enough}, For: twoLooks, NoData: NoDataKeepsLast,
		Dashboard: dashboard.ServicesUID, Panel: dashboard.AverageLatencyPanel,
	}
}

func requestRateHigh() Rule {
	limit := Limit{
		Is: Above, Value: lastOf(band.PeakThroughput.Begin("high")), Unit: "requests per second",
		Reason: "from there on a report advises load balancing; set it to what your services can take",
	}
	return usedUp("heartline-request-rate-high", "HeartlineRequestRateHigh",
		"More is asked of a service than it is made for",
		`is asked {{ printf "%.1f" .Value }} times per second`, everywhere(signal.QPS, ""), limit, dashboard.RequestRatePanel)
}

func cpuHigh() Rule {
	limit := Limit{
		Is: Above, Value: band.CPULimit, Unit: "percent of the processor time it may use",
		Reason: "requests begin to wait for a processor",
	}
	return usedUp("heartline-cpu-high", "HeartlineCpuHigh",
		"A service is running out of processor time",
		`uses {{ printf "%.1f" .Value }} % of its processor time`, everywhere(signal.CPU, signal.Avg), limit, dashboard.CPUPanel)
}

func memoryUsageHigh() Rule {
	limit := Limit{
		Is: Above, Value: band.MemoryUsageLimit, Unit: "percent of the machine's memory",
		Reason: "the rest is needed for peaks and for the file cache",
	}
	return usedUp("heartline-memory-usage-high", "HeartlineMemoryUsageHigh",
		"The machine of a service is running out of memory",
		`runs on a machine with {{ printf "%.1f" .Value }} % of its memory in use`, everywhere(signal.MemoryUsage, signal.Avg), limit, dashboard.MemoryUsagePanel)
}

// usedUp is a rule about something of which a service has only so much. What says how
// much of it that is.
func usedUp(uid, name, summary, what string, asked query.Query, limit Limit, panel uint32) Rule {
	return Rule{
		UID: uid, Name: name, Severity: Warning, Summary: summary,
		Firing:   service + ` ` + what + `, on average over the last ` + fiveMinutes.words() + `.`,
		Resolved: service + ` ` + what + `: no more than it should.`,
		Terms:    just(asked, fiveMinutes), Limit: limit, For: twoLooks, NoData: NoDataKeepsLast,
		Dashboard: dashboard.ServicesUID, Panel: panel,
	}
}
