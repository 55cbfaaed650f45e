package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// behaviour is the variable by which this test program, started as a plugin,
// is told how to behave.
const behaviour = "GF_PLUGIN_TEST_BEHAVIOUR"

const pluginType = "heartline-monitor-datasource"

func TestMain(m *testing.M) {
	switch os.Getenv(behaviour) {
	case "":
		goleak.VerifyTestMain(m)
	case "panic":
		panic("the settings are cursed")
	case "silent":
		os.Exit(3)
	case "garbage":
		fmt.Println("hello, world")
	default:
		if err := datasource.Manage(pluginType, newPuppet, datasource.ManageOpts{}); err != nil {
			os.Exit(1)
		}
	}
}

// puppet is a data source that does what the test wants.
type puppet struct{}

func newPuppet(context.Context, backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
	return puppet{}, nil
}

func (puppet) CheckHealth(context.Context, *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	return &backend.CheckHealthResult{Status: backend.HealthStatusOk, Message: os.Getenv(AllowedPathsVariable)}, nil
}

func (puppet) QueryData(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	res := backend.NewQueryDataResponse()
	for _, q := range req.Queries {
		switch q.QueryType {
		case "crash":
			panic("out of " + q.RefID) // the SDK recovers from it
		case "exit":
			go panic("all is lost") // nobody recovers from it
			<-ctx.Done()
		case "slow":
			<-ctx.Done()
			return nil, ctx.Err()
		case "bad":
			res.Responses[q.RefID] = backend.ErrDataResponse(backend.StatusBadRequest, "no such query")
			continue
		}
		asked := []string{q.QueryType, string(q.JSON), req.Headers["FromAlert"], req.PluginContext.DataSourceInstanceSettings.UID}
		res.Responses[q.RefID] = backend.DataResponse{Frames: data.Frames{data.NewFrame("", data.NewField("asked", nil, asked))}}
	}
	return res, nil
}

func (puppet) CallResource(_ context.Context, req *backend.CallResourceRequest, sender backend.CallResourceResponseSender) error {
	if req.Path == "none" {
		return sender.Send(&backend.CallResourceResponse{Status: http.StatusNotFound, Body: []byte("there is no resource none")})
	}
	if req.Path == "broken" {
		return errors.New("it broke")
	}
	return sender.Send(&backend.CallResourceResponse{Status: http.StatusOK, Body: []byte(req.Method + " " + req.URL)})
}

func (puppet) SubscribeStream(_ context.Context, req *backend.SubscribeStreamRequest) (*backend.SubscribeStreamResponse, error) {
	if req.Path == "secret" {
		return &backend.SubscribeStreamResponse{Status: backend.SubscribeStreamStatusPermissionDenied}, nil
	}
	return &backend.SubscribeStreamResponse{}, nil
}

func (puppet) PublishStream(context.Context, *backend.PublishStreamRequest) (*backend.PublishStreamResponse, error) {
	return &backend.PublishStreamResponse{}, nil
}

func (puppet) RunStream(ctx context.Context, req *backend.RunStreamRequest, sender *backend.StreamSender) error {
	switch req.Path {
	case "ended":
		return nil
	case "broken":
		return errors.New("the store is gone")
	case "news":
		return errors.Join(sender.SendJSON([]byte(`{"data": {}}`)), wait(ctx))
	}
	return wait(ctx)
}

func wait(ctx context.Context) error { <-ctx.Done(); return nil }

// start runs this test program as a plugin that behaves well.
func start(t *testing.T) *Process {
	t.Helper()
	t.Setenv(behaviour, "serve")
	p, err := Start(t.Context(), os.Args[0], backend.DataSourceInstanceSettings{UID: "heartline", Type: pluginType})
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

func TestPluginIsAskedOverItsOwnProcess(t *testing.T) {
	p := start(t)
	health, err := p.CheckHealth(t.Context())
	require.NoError(t, err)
	require.Equal(t, backend.HealthStatusOk, health.Status)

	responses, err := p.QueryData(t.Context(), map[string]string{"FromAlert": "true"},
		backend.DataQuery{RefID: "A", QueryType: "logs", JSON: []byte(`{"a":1}`)}, backend.DataQuery{RefID: "B", QueryType: "bad"})
	require.NoError(t, err)
	require.Equal(t, []any{"logs", `{"a":1}`, "true", "heartline"}, column(responses["A"].Frames[0]))
	require.EqualError(t, responses["B"].Error, "no such query")

	body, err := p.Resource(t.Context(), "monitors", "direction=a&direction=b")
	require.NoError(t, err)
	require.Equal(t, "GET monitors?direction=a&direction=b", string(body))
	body, err = p.Resource(t.Context(), "levels", "")
	require.NoError(t, err)
	require.Equal(t, "GET levels", string(body))
}

func column(f *data.Frame) []any {
	var values []any
	for i := range f.Rows() {
		values = append(values, f.Fields[0].At(i))
	}
	return values
}

func TestLocalPathsAreAllowedUnlessTheUserSaysWhich(t *testing.T) {
	for set, want := range map[string]string{"": "", "/srv/monitor_db": "/srv/monitor_db", "unset": "/"} {
		t.Run(set, func(t *testing.T) {
			t.Setenv(AllowedPathsVariable, set)
			if set == "unset" {
				require.NoError(t, os.Unsetenv(AllowedPathsVariable))
			}
			health, err := start(t).CheckHealth(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, health.Message)
		})
	}
}

func TestEnvironmentIsTheOneGrafanaGives(t *testing.T) {
	env := environment([]string{"PATH=/bin", "AWS_SECRET=x", "GF_PLUGIN_X=1", "HTTPS_PROXY=p", "TZ=UTC"})
	require.Equal(t, []string{"GF_PLUGIN_X=1", "HTTPS_PROXY=p", "TZ=UTC", "GF_PLUGIN_ALLOWED_PATHS=/"}, env)
}

func TestFailingResourcesAreErrors(t *testing.T) {
	p := start(t)
	_, err := p.Resource(t.Context(), "none", "")
	require.EqualError(t, err, "resource none: status 404: there is no resource none")
	_, err = p.Resource(t.Context(), "broken", "")
	require.ErrorContains(t, err, "resource broken: it broke")
}

func TestStreamsAreFollowed(t *testing.T) {
	p := start(t)
	require.NoError(t, p.Follow(t.Context(), "news", time.Minute), "the first packet is enough")
	require.NoError(t, p.Follow(t.Context(), "silent", 50*time.Millisecond), "a stream without news stays open")
	for path, want := range map[string]string{
		"secret": "live channel secret: the plugin refused the subscription with status 2",
		"ended":  "live channel ended: the plugin ended the stream at once",
		"broken": "live channel broken: the store is gone",
	} {
		require.ErrorContains(t, p.Follow(t.Context(), path, time.Minute), want)
	}
}

func TestSlowAnswersEndWithTheContextsCause(t *testing.T) {
	p := start(t)
	tooSlow := errors.New("no answer in time")
	ctx, stop := Within(t.Context(), 50*time.Millisecond, tooSlow)
	defer stop()
	_, err := p.QueryData(ctx, nil, backend.DataQuery{RefID: "A", QueryType: "slow"})
	require.ErrorIs(t, err, tooSlow)
	require.ErrorContains(t, err, "query: no answer in time")
}

func TestPluginThatDiesIsSaidWithItsLastWords(t *testing.T) {
	p := start(t)
	_, err := p.QueryData(t.Context(), nil, backend.DataQuery{RefID: "A", QueryType: "exit"})
	require.ErrorContains(t, err, "query: the plugin ended unexpectedly")
	require.Eventually(t, func() bool {
		_, err := p.CheckHealth(t.Context())
		return err != nil && strings.Contains(err.Error(), "the plugin ended unexpectedly; it said:\n  panic: all is lost")
	}, 10*time.Second, 10*time.Millisecond)
}

func TestPluginThatDoesNotStartIsExplained(t *testing.T) {
	for how, want := range map[string][]string{
		"panic":   {"did not start", "panic: the settings are cursed"},
		"silent":  {"did not start", "see that it is Heartline's and built for this machine"},
		"garbage": {"did not start", "Unrecognized remote plugin message"},
	} {
		t.Run(how, func(t *testing.T) {
			t.Setenv(behaviour, how)
			_, err := Start(t.Context(), os.Args[0], backend.DataSourceInstanceSettings{Type: pluginType})
			for _, part := range want {
				require.ErrorContains(t, err, part)
			}
			require.Less(t, strings.Count(err.Error(), "\n"), 2+maxSaid)
		})
	}
	_, err := Start(t.Context(), filepath.Join(t.TempDir(), "none"), backend.DataSourceInstanceSettings{Type: pluginType})
	require.ErrorContains(t, err, "no such file")
}

func TestInterruptedStartLeavesNoProcess(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	t.Setenv(behaviour, "serve")
	_, err := Start(ctx, os.Args[0], backend.DataSourceInstanceSettings{Type: pluginType})
	require.ErrorIs(t, err, context.Canceled)
}

func TestClosedPluginIsGone(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes are looked up in /proc")
	}
	p := start(t)
	pid := p.client.ID()
	require.DirExists(t, filepath.Join("/proc", pid))
	p.Close()
	require.NoDirExists(t, filepath.Join("/proc", pid), "neither running nor a zombie")
	p.Close()
}

func TestPluginEndsWhenTheContextDoes(t *testing.T) {
	t.Setenv(behaviour, "serve")
	ctx, cancel := context.WithCancel(t.Context())
	p, err := Start(ctx, os.Args[0], backend.DataSourceInstanceSettings{Type: pluginType})
	require.NoError(t, err)
	defer p.Close()
	cancel()
	require.Eventually(t, p.client.Exited, 10*time.Second, 10*time.Millisecond)
}

func TestTailKeepsTheEnd(t *testing.T) {
	said := &tail{}
	for range 1000 {
		_, err := said.Write([]byte(strings.Repeat("x", 99) + "\n"))
		require.NoError(t, err)
	}
	_, err := said.Write([]byte("the last line\n"))
	require.NoError(t, err)
	require.LessOrEqual(t, len(said.kept), maxTail)
	got := said.explain(errors.New("it failed")).Error()
	require.True(t, strings.HasSuffix(got, "the last line"), got)
	require.Equal(t, maxSaid, strings.Count(got, "\n"))
	require.EqualError(t, (&tail{}).explain(errors.New("it failed")), "it failed")
}

func TestPluginBinaryIsLocated(t *testing.T) {
	folder := t.TempDir()
	binary := filepath.Join(folder, "dist", Executable())
	require.NoError(t, os.Mkdir(filepath.Dir(binary), 0o700))
	t.Chdir(folder)

	_, err := Locate("")
	require.ErrorContains(t, err, Executable()+" not found in ")
	require.ErrorContains(t, err, "go tool mage build")
	_, err = Locate(binary)
	require.ErrorContains(t, err, "does not exist")
	_, err = Locate(folder)
	require.ErrorContains(t, err, "is a folder: name the file in it")

	require.NoError(t, os.WriteFile(binary, []byte("#!"), 0o600))
	_, err = Locate(binary)
	require.ErrorContains(t, err, "is not executable")
	require.NoError(t, os.Chmod(binary, 0o700))
	for _, given := range []string{"", binary} {
		found, err := Locate(given)
		require.NoError(t, err)
		require.True(t, slices.Contains([]string{binary, filepath.Join("dist", Executable())}, found), found)
	}
}
