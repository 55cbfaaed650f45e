package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// call makes a resource call as Grafana does.
func call(t *testing.T, d *Datasource, method, url string) *backend.CallResourceResponse {
	t.Helper()
	var res *backend.CallResourceResponse
	path, _, _ := strings.Cut(url, "?")
	err := d.CallResource(t.Context(), &backend.CallResourceRequest{Method: method, Path: path, URL: url},
		backend.CallResourceResponseSenderFunc(func(r *backend.CallResourceResponse) error { res = r; return nil }))
	require.NoError(t, err)
	require.Equal(t, []string{"application/json"}, res.Headers["Content-Type"])
	return res
}

// choose returns the choices of a resource as "text=value", or text alone where
// both are the same.
func choose(t *testing.T, d *Datasource, url string) ([]string, error) {
	t.Helper()
	res := call(t, d, http.MethodGet, url)
	if res.Status != http.StatusOK {
		return nil, fmt.Errorf("%d %s", res.Status, res.Body)
	}
	var choices []choice
	require.NoError(t, json.Unmarshal(res.Body, &choices))
	require.NotNil(t, choices, "an empty list, not null")
	said := []string{}
	for _, c := range choices {
		if c.Text != c.Value {
			c.Text += "=" + c.Value
		}
		said = append(said, c.Text)
	}
	return said, nil
}

func TestResourcesListTheChoicesOfEditors(t *testing.T) {
	d := serving(t, town())
	for url, want := range map[string][]string{
		"directions":                 {"LSF", "license", "storage"},
		"monitors":                   {"check_jobs", "check_usage (license)=license/check_usage", "check_usage (storage)=storage/check_usage", "检查配额"},
		"monitors?direction=storage": {"check_usage (storage)=storage/check_usage", "检查配额"},
		"monitors?direction=LSF&direction=license": {"check_jobs", "check_usage (license)=license/check_usage"},
		"monitors?direction=":                      {"check_jobs", "check_usage (license)=license/check_usage", "check_usage (storage)=storage/check_usage", "检查配额"},
		"monitors?direction=nowhere":               {},
		"hosts":                                    {"lic01", "lsf01", "stor01"},
		"hosts?direction=storage":                  {"stor01"},
		"hosts?monitor=check_usage":                {"lic01", "stor01"},
		"receivers":                                {"lin", "sun", "wang", "zhao"},
		"receivers?direction=license&monitor=license%2Fcheck_usage": {"sun", "wang"},
		"levels":                           {"Debug", "Info", "Warning", "Error", "Fatal"},
		"statuses":                         {"new", "ok", "late", "down"},
		"sendResults":                      {"PASSED", "FAILED"},
		"keys":                             {"direction", "admin", "monitor", "host", "level", "receiver", "sendResult"},
		"values?key=direction":             {"LSF", "license", "storage"},
		"values?key=monitor&direction=LSF": {"check_jobs"},
		"values?key=host":                  {"lic01", "lsf01", "stor01"},
		"values?key=level":                 {"Debug", "Info", "Warning", "Error", "Fatal"},
		"values?key=receiver":              {"lin", "sun", "wang", "zhao"},
		"values?key=sendResult":            {"PASSED", "FAILED"},
	} {
		t.Run(url, func(t *testing.T) {
			got, err := choose(t, d, url)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

func TestResourcesSayErrorsAsJSON(t *testing.T) {
	tests := []struct {
		name, method, url string
		status            int
		want              string
	}{
		{"unknown", "GET", "colours", 404, `{"error":"Not Found","message":"there is no resource /colours"}`},
		{"not to be written", "POST", "monitors", 405, `{"error":"Method Not Allowed","message":"/monitors takes GET only"}`},
		{"no key", "GET", "values", 400, `{"error":"Bad Request","message":"the parameter key is missing: values?key=direction"}`},
		{"unknown key", "GET", "values?key=colour", 400, `{"error":"Bad Request","message":"the key \"colour\" is unknown: use one of [\"direction\" \"admin\" \"monitor\" \"host\" \"level\" \"receiver\" \"sendResult\"]"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := call(t, serving(t, town()), tt.method, tt.url)
			require.Equal(t, tt.status, res.Status)
			require.JSONEq(t, tt.want, string(res.Body))
		})
	}
}

func TestResourcesSayErrorsOfTheStore(t *testing.T) {
	store := town()
	d := serving(t, store)
	for err, status := range map[error]int{fs.ErrPermission: 403, context.DeadlineExceeded: 504} {
		store.err = err
		for _, url := range []string{"directions", "monitors", "hosts", "receivers"} {
			res := call(t, d, http.MethodGet, url)
			require.Equal(t, status, res.Status)
			require.Contains(t, string(res.Body), err.Error())
		}
	}
}

func TestResourcesSayWrongSettings(t *testing.T) {
	d := configured(t, `{"heartbeat": {"grace": "x"}}`, town())
	res := call(t, d, http.MethodGet, "levels")
	require.Equal(t, 400, res.Status)
	require.Contains(t, string(res.Body), "heartbeat.grace")
	got, err := choose(t, configured(t, `{}`, town()), "levels")
	require.NoError(t, err)
	require.Equal(t, event.Levels, got, "without a store there is nothing to configure them by")
	res = call(t, configured(t, `{}`, town()), http.MethodGet, "directions")
	require.Equal(t, 400, res.Status)
	require.Contains(t, string(res.Body), "no store of check scripts is configured")
}

func TestLevelsAreThoseOfTheSettings(t *testing.T) {
	root := t.TempDir()
	t.Setenv(allowedPathsVariable, root)
	d := configured(t, fmt.Sprintf(`{"events": {"kind": "filetree", "path": %q, "levels": ["low", "high"]}}`, root), town())
	got, err := choose(t, d, "levels")
	require.NoError(t, err)
	require.Equal(t, []string{"low", "high"}, got)
	frames := ask1(t, d, "logs", `{"format": "count", "instant": true, "groupBy": ["level"]}`)
	require.Equal(t, []string{"Error", "Info", "Notice", "high", "low"}, values(t, frames[0], "level"))
}
