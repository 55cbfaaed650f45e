package cli

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/verify"
	"github.com/heartline-monitor/heartline/pkg/dashboard"
	"github.com/heartline-monitor/heartline/pkg/demo/standin"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus/prometheustest"
)

// scraping starts a Prometheus that scrapes the jobs and itself every other second, with the
// shipped rules, and waits until it has figures of all to make rates of.
func scraping(t *testing.T, jobs map[string]string) (address string) {
	t.Helper()
	rules, err := filepath.Abs(filepath.Join(module, "deploy", "prometheus", "rules"))
	require.NoError(t, err)
	itself := filepath.Join(t.TempDir(), "itself.yml")
	config := fmt.Sprintf("global: {scrape_interval: 2s, evaluation_interval: 2s}\nrule_files: ['%s/*.yml']\n"+
		"scrape_configs:\n- {job_name: prometheus, file_sd_configs: [{files: ['%s'], refresh_interval: 1s}]}\n", rules, itself)
	for name, job := range jobs {
		target, err := url.Parse(job)
		require.NoError(t, err)
		config += fmt.Sprintf("- {job_name: %s, static_configs: [{targets: ['%s']}]}\n", name, target.Host)
	}
	address = prometheustest.Start(t, t.TempDir(), config)
	require.NoError(t, os.WriteFile(itself, []byte("- targets: ['"+strings.TrimPrefix(address, "http://")+"']\n"), 0o600))
	api, err := prometheus.NewAPI(address, &http.Client{Timeout: time.Minute})
	require.NoError(t, err)
	enough := fmt.Sprintf("count(count_over_time(up[5m]) >= 18) == %d", len(jobs)+1)
	require.Eventually(t, func() bool {
		value, _, err := prometheus.Query(context.WithoutCancel(t.Context()), api, enough, time.Now())
		vector, ok := value.(model.Vector)
		return err == nil && ok && len(vector) == 1
	}, 2*time.Minute, time.Second)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return address
}

func milvusStandIn(t *testing.T, release string) *httptest.Server {
	t.Helper()
	world, err := standin.New(standin.Config{Release: release, Seed: 1})
	require.NoError(t, err)
	// Busy, so that the rarest of events, such as the sealing of a segment, happens too.
	require.NoError(t, world.Steer(map[string]float64{"load": 20}))
	server := httptest.NewServer(world.Handler())
	t.Cleanup(server.Close)
	return server
}

// TestShippedDashboardsAndRulesAreAnsweredOverARealPrometheus asks everything that is
// shipped over a Prometheus that scrapes a Milvus stand-in, an app and itself. Only
// panels that say which release or surroundings they need may be empty.
func TestShippedDashboardsAndRulesAreAnsweredOverARealPrometheus(t *testing.T) {
	for _, release := range []string{"2.5.14", "2.6.8"} {
		t.Run(release, func(t *testing.T) {
			t.Parallel() // most of it is waiting for figures
			log := filepath.Join(t.TempDir(), "requests.db")
			app := runningApp(t, log)
			address := scraping(t, map[string]string{"checkout": app, "milvus": milvusStandIn(t, release).URL})
			source := file(t, "datasource.yaml", fmt.Sprintf(`apiVersion: 1
datasources:
  - name: Everything
    uid: heartline
    type: heartline-monitor-datasource
    jsonData:
      events: {kind: filetree, path: %q, timezone: UTC}
      metrics: {url: %q}
      services:
        - {name: orders, kind: app, url: %q}
        - {name: orders-log, kind: requestlog, path: %q, timezone: UTC}
        - {name: orders-metrics, kind: go, selector: 'job="checkout"'}
        - {name: milvus, kind: milvus, selector: 'job=~"milvus.*"'}
`, newStore(t, time.Now().UTC()), address, app, log))
			r, o := report(t, "--datasource", source, "--dashboards", filepath.Join(module, "dashboards"), "--rules", filepath.Join(module, "provisioning", "alerting"))
			require.Empty(t, r.Problems())
			require.Zero(t, o.code, o.err)
			panels, rules := onlyWhatNeedsMoreIsEmpty(t, r, release)
			require.Greater(t, panels, 150, "of Milvus")
			require.Greater(t, rules, 30, "of Milvus")
		})
	}
}

// onlyWhatNeedsMoreIsEmpty counts the panels and rules of Milvus that were asked.
func onlyWhatNeedsMoreIsEmpty(t *testing.T, r verify.Report, release string) (panels, rules int) {
	t.Helper()
	boards, err := dashboard.All()
	require.NoError(t, err)
	uids := map[string]string{}
	for _, b := range boards {
		uids[*b.Title] = *b.Uid
	}
	for _, c := range r.Checks {
		switch {
		case c.Kind == verify.KindRule && strings.HasPrefix(c.Panel, "Milvus"):
			rules++
			require.NotContains(t, c.State, "firing", "%s: a stand-in that is busy is well", c.Panel)
		case c.Kind == verify.KindPanel && strings.Contains(c.Dashboard, "Milvus"):
			panels++
			if c.State != "not given" {
				continue
			}
			i := slices.IndexFunc(dashboard.VersionSpecific(), func(s dashboard.Specific) bool { return s.Dashboard == uids[c.Dashboard] && int(s.Panel) == c.PanelID })
			require.GreaterOrEqual(t, i, 0, "%s/%s is empty and does not say what it needs", c.Dashboard, c.Panel)
			needs := dashboard.VersionSpecific()[i].Needs
			require.True(t, !needs.Met(release) || needs.Beside != "", "%s/%s is empty though %s has what it needs", c.Dashboard, c.Panel, release)
		}
	}
	return panels, rules
}
