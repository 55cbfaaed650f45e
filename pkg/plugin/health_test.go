package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

func health(t *testing.T, d *Datasource) (backend.HealthStatus, string, map[string]part) {
	t.Helper()
	res, err := d.CheckHealth(t.Context(), &backend.CheckHealthRequest{})
	require.NoError(t, err)
	var details struct {
		Parts []part `json:"parts"`
	}
	require.NoError(t, json.Unmarshal(res.JSONDetails, &details))
	parts := map[string]part{}
	for _, p := range details.Parts {
		parts[p.Name] = p
	}
	return res.Status, res.Message, parts
}

func TestHealthSaysWhatTheStoreHolds(t *testing.T) {
	status, message, parts := health(t, serving(t, town()))
	require.Equal(t, backend.HealthStatusOk, status)
	require.Equal(t, "check scripts: 4 monitors", message)
	require.Equal(t, map[string]part{
		"settings":      {"settings", "ok", ""},
		"check scripts": {"check scripts", "ok", "4 monitors"},
	}, parts)
}

func TestHealthSaysThatNothingIsConfigured(t *testing.T) {
	status, message, parts := health(t, configured(t, `{}`, town()))
	require.Equal(t, backend.HealthStatusError, status)
	require.Contains(t, message, "nothing is configured: name the store of check scripts")
	require.Equal(t, "off", parts["check scripts"].Status)
}

func TestHealthNamesTheWrongSetting(t *testing.T) {
	status, message, parts := health(t, configured(t, `{"events": {"kind": "tape", "path": "/srv"}}`, town()))
	require.Equal(t, backend.HealthStatusError, status)
	require.Contains(t, message, `settings: setting events.kind "tape" is unknown`)
	require.Equal(t, "error", parts["settings"].Status)
	require.Equal(t, "off", parts["check scripts"].Status)
}

func TestHealthNamesAPathThatIsNotAllowed(t *testing.T) {
	t.Setenv(allowedPathsVariable, "")
	status, message, parts := health(t, configured(t, `{"events": {"kind": "filetree", "path": "/srv/db"}}`, town()))
	require.Equal(t, backend.HealthStatusError, status)
	require.Contains(t, message, "check scripts: reading local folders is not allowed")
	require.Equal(t, "error", parts["check scripts"].Status)
}

func TestHealthSaysWhatIsWrongWithTheStore(t *testing.T) {
	store := town()
	store.err = errors.New("holds no monitors")
	status, message, _ := health(t, serving(t, store))
	require.Equal(t, backend.HealthStatusError, status)
	require.Equal(t, "check scripts: holds no monitors", message)
}

func TestHealthHasAPartForEachServiceAndPrometheus(t *testing.T) {
	all := row()
	all["basket"].fail(signal.Faultf("http://basket:3000 cannot be reached"))
	d := servingSources(t, all)
	status, message, parts := health(t, d)
	require.Equal(t, backend.HealthStatusError, status)
	require.Equal(t, part{"service checkout", "ok", "a app"}, parts["service checkout"])
	require.Equal(t, part{"service orders", "ok", "a go"}, parts["service orders"])
	require.Equal(t, part{"service basket", "error", "http://basket:3000 cannot be reached"}, parts["service basket"])
	require.Equal(t, "error", parts["prometheus"].Status)
	require.Contains(t, parts["prometheus"].Message, "Prometheus at 127.0.0.1:1 cannot be reached")
	require.Equal(t, "off", parts["check scripts"].Status)
	require.Contains(t, message, "service basket: http://basket:3000 cannot be reached; prometheus: Prometheus at")
	require.Contains(t, message, "; services that answer: 2")
}

func TestHealthOfServicesAloneIsWell(t *testing.T) {
	d := servingPrometheus(t, &fakePrometheus{kind: "vector", result: `[]`})
	status, message, parts := health(t, d)
	require.Equal(t, backend.HealthStatusOk, status)
	require.Equal(t, "prometheus: it answers", message)
	require.Len(t, parts, 3)
}

func TestHealthMessageStaysShort(t *testing.T) {
	all := sources{}
	for i := range 40 {
		s := &fakeSource{kind: signal.App, factor: 1}
		if i%2 == 0 {
			s.fail(signal.Faultf("gone"))
		}
		all[fmt.Sprintf("s%02d", i)] = s
	}
	d := servingSources(t, all)
	d.metrics.settings = nil
	status, message, parts := health(t, d)
	require.Equal(t, backend.HealthStatusError, status)
	require.Len(t, parts, 42)
	require.Equal(t, "service s38: gone; service s36: gone; service s34: gone; 17 more parts have errors; services that answer: 20", message)
}

func TestHealthDoesNotWaitForAServiceThatHangs(t *testing.T) {
	all := row()
	all["basket"].hangs = true
	d := servingSources(t, all)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	p := d.part(ctx, check{name: "service basket", run: func(ctx context.Context) (string, error) { return d.services.check(ctx, d.services.settings[1]) }})
	require.Equal(t, "error", p.Status)
	require.Contains(t, p.Message, "did not answer in time")
}

func TestHealthChecksNothingWithWrongSettings(t *testing.T) {
	d := configured(t, `{"services": [{"name": "a", "kind": "app", "url": "http://a"}, {"kind": "app"}], "heartbeat": {"grace": "x"}}`, town())
	_, message, parts := health(t, d)
	require.Contains(t, message, "heartbeat.grace")
	require.Equal(t, "off", parts["service a"].Status)
	require.NotContains(t, parts, "service ")
}
