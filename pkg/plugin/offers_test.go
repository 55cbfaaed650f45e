package plugin

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

func TestServicesAreChoices(t *testing.T) {
	d := servingSources(t, row())
	for url, want := range map[string][]string{
		"services":                  {"checkout", "basket", "orders"},
		"services?kind=app":         {"checkout", "basket"},
		"services?kind=app&kind=go": {"checkout", "basket", "orders"},
		"services?kind=":            {"checkout", "basket", "orders"},
		"services?kind=requestlog":  {},
	} {
		got, err := choose(t, d, url)
		require.NoError(t, err)
		require.Equal(t, want, got, url)
	}
	got, err := choose(t, configured(t, `{}`, town()), "services")
	require.NoError(t, err)
	require.Empty(t, got)
	res := call(t, d, http.MethodGet, "services?kind=faiss")
	require.Equal(t, http.StatusBadRequest, res.Status)
	require.Contains(t, string(res.Body), "is unknown: use one of")
}

// offers are the signals of a resource call, by name.
func offers(t *testing.T, d *Datasource, url string) map[signal.Signal]offer {
	t.Helper()
	res := call(t, d, http.MethodGet, url)
	require.Equal(t, http.StatusOK, res.Status, string(res.Body))
	var list []offer
	require.NoError(t, json.Unmarshal(res.Body, &list))
	require.Len(t, list, len(signal.Catalogue))
	by := map[signal.Signal]offer{}
	for i, o := range list {
		require.Equal(t, signal.Catalogue[i].Signal, o.Signal)
		by[o.Signal] = o
	}
	return by
}

func TestSignalsAreOffered(t *testing.T) {
	all := row()
	all["basket"].lacks = map[signal.Signal]string{signal.QPS: "it serves its health only"}
	all["checkout"].lacks = map[signal.Signal]string{signal.GC: "it is a different program"}
	d := servingSources(t, all)
	everything := offers(t, d, "signals")
	require.Equal(t, offer{
		Signal: signal.QPS, Label: "QPS", Unit: signal.RequestsPerSecond, Description: "Requests per second, failed ones included",
		Stats: []signal.Stat{}, SplitBy: []signal.Dimension{signal.Operation, signal.Status}, Live: true,
	}, everything[signal.QPS])
	require.Equal(t, signal.P95, everything[signal.Latency].Stats[0])
	require.False(t, everything[signal.Up].Live)
	require.False(t, everything[signal.MemoryUsage].Live)
	require.Contains(t, everything[signal.MemoryUsage].Unavailable, "only the snapshots of a request log tell", "once, as all say the same")

	basket := offers(t, d, "signals?service=basket")
	require.Equal(t, "it serves its health only", basket[signal.QPS].Unavailable)
	require.Empty(t, basket[signal.GC].Unavailable)
	all["basket"].lacks[signal.GC] = "it is old"
	require.Equal(t, "checkout: it is a different program; basket: it is old", offers(t, d, "signals?service=basket&service=checkout")[signal.GC].Unavailable)
}

func TestSignalsOfAServiceThatIsGoneAreThoseOfItsKind(t *testing.T) {
	all := row()
	all["basket"].fail(signal.Faultf("gone"))
	got := offers(t, servingSources(t, all), "signals?service=basket")
	require.Empty(t, got[signal.QPS].Unavailable)
	require.NotEmpty(t, got[signal.MemoryUsage].Unavailable)
}

func TestSignalsOfNobodyAreAnError(t *testing.T) {
	res := call(t, servingSources(t, row()), http.MethodGet, "signals?service=nobody")
	require.Equal(t, http.StatusBadRequest, res.Status)
	require.Contains(t, string(res.Body), "nobody")
}

func TestDimensionsAreOfferedThatAServiceHas(t *testing.T) {
	d := openedWith(t, `{"services": [{"name": "vectors", "kind": "milvus", "selector": "job=\"milvus\""}, {"name": "orders", "kind": "go", "selector": "job=\"orders\""}]}`, nil, nil)
	require.Equal(t, []signal.Dimension{signal.Operation, signal.Status}, offers(t, d, "signals?service=orders")[signal.QPS].SplitBy)
	require.Equal(t, []signal.Dimension{}, offers(t, d, "signals?service=orders")[signal.Goroutines].SplitBy)
	require.Equal(t, []signal.Dimension{signal.Role}, offers(t, d, "signals?service=vectors")[signal.Goroutines].SplitBy)
	require.Equal(t, []signal.Dimension{signal.Operation, signal.Status, signal.Database, signal.Collection}, offers(t, d, "signals")[signal.QPS].SplitBy)
	require.Contains(t, offers(t, d, "signals?service=orders")[signal.Segments].Unavailable, "only Milvus has it")
	require.Empty(t, offers(t, d, "signals?service=vectors")[signal.Segments].Unavailable, "what its kind has, as no Prometheus can be asked")
}
