package standin_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/demo/standin"
	"github.com/heartline-monitor/heartline/pkg/program"
)

func ask(t *testing.T, handler http.Handler, method, target string) (int, string) {
	t.Helper()
	out := httptest.NewRecorder()
	handler.ServeHTTP(out, httptest.NewRequestWithContext(t.Context(), method, target, http.NoBody))
	body, err := io.ReadAll(out.Result().Body)
	require.NoError(t, err)
	return out.Code, string(body)
}

func TestKnobsAreListedSetAndTurnedBackOverHTTP(t *testing.T) {
	w, _ := newWorld(t, "", false)
	value := func(body, knob string) float64 {
		var knobs []standin.Knob
		require.NoError(t, json.Unmarshal([]byte(body), &knobs))
		for _, k := range knobs {
			if k.Name == knob {
				return k.Value
			}
		}
		t.Fatalf("%s is not listed", knob)
		return 0
	}
	code, body := ask(t, w.Handler(), http.MethodGet, "/steer")
	require.Equal(t, http.StatusOK, code)
	require.InDelta(t, 1, value(body, "load"), 0)

	code, body = ask(t, w.Handler(), http.MethodPut, "/steer?load=2.5&latency=1500")
	require.Equal(t, http.StatusOK, code)
	require.InDelta(t, 2.5, value(body, "load"), 0)
	require.InDelta(t, 1500, value(body, "latency"), 0)

	code, body = ask(t, w.Handler(), http.MethodDelete, "/steer")
	require.Equal(t, http.StatusOK, code)
	require.InDelta(t, 1, value(body, "load"), 0)
	require.InDelta(t, 0, value(body, "latency"), 0)
}

func TestSteeringSaysWhatIsWrong(t *testing.T) {
	w, _ := newWorld(t, "", false)
	for target, want := range map[string]string{
		"/steer":                   "no knob was given",
		"/steer?load=much":         `knob load cannot be "much": use a number`,
		"/steer?speed=1":           `there is no knob "speed"`,
		"/steer?load=2&errors=400": "from 0 to 100 (percent)",
	} {
		code, body := ask(t, w.Handler(), http.MethodPut, target)
		require.Equal(t, http.StatusBadRequest, code, target)
		require.Contains(t, body, want, target)
	}
	_, body := ask(t, w.Handler(), http.MethodGet, "/steer")
	require.NotContains(t, body, `"value": 2`, "nothing is set where something is wrong")
}

func TestAStandInThatIsDownAnswersNothingButItsKnobs(t *testing.T) {
	w, _ := newWorld(t, "", false)
	for _, path := range []string{"/metrics", "/healthz", "/livez"} {
		code, _ := ask(t, w.Handler(), http.MethodGet, path)
		require.Equal(t, http.StatusOK, code, path)
	}
	require.NoError(t, w.Steer(map[string]float64{"down": 1}))
	for _, path := range []string{"/metrics", "/healthz", "/livez"} {
		code, body := ask(t, w.Handler(), http.MethodGet, path)
		require.Equal(t, http.StatusServiceUnavailable, code, path)
		require.Contains(t, body, "stand-in")
	}
	code, _ := ask(t, w.Handler(), http.MethodDelete, "/steer")
	require.Equal(t, http.StatusOK, code)
	code, body := ask(t, w.Handler(), http.MethodGet, "/healthz")
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, "OK", body)
}

func TestOnlyTheLostNodesOfAClusterAreDown(t *testing.T) {
	w, _ := newWorld(t, "", true)
	require.NoError(t, w.Steer(map[string]float64{"nodesLost": 2}))
	for _, p := range w.Processes() {
		want := http.StatusOK
		if p.Name() == "querynode-1" || p.Name() == "querynode-2" {
			want = http.StatusServiceUnavailable
		}
		code, _ := ask(t, p.Handler(), http.MethodGet, "/metrics")
		require.Equal(t, want, code, p.Name())
	}
}

func TestEachProcessOfAClusterExposesItsRoleOnly(t *testing.T) {
	w, _ := newWorld(t, "", true)
	own := map[string]string{
		"proxy": "milvus_proxy_", "querynode": "milvus_querynode_", "datanode": "milvus_datanode_",
		"streamingnode": "milvus_wal_", "mixcoord": "milvus_datacoord_", "cdc": "milvus_cdc_",
	}
	names := map[string]bool{}
	for process, families := range gather(t, w) {
		role, _, _ := strings.Cut(process, "-")
		names[process] = true
		require.Contains(t, families, "process_resident_memory_bytes", process)
		for other, prefix := range own {
			var n int
			for name := range families {
				if strings.HasPrefix(name, prefix) {
					n++
				}
			}
			require.Equal(t, role == other, n > 0, "%s and %s", process, prefix)
		}
	}
	for _, name := range []string{"mixcoord-0", "proxy-1", "querynode-2", "datanode-1", "streamingnode-1", "cdc-0"} {
		require.Contains(t, names, name)
	}
}

func TestPromtoolReadsTheExposition(t *testing.T) {
	promtool, err := program.Find(t.Context(), "promtool")
	require.NoError(t, err)
	for _, release := range []string{"2.5.14", "2.6.8"} {
		w, _ := newWorld(t, release, false)
		_, body := ask(t, w.Handler(), http.MethodGet, "/metrics")
		var said bytes.Buffer
		cmd := exec.CommandContext(t.Context(), promtool, "check", "metrics")
		cmd.Stdin, cmd.Stderr = strings.NewReader(body), &said
		// 3 is that names are not to its taste: Milvus has chosen them.
		var exit *exec.ExitError
		if err := cmd.Run(); errors.As(err, &exit) {
			require.Equal(t, 3, exit.ExitCode(), said.String())
			continue
		}
		require.NoError(t, err)
	}
}
