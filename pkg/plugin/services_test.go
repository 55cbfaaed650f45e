package plugin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// requestLog is a data source with one request log, whose sources are kept.
func requestLog(t *testing.T, path string, opened *[]*fakeSource) *Datasource {
	t.Helper()
	settings := fmt.Sprintf(`{"services": [{"name": "log", "kind": "requestlog", "path": %q}]}`, path)
	return openedWith(t, settings, nil, func(serviceSettings, string) (signal.Source, error) {
		*opened = append(*opened, &fakeSource{kind: signal.RequestLog, factor: 1})
		return (*opened)[len(*opened)-1], nil
	})
}

func TestSourceIsOpenedOnceAndClosedWithTheInstance(t *testing.T) {
	root := t.TempDir()
	t.Setenv(allowedPathsVariable, root)
	path := filepath.Join(root, "a.db")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	var opened []*fakeSource
	d := requestLog(t, path, &opened)
	ask1(t, d, query.TypeSignals, `{}`)
	ask1(t, d, query.TypeSignals, `{"format": "instant"}`)
	require.Len(t, opened, 1)
	d.Dispose()
	require.EqualValues(t, 1, opened[0].closed.Load())
	_, err := d.services.Source(d.services.settings[0])
	require.ErrorIs(t, err, errDisposed)
}

func TestQueryDuringTheChangeOfSettingsIsToBeAskedAgain(t *testing.T) {
	d := servingSources(t, row())
	errs := d.services.each(t.Context(), d.services.settings[:1], thorough, func(context.Context, int, signal.Source) error {
		d.Dispose()
		return errors.New("the source is closed")
	})
	require.ErrorIs(t, errs[0], errDisposed)
	status, source, _ := classify(errs[0])
	require.EqualValues(t, 502, status)
	require.Equal(t, backend.ErrorSourceDownstream, source)
}

func TestPathOfARequestLogIsCheckedAtEveryQuery(t *testing.T) {
	root := t.TempDir()
	t.Setenv(allowedPathsVariable, filepath.Join(root, "allowed"))
	require.NoError(t, os.MkdirAll(filepath.Join(root, "allowed"), 0o700))
	for _, file := range []string{"allowed/a.db", "allowed/b.db", "c.db"} {
		require.NoError(t, os.WriteFile(filepath.Join(root, file), nil, 0o600))
	}
	link := filepath.Join(root, "allowed", "current.db")
	turn := func(to string) {
		_ = os.Remove(link)
		require.NoError(t, os.Symlink(to, link))
	}
	var opened []*fakeSource
	d := requestLog(t, link, &opened)

	res := respond(t, d, panel(query.TypeSignals, `{}`), nil)
	require.ErrorContains(t, res.Error, `service "log": setting path `+link+" does not exist where Grafana runs")
	require.EqualValues(t, 502, res.Status)
	up := ask1(t, d, query.TypeSignals, `{"signal": "up", "format": "instant"}`)[0]
	require.Equal(t, []string{"0"}, values(t, up, "up"), "a log that is gone is a fault of the service")

	turn("a.db")
	ask1(t, d, query.TypeSignals, `{}`)
	turn("b.db")
	ask1(t, d, query.TypeSignals, `{}`)
	require.Len(t, opened, 2)
	require.EqualValues(t, 1, opened[0].closed.Load())

	turn("../c.db")
	res = respond(t, d, panel(query.TypeSignals, `{"signal": "up"}`), nil)
	require.ErrorContains(t, res.Error, "lies outside of allowed_paths", "a wrong setting is no 0")
	require.EqualValues(t, 400, res.Status)
	turn(".")
	res = respond(t, d, panel(query.TypeSignals, `{}`), nil)
	require.ErrorContains(t, res.Error, "is no file: name the SQLite file that the app writes")
}

func TestSourceThatCannotBeOpenedIsAnError(t *testing.T) {
	wrong := settingsError{errors.New("wrong selector")}
	d := openedWith(t, `{"services": [{"name": "a", "kind": "app", "url": "http://a"}]}`, nil, func(serviceSettings, string) (signal.Source, error) { return nil, wrong })
	res := respond(t, d, panel(query.TypeSignals, `{}`), nil)
	require.ErrorIs(t, res.Error, wrong)
	require.EqualValues(t, 400, res.Status)
}

func TestManyServicesAreNotAllNamedInErrors(t *testing.T) {
	s := &services{}
	for i := range 25 {
		s.settings = append(s.settings, serviceSettings{Service: signal.Service{Name: fmt.Sprint("s", i)}})
	}
	_, err := s.choose([]string{"other"})
	require.ErrorContains(t, err, `"s19", 5 more`)
}

func TestClientsHaveTheCredentialsOfTheirServiceAlone(t *testing.T) {
	heard := map[string]http.Header{}
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { heard[r.URL.Path] = r.Header }))
	defer srv.Close()
	d := newDatasource(t.Context(), backend.DataSourceInstanceSettings{
		UID: "uid1", BasicAuthEnabled: true, BasicAuthUser: "everybody",
		JSONData:                []byte(`{"httpHeaderName1": "X-Secret"}`),
		DecryptedSecureJSONData: map[string]string{"basicAuthPassword": "p", "httpHeaderValue1": "s3cret"},
	}, openers{store: openStore}, newMemory())
	t.Cleanup(d.Dispose)
	for path, cred := range map[string]credentials{"/none": {}, "/token": {token: "t"}, "/user": {user: "u", password: "p"}} {
		client, err := d.clients.open(cred, appTimeout)
		require.NoError(t, err)
		require.Equal(t, appTimeout, client.Timeout)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+path, nil)
		require.NoError(t, err)
		res, err := client.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
	}
	require.Empty(t, heard["/none"].Get("Authorization"))
	require.Empty(t, heard["/none"].Get("X-Secret"))
	require.Equal(t, "Bearer t", heard["/token"].Get("Authorization"))
	require.True(t, strings.HasPrefix(heard["/user"].Get("Authorization"), "Basic "))
}

func TestClientsFollowNoRedirectsAndKeepTheTimeoutOfTheSettings(t *testing.T) {
	srv := httptest.NewServer(http.RedirectHandler("http://127.0.0.1:1/elsewhere", http.StatusFound))
	defer srv.Close()
	d := newDatasource(t.Context(), backend.DataSourceInstanceSettings{UID: "uid1", JSONData: []byte(`{"timeout": 3}`)}, openers{store: openStore}, newMemory())
	t.Cleanup(d.Dispose)
	client, err := d.clients.open(credentials{token: "t"}, metricsTimeout)
	require.NoError(t, err)
	require.Equal(t, 3*time.Second, client.Timeout)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, nil)
	require.NoError(t, err)
	res, err := client.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	require.Equal(t, http.StatusFound, res.StatusCode)
}

func TestWrongTLSSettingsAreNamed(t *testing.T) {
	d := newDatasource(t.Context(), backend.DataSourceInstanceSettings{
		UID: "uid1", JSONData: []byte(`{"tlsAuthWithCACert": true, "services": [{"name": "a", "kind": "app", "url": "https://a"}]}`),
		DecryptedSecureJSONData: map[string]string{"tlsCACert": "no certificate"},
	}, openers{store: openStore}, newMemory())
	t.Cleanup(d.Dispose)
	res := respond(t, d, panel(query.TypeSignals, `{}`), nil)
	require.ErrorContains(t, res.Error, "the TLS or proxy settings cannot be used")
	require.EqualValues(t, 400, res.Status)
}

func TestServiceInPrometheusNeedsOne(t *testing.T) {
	d := openedWith(t, `{"services": [{"name": "orders", "kind": "go", "selector": "job=\"orders\""}]}`, nil, nil)
	res := respond(t, d, panel(query.TypeSignals, `{}`), nil)
	require.ErrorContains(t, res.Error, `service "orders": no Prometheus is configured: set metrics.url`)
	require.EqualValues(t, 400, res.Status)
	_, message, parts := health(t, d)
	require.Contains(t, message, "service orders: no Prometheus is configured")
	require.NotContains(t, parts, "prometheus", "the other parts do without")
}

func TestServiceIsReadFromPrometheus(t *testing.T) {
	p := &fakePrometheus{kind: "vector", result: `[]`}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	d := openedWith(t, fmt.Sprintf(`{"metrics": {"url": %q}, "services": [{"name": "orders", "kind": "go", "selector": "job=\"orders\""}]}`, srv.URL), nil, nil)
	res := respond(t, d, panel(query.TypeSignals, `{"format": "instant"}`), nil)
	require.ErrorContains(t, res.Error, `service "orders": `)
	require.EqualValues(t, 502, res.Status, "it knows nothing of the service")
	require.NotEmpty(t, p.paths)
}
