package plugin

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

func TestLenientQueryLeavesOutWhatItNamesAndSaysWhy(t *testing.T) {
	all := row()
	all["basket"].lacks = map[signal.Signal]string{signal.QPS: "it serves its health only"}
	d := servingSources(t, all)
	frames := ask1(t, d, query.TypeSignals, `{"services": ["checkout", "basket"], "lenient": true}`)
	require.Equal(t, []string{"checkout"}, lines(frames))
	require.Contains(t, notices(frames[0]), `Left out: service "basket": signal "qps" is not available here: it serves its health only.`)

	frames = ask1(t, d, query.TypeSignals, `{"lenient": true}`)
	require.Equal(t, []string{"checkout", "orders"}, lines(frames))
	require.Empty(t, notices(frames[0]), "nobody asked for basket by name")

	all["checkout"].fail(signal.Faultf("gone"))
	res := respond(t, d, panel(query.TypeSignals, `{"services": ["checkout", "basket"], "lenient": true}`), nil)
	require.ErrorContains(t, res.Error, "gone", "what is wrong with a service is an error all the same")
}

func TestLenientQueryThatNobodyCanAnswerIsNoData(t *testing.T) {
	d := servingSources(t, row())
	for model, says := range map[string]string{
		`{"signal": "memoryUsage", "lenient": true}`:                                           "only the snapshots of a request log tell",
		`{"signal": "memoryUsage", "lenient": true, "format": "instant"}`:                      "only the snapshots of a request log tell",
		`{"signal": "memoryUsage", "lenient": true, "services": ["orders"]}`:                   `service "orders"`,
		`{"signal": "memoryUsage", "lenient": true, "services": ["orders"], "interval": "1h"}`: `service "orders"`,
	} {
		for name, headers := range map[string]map[string]string{"panel": nil, "rule": alerting} {
			res := respond(t, d, panel(query.TypeSignals, model), headers)
			require.NoError(t, res.Error, "%s %s", name, model)
			require.Len(t, res.Frames, 1)
			require.Empty(t, res.Frames[0].Fields, "%s %s", name, model)
			require.Contains(t, notices(res.Frames[0]), says)
		}
	}
}

func TestLenientRuleWithoutServicesIsNoData(t *testing.T) {
	d := configured(t, `{}`, town())
	for _, model := range []string{`{"lenient": true}`, `{"lenient": true, "format": "instant"}`} {
		res := respond(t, d, panel(query.TypeSignals, model), alerting)
		require.NoError(t, res.Error)
		require.Empty(t, res.Frames[0].Fields)
		require.Contains(t, notices(res.Frames[0]), "no services are configured")
		require.ErrorIs(t, respond(t, d, panel(query.TypeSignals, model), nil).Error, errNoServices, "a panel says what to set")
	}
	require.ErrorIs(t, respond(t, d, panel(query.TypeSignals, `{}`), alerting).Error, errNoServices)
}

func TestKindsLeaveOutServicesOfOthers(t *testing.T) {
	d := servingSources(t, row())
	of := map[signal.Kind][]string{}
	for _, one := range d.services.settings {
		of[one.Kind] = append(of[one.Kind], one.Name)
	}
	require.Greater(t, len(of), 1, "services of several kinds")
	for kind, names := range of {
		require.Equal(t, names, lines(ask1(t, d, query.TypeSignals, `{"kinds": ["`+string(kind)+`"]}`)))
	}
	res := respond(t, d, panel(query.TypeSignals, `{"kinds": ["milvus"], "lenient": true}`), alerting)
	require.NoError(t, res.Error)
	require.Empty(t, res.Frames[0].Fields)
	require.Contains(t, notices(res.Frames[0]), `No service is of the kinds ["milvus"]`)
	res = respond(t, d, panel(query.TypeSignals, `{"kinds": ["milvus"]}`), nil)
	require.ErrorContains(t, res.Error, "leave kinds out")
	res = respond(t, d, panel(query.TypeSignals, `{"kinds": ["none"]}`), nil)
	require.ErrorContains(t, res.Error, "kinds")
}
