package plugin

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLabelValuesAreThoseOfTheSelectorAndTheRange(t *testing.T) {
	p := &fakePrometheus{body: `{"status": "success", "data": ["milvus-a", "milvus-b"]}`}
	d := servingPrometheus(t, p)
	match := `up{job=~"milvus.*"}`
	got, err := choose(t, d, "labelValues?"+url.Values{"label": {"job"}, "match": {match}, "from": {"1772755200000"}, "to": {"1772798400500"}}.Encode())
	require.NoError(t, err)
	require.Equal(t, []string{"milvus-a", "milvus-b"}, got)
	require.Equal(t, []string{"/api/v1/label/job/values"}, p.paths)
	require.Equal(t, url.Values{"match[]": {match}, "start": {"1772755200"}, "end": {"1772798400.5"}}, p.last())
	require.Equal(t, "Bearer s3cret", p.auth)

	_, err = choose(t, d, "labelValues?label=job&match=")
	require.NoError(t, err)
	require.Empty(t, p.last(), "all series, at any time")
}

func TestLabelValuesWithoutAPrometheusAreNone(t *testing.T) {
	got, err := choose(t, configured(t, `{}`, town()), "labelValues?label=job&match=up")
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestLabelValuesSayWhatIsWrong(t *testing.T) {
	good := `{"status": "success", "data": []}`
	tests := []struct {
		name, params string
		fake         *fakePrometheus
		status       int
		want         string
	}{
		{"no label", "match=up", &fakePrometheus{body: good}, 400, "the parameter label is missing: labelValues?label=job"},
		{"a label that is none", "label=..%2F..%2Fstatus", &fakePrometheus{body: good}, 400, `label \"../../status\" is no name of a label`},
		{"a time that is none", "label=job&from=now-1h", &fakePrometheus{body: good}, 400, `the parameter from is \"now-1h\": write milliseconds`},
		{"an end that is none", "label=job&to=now", &fakePrometheus{body: good}, 400, `the parameter to is \"now\"`},
		{
			"a selector that is none", "label=job&match=up%7B",
			&fakePrometheus{status: 400, body: `{"status": "error", "errorType": "bad_data", "error": "invalid parameter match[]: unexpected end of input"}`},
			400, "does not accept the query: invalid parameter match[]",
		},
		{"trouble", "label=job", &fakePrometheus{status: 503, body: `{"status": "error", "errorType": "internal", "error": "TSDB not ready"}`}, 502, "TSDB not ready"},
		{
			"too many", "label=job",
			&fakePrometheus{body: `{"status": "success", "data": ["` + strings.Repeat(`x","`, maxGroups) + `y"]}`},
			400, `label \"job\" has 10001 values, more than the 10000 that can be offered: select fewer series in metric`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := call(t, servingPrometheus(t, tt.fake), http.MethodGet, "labelValues?"+tt.params)
			require.Equal(t, tt.status, res.Status, string(res.Body))
			require.Contains(t, string(res.Body), tt.want)
		})
	}
}

func TestLabelValuesOfAPrometheusThatIsGoneAreAnError(t *testing.T) {
	d := openedWith(t, fmt.Sprintf(`{"metrics": {"url": %q}}`, "http://127.0.0.1:1"), nil, row().open)
	res := call(t, d, http.MethodGet, "labelValues?label=job")
	require.Equal(t, http.StatusBadGateway, res.Status)
	require.Contains(t, string(res.Body), "cannot be reached")
}
