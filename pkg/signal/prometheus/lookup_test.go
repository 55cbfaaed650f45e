package prometheus_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

// lookup serves lists of label values, and keeps what it was asked.
type lookup struct {
	answer http.HandlerFunc
	asked  []url.Values
}

func (l *lookup) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	l.asked = append(l.asked, r.Form)
	l.answer(w, r)
}

func TestUnknownMetricsAreThoseThatPrometheusNeverHad(t *testing.T) {
	for name, tc := range map[string]struct {
		expr, warnings string
		matches        []string
		want           []string
	}{
		"one of two": {`rate(up[5m]) / on (job) gone{a="b"}`, "", []string{`{__name__="up"}`, `{__name__="gone"}`}, []string{"gone"}},
		"in quotes":  {`sum({__name__="go ne", x="y"})`, "", []string{`{__name__="go ne"}`}, []string{"go ne"}},
		"once each":  {`gone - gone offset 1d`, "", []string{`{__name__="gone"}`}, []string{"gone"}},
		"known":      {`max_over_time(up[1h:5m])`, "", []string{`{__name__="up"}`}, nil},
		"in part":    {`gone`, `"one store is down"`, []string{`{__name__="gone"}`}, nil},
		"unnamed":    {`count({job="x"}) + count({__name__=~"gone.*"})`, "", nil, nil},
		"of nothing": {`vector(1)`, "", nil, nil},
		"unreadable": {`sum(gone`, "", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			l := &lookup{answer: answer(200, "application/json", `{"status":"success","warnings":[`+tc.warnings+`],"data":["up"]}`)}
			srv := httptest.NewServer(l)
			defer srv.Close()
			api, err := prometheus.NewAPI(srv.URL, credentialed(t, time.Minute))
			require.NoError(t, err)
			got, err := prometheus.UnknownMetrics(t.Context(), api, tc.expr)
			require.NoError(t, err)
			if tc.matches == nil {
				require.Empty(t, l.asked)
			} else {
				require.Equal(t, []url.Values{{"match[]": tc.matches}}, l.asked, "at any time")
			}
			require.ElementsMatch(t, tc.want, got)
		})
	}
}

func TestLabelValuesThatCannotBeAskedForAreAFault(t *testing.T) {
	srv := httptest.NewServer(failure(503, "timeout", "query timed out"))
	defer srv.Close()
	api, err := prometheus.NewAPI(srv.URL, credentialed(t, time.Minute))
	require.NoError(t, err)
	_, _, err = prometheus.LabelValues(t.Context(), api, model.JobLabel, nil, time.Time{}, time.Time{})
	require.ErrorAs(t, err, new(*signal.Fault))
	_, err = prometheus.UnknownMetrics(t.Context(), api, "up")
	require.ErrorAs(t, err, new(*signal.Fault))
}
