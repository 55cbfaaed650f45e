package plugin

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

func TestAlertKeepsTheServiceThatFails(t *testing.T) {
	all := row()
	all["basket"].fail(signal.Faultf("gone"))
	d := servingSources(t, all)
	for _, model := range []string{`{"format": "instant"}`, `{"format": "series"}`, `{"format": "instant", "splitBy": ["operation"]}`} {
		res := respond(t, d, panel(query.TypeSignals, model), alerting)
		require.NoError(t, res.Error)
		if strings.Contains(model, "series") {
			require.Equal(t, []string{"checkout", "basket", "orders"}, lines(res.Frames))
			require.True(t, res.Frames[1].Fields[1].NilAt(11))
			continue
		}
		require.Contains(t, values(t, res.Frames[0], "service"), "basket")
	}
}

func TestUpIsZeroForAServiceThatFails(t *testing.T) {
	all := row()
	all["basket"].fail(signal.Faultf("gone"))
	all["orders"].fail(errors.New("a mistake is no fault"))
	d := servingSources(t, all)
	f := ask1(t, d, query.TypeSignals, `{"signal": "up", "format": "instant", "services": ["basket"]}`)[0]
	require.Equal(t, []string{"0"}, values(t, f, "up"))
	require.Empty(t, notices(f))

	frames := ask1(t, d, query.TypeSignals, `{"signal": "up"}`)
	require.Equal(t, []string{"checkout", "basket"}, lines(frames))
	require.True(t, frames[1].Fields[1].NilAt(0), "of the past nothing is known")
	require.Equal(t, "0", values(t, frames[1], "up")[11])

	d.now = func() time.Time { return noon.Add(time.Hour) }
	frames = ask1(t, d, query.TypeSignals, `{"signal": "up", "services": ["basket"]}`)
	require.True(t, frames[0].Fields[1].NilAt(11))
}

func TestAlertsAreRefusedWhatTheyCannotUseOfServices(t *testing.T) {
	tests := []struct {
		name, model, want string
		kind              query.Type
	}{
		{"heatmap", `{"format": "heatmap"}`, "use format instant (one number for each service) or series", query.TypeSignals},
		{"variable", `{"services": ["$service"]}`, "services holds $service: template variables do not reach alert rules", query.TypeSignals},
		{"variable in brackets", `{"services": ["[[service]]"]}`, "services holds [[service]]", query.TypeSignals},
		{"live", `{}`, "use query type signals with format instant", query.TypeLive},
		{"report", `{}`, "use query type signals with format instant", query.TypeReport},
		{"promql table", `{"expr": "up", "format": "table"}`, "use format instant (one number for each label set) or series", query.TypePromQL},
		{"variable in an expression", `{"expr": "rate(a{job=\"$job\"}[$__rate_interval])"}`, "expr holds $job", query.TypePromQL},
		{"variable in braces", `{"expr": "up{job=~\"${job:regex}\"}"}`, "expr holds ${job:regex}", query.TypePromQL},
	}
	d := servingSources(t, row())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := respond(t, d, panel(tt.kind, tt.model), alerting)
			require.ErrorContains(t, res.Error, tt.want)
			require.EqualValues(t, 400, res.Status)
		})
	}
}

func TestDollarsOfPromQLAreNoVariables(t *testing.T) {
	for _, expr := range []string{
		`rate(a[$__rate_interval]) / $__interval_ms * ${__range_s}`,
		`label_replace(up, "a", "$1", "b", "(.*)x$")`,
		`label_replace(up, "a", "$name-${1}", "b", "(?P<name>.*)")`,
		`up{path=~"[[:alpha:]]+$|b"}`,
	} {
		require.Empty(t, unexpanded(expr), expr)
	}
}
