package verify

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/provisioning"
)

func TestServicesOfAVariableAreAskedForByKind(t *testing.T) {
	f := newFake()
	f.resources["services?kind=app&kind=go"] = []string{"orders", "one-api"}
	v := ofQuery("v", `{"kind": "services", "kinds": ["app", "go"]}`, "")
	r := run(t, f, plan(t, withVariables(sourceVariable+","+v, "")))
	require.Empty(t, r.Problems())
	require.Equal(t, 2, find(t, r, "$v").Rows)
}

const (
	liveQuery    = `{"refId": "A", "queryType": "live", "format": "stream", "signal": "qps"}`
	lenientQuery = `{"refId": "A", "queryType": "signals", "signal": "memory", "services": ["a"], "lenient": true}`
)

func TestLivePanelsAreFollowedOnEachOfTheirChannels(t *testing.T) {
	backfill := func(channels ...string) func(asked) backend.DataResponse {
		return func(asked) backend.DataResponse {
			var frames data.Frames
			for _, c := range channels {
				f := countFrame(1, 2)
				f.Meta.Channel = c
				frames = append(frames, f)
			}
			return backend.DataResponse{Frames: frames}
		}
	}
	ends := time.Now()
	p := plan(t, oneQuery(liveQuery, ""))
	p.Range = &backend.TimeRange{From: ends.Add(-time.Minute), To: ends}
	var followed []string
	f := newFake()
	f.answer = backfill("ds/heartline/live/a", "ds/heartline/live/b", "ds/heartline/live/a")
	f.followed = func(path string) error { followed = append(followed, path); return nil }
	r := run(t, f, p)
	require.Empty(t, r.Problems())
	require.Equal(t, []string{"live/a", "live/b"}, followed)
	require.Equal(t, "live stream", find(t, r, "P").Type)
	require.Equal(t, 6, find(t, r, "P").Rows)

	f.followed = func(string) error { return errors.New("nobody streams") }
	require.Equal(t, "nobody streams", find(t, run(t, f, p), "P").Problem)
	f.answer = backfill("")
	require.Contains(t, find(t, run(t, f, p), "P").Problem, "its answer names no channel")
}

func TestPanelWhoseServicesCannotGiveItIsNotEmptyWhereItSaysWhy(t *testing.T) {
	nothing := data.NewFrame("")
	nothing.Meta = &data.FrameMeta{Type: data.FrameTypeTimeSeriesMulti, TypeVersion: data.FrameTypeVersion{0, 1}}
	f := newFake()
	f.answer = func(asked) backend.DataResponse { return backend.DataResponse{Frames: data.Frames{nothing}} }
	require.Contains(t, find(t, run(t, f, plan(t, oneQuery(lenientQuery, ""))), "P").Problem, "no rows", "nobody said why")

	nothing.AppendNotices(data.Notice{Severity: data.NoticeSeverityInfo, Text: "a has no figures of the process"})
	r := run(t, f, plan(t, oneQuery(lenientQuery, "")))
	require.Empty(t, r.Problems())
	require.Equal(t, "not given", find(t, r, "P").State)

	strict := strings.Replace(lenientQuery, `"lenient": true`, `"lenient": false`, 1)
	require.Contains(t, find(t, run(t, f, plan(t, oneQuery(strict, ""))), "P").Problem, "no rows")
}

func TestExpressionsWithoutAnAnswerAreEmptyWhereThereIsAPrometheus(t *testing.T) {
	nothing := data.NewFrame("")
	nothing.Meta = &data.FrameMeta{Type: data.FrameTypeTimeSeriesMulti, TypeVersion: data.FrameTypeVersion{0, 1}}
	nothing.AppendNotices(data.Notice{Severity: data.NoticeSeverityInfo, Text: "This Prometheus has no metric \"x\""})
	f := newFake()
	f.answer = func(asked) backend.DataResponse { return backend.DataResponse{Frames: data.Frames{nothing}} }
	p := plan(t, oneQuery(`{"refId": "A", "queryType": "promql", "expr": "x", "lenient": true}`, ""))
	require.Equal(t, "not given", find(t, run(t, f, p), "P").State)
	p.DataSource.Settings.JSONData = []byte(`{"metrics": {"url": "http://prometheus:9090"}}`)
	c := find(t, run(t, f, p), "P")
	require.Contains(t, c.Problem, "no rows")
	require.Empty(t, c.State)
}

func TestAnnotationThatIsSwitchedOffMayFail(t *testing.T) {
	f := newFake()
	f.answer = func(asked) backend.DataResponse { return backend.DataResponse{Error: errors.New("no store")} }
	r := run(t, f, plan(t, `{"title": "D", "panels": [], "annotations": {"list": [
		{"name": "On", "enable": true, "datasource": {"uid": "heartline"}, "target": {"queryType": "alarms"}},
		{"name": "Off", "enable": false, "datasource": {"uid": "heartline"}, "target": {"queryType": "alarms"}},
		{"name": "Broken", "enable": false, "datasource": {"uid": "heartline"}, "target": {"queryType": "alarms", "text": "$gone"}}
	]}}`))
	require.Equal(t, "no store", find(t, r, "On").Problem)
	require.Equal(t, "it is switched off, and would fail: no store", find(t, r, "Off").Skipped)
	require.Contains(t, find(t, r, "Broken").Problem, "unknown variable $gone")
}

func TestSingleNumberThatIsMissingIsSaidInWords(t *testing.T) {
	f := newFake()
	f.answer = func(asked) backend.DataResponse {
		return backend.DataResponse{Frames: data.Frames{signalFrame("latency", nil)}}
	}
	r := run(t, f, plan(t, oneQuery(countQuery, "")))
	require.Empty(t, r.Problems(), "a service of which nothing is known has a row")
	require.Equal(t, "no value", find(t, r, "P").answer())
}

// shippedRules are those of the provisioning folder by their names.
func shippedRules(t *testing.T) map[string]provisioning.Rule {
	t.Helper()
	all, err := provisioning.ReadRules([]string{"../../../../../provisioning/alerting"})
	require.NoError(t, err)
	named := map[string]provisioning.Rule{}
	for _, r := range all {
		named[r.Title] = r
	}
	return named
}

// signalFrame is an instant answer about services a, b and so on; nil is a service
// that cannot be read, or of which nothing is known.
func signalFrame(name string, values ...*float64) *data.Frame {
	f := statusFrame(values...)
	f.Fields[0].Name, f.Fields[1].Name = "service", name
	return f
}

// TestShippedRulesOverServicesFireWhenTheyShould runs the rules that are provisioned
// over made-up answers, by the refId of the query.
func TestShippedRulesOverServicesFireWhenTheyShould(t *testing.T) {
	rules := shippedRules(t)
	type answers map[string][]*float64
	growth := func(quarters ...float64) answers {
		a := answers{}
		for i, v := range quarters {
			a[string(rune('A'+i))] = []*float64{&v}
		}
		return a
	}
	for name, c := range map[string]struct {
		rule    string
		answers answers
		want    string
	}{
		"an app is down":                       {"HeartlineServiceUnreachable", answers{"A": numbersOf(1, 0)}, "firing 1"},
		"all are up":                           {"HeartlineServiceUnreachable", answers{"A": numbersOf(1, 1)}, "normal"},
		"silent for six minutes":               {"HeartlineServiceSilent", answers{"A": numbersOf(360, 2)}, "firing 1"},
		"a third fails":                        {"HeartlineSuccessRateLow", answers{"A0": numbersOf(66, 99), "B": numbersOf(200, 200)}, "firing 1"},
		"exactly 95 succeed":                   {"HeartlineSuccessRateLow", answers{"A0": numbersOf(95), "B": numbersOf(200)}, "normal"},
		"one of two fails":                     {"HeartlineSuccessRateLow", answers{"A0": numbersOf(50), "B": numbersOf(2)}, "normal"},
		"no requests at all":                   {"HeartlineSuccessRateLow", answers{"A0": {nil}, "B": numbersOf(0)}, "normal"},
		"success of what cannot be read":       {"HeartlineSuccessRateLow", answers{"A0": {nil}, "B": {nil}}, "no data"},
		"two seconds a request":                {"HeartlineLatencyHigh", answers{"A0": numbersOf(2, 0.1), "B": numbersOf(100, 100)}, "firing 1"},
		"two seconds for a single request":     {"HeartlineLatencyHigh", answers{"A0": numbersOf(2), "B": numbersOf(1)}, "normal"},
		"latency without requests":             {"HeartlineLatencyHigh", answers{"A0": {nil}, "B": numbersOf(0)}, "normal"},
		"latency of what cannot be read":       {"HeartlineLatencyHigh", answers{"A0": {nil}, "B": {nil}}, "no data"},
		"51 requests per second":               {"HeartlineRequestRateHigh", answers{"A": numbersOf(51, 50)}, "firing 1"},
		"CPU at the limit":                     {"HeartlineCpuHigh", answers{"A": numbersOf(90, 90.1)}, "firing 1"},
		"memory at the limit":                  {"HeartlineMemoryUsageHigh", answers{"A": numbersOf(80, 80.1)}, "firing 1"},
		"goroutines watched":                   {"HeartlineGoroutinesElevated", answers{"A": numbersOf(1999, 2000, 4999.5, 5000, 20_000)}, "firing 2"},
		"goroutines high":                      {"HeartlineGoroutinesHigh", answers{"A": numbersOf(1999, 2000, 4999.5, 5000, 20_000)}, "firing 1"},
		"goroutines leaked":                    {"HeartlineGoroutinesLeak", answers{"A": numbersOf(9999, 10_000, 20_000)}, "firing 2"},
		"2 GiB":                                {"HeartlineMemoryElevated", answers{"A": numbersOf(2<<30-1, 2<<30, 3<<30-1, 3<<30)}, "firing 2"},
		"3 GiB":                                {"HeartlineMemoryHigh", answers{"A": numbersOf(3<<30-1, 3<<30, 4<<30-1, 4<<30)}, "firing 2"},
		"4 GiB":                                {"HeartlineMemoryDangerous", answers{"A": numbersOf(4<<30-1, 4<<30)}, "firing 1"},
		"a leak":                               {"HeartlineGoroutinesGrow", growth(1000, 1060, 1120, 1190, 1260), "firing 1"},
		"a leak of memory":                     {"HeartlineMemoryGrows", growth(1000, 1060, 1120, 1190, 1260), "firing 1"},
		"growth of a fifth exactly":            {"HeartlineGoroutinesGrow", growth(1000, 1050, 1100, 1150, 1200), "normal"},
		"a burst at the end":                   {"HeartlineGoroutinesGrow", growth(1000, 1000, 1000, 1000, 3000), "normal"},
		"a step to a new level":                {"HeartlineGoroutinesGrow", growth(1000, 2000, 2001, 2000, 2002), "normal"},
		"what a restart an hour ago left":      {"HeartlineGoroutinesGrow", growth(500, 900, 1000, 1003, 1001), "normal"},
		"a restart in the middle of a leak":    {"HeartlineGoroutinesGrow", growth(1000, 1100, 300, 400, 1500), "normal"},
		"an app that is known for 15 minutes":  {"HeartlineGoroutinesGrow", answers{"A": {nil}, "B": {nil}, "C": {nil}, "D": {nil}, "E": numbersOf(900)}, "no data"},
		"a leak beside a service of 15 minute": {"HeartlineGoroutinesGrow", beside(growth(1000, 1060, 1120, 1190, 1260)), "firing 1"},
	} {
		t.Run(name, func(t *testing.T) {
			rule, known := rules[c.rule]
			require.True(t, known, c.rule)
			f := newFake()
			f.answer = func(q asked) backend.DataResponse {
				values, expected := c.answers[q.RefID]
				require.True(t, expected, "query %s", q.RefID)
				return backend.DataResponse{Frames: data.Frames{signalFrame(q.fields["signal"].(string), values...)}}
			}
			p := plan(t)
			p.Rules = []provisioning.Rule{rule}
			check := run(t, f, p).Checks[0]
			require.Empty(t, check.Problem)
			require.Equal(t, c.want, check.State)
		})
	}
}

// beside adds a service of which nothing is known to each answer.
func beside(answers map[string][]*float64) map[string][]*float64 {
	for name := range answers {
		answers[name] = append(answers[name], nil)
	}
	return answers
}

func TestShippedGrowthLooksAtTheLastFiveQuartersOfAnHour(t *testing.T) {
	f := newFake()
	f.answer = func(asked) backend.DataResponse {
		return backend.DataResponse{Frames: data.Frames{signalFrame("goroutines", numbersOf(1)...)}}
	}
	p := plan(t)
	p.Rules = []provisioning.Rule{shippedRules(t)["HeartlineGoroutinesGrow"]}
	run(t, f, p)
	require.Len(t, f.asked, 5)
	for i, q := range f.asked {
		ended := time.Duration(4-i) * 15 * time.Minute
		require.Equal(t, backend.TimeRange{From: now.Add(-ended - 15*time.Minute), To: now.Add(-ended)}, q.TimeRange, q.RefID)
	}
}
