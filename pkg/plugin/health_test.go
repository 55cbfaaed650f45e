package plugin

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/stretchr/testify/require"
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
