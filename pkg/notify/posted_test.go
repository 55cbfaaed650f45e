package notify

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/rule"
	"github.com/heartline-monitor/heartline/rules"
)

// posted is an alert as Alertmanager's API takes it.
type posted struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      time.Time         `json:"endsAt"`
}

func post(t *testing.T, url string, alerts ...posted) {
	t.Helper()
	body, err := json.Marshal(alerts)
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/api/v2/alerts", bytes.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { require.NoError(t, res.Body.Close()) }()
	said, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, "%s", said)
}

// suppressed are the alerts that Alertmanager keeps to itself.
func suppressed(t *testing.T, url string) (names []string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/v2/alerts", nil)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { require.NoError(t, res.Body.Close()) }()
	var alerts []struct {
		Labels map[string]string
		Status struct{ InhibitedBy []string }
	}
	require.NoError(t, json.NewDecoder(res.Body).Decode(&alerts))
	for _, a := range alerts {
		if len(a.Status.InhibitedBy) > 0 {
			names = append(names, nameOf(a.Labels))
		}
	}
	slices.Sort(names)
	return names
}

// prometheusRules are the rules of a pack as they are rendered for Prometheus.
type prometheusRules struct {
	Groups []struct {
		Rules []struct {
			Alert               string
			Labels, Annotations map[string]string
		}
	}
}

func renderedRules(t *testing.T, pack string) (prometheusRules, []byte) {
	t.Helper()
	packs, err := rule.Load(rules.Files, pack)
	require.NoError(t, err)
	body, err := rule.RenderPrometheus(packs[0])
	require.NoError(t, err)
	var out prometheusRules
	require.NoError(t, yaml.Unmarshal(body, &out))
	return out, body
}

// of is an alert of a rendered rule about a series with these labels.
func (p prometheusRules) of(t *testing.T, name string, series map[string]string) posted {
	t.Helper()
	for _, g := range p.Groups {
		for _, r := range g.Rules {
			if r.Alert != name {
				continue
			}
			a := posted{Labels: map[string]string{"alertname": name}, Annotations: r.Annotations, StartsAt: time.Now()}
			maps.Copy(a.Labels, r.Labels)
			maps.Copy(a.Labels, series)
			return a
		}
	}
	require.Failf(t, "no such rule", "%s", name)
	return posted{}
}

func plain(name, severity string, series ...string) posted {
	a := posted{Labels: map[string]string{"alertname": name, "severity": severity}, Annotations: map[string]string{"summary": "s"}, StartsAt: time.Now()}
	for i := 0; i < len(series); i += 2 {
		a.Labels[series[i]] = series[i+1]
	}
	return a
}
