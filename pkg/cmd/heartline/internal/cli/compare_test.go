package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/baseline"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/golden"
)

// climbing leaks ten goroutines a second.
func climbing(i int) map[string]any {
	s := calm(i)
	s["goroutines"] = max(1, 2000+10*i+i*7%13)
	return s
}

func TestBaselineIsRecordedAndCompared(t *testing.T) {
	file := filepath.Join(t.TempDir(), "baseline.json")
	s, url := newService(t, calm)
	o := s.command(t.Context(), t, newRecordBaseline, "--file", file, url)
	require.Equal(t, outcome{out: file + ": 31 samples over 5m0s: goroutines 240 (240 to 240), memory 64.0 MiB (64.0 MiB to 64.0 MiB)\n"}, o)
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	golden.Check(t, "compare/baseline.json", masked(string(content), url))

	for name, c := range map[string]struct {
		second func(int) map[string]any
		args   []string
		code   int
	}{
		"normal":  {second: with(map[string]any{"goroutines": 280}), code: exitOK},
		"grown":   {second: with(map[string]any{"memory": 80 << 20}), code: exitWarning},
		"allowed": {second: with(map[string]any{"memory": 80 << 20}), args: []string{"--limit", "30"}, code: exitOK},
		"leak":    {second: climbing, code: exitCritical},
		"short":   {second: climbing, args: []string{"--duration", "30s"}, code: exitWarning},
	} {
		t.Run(name, func(t *testing.T) {
			s, url := newService(t, c.second)
			args := append([]string{"--file", file}, c.args...)
			o := s.command(t.Context(), t, newCompare, append(args, url)...)
			require.Equal(t, c.code, o.code, o)
			golden.Check(t, "compare/"+name+".txt", masked(o.out, url))
		})
	}
}

// A heap rises until it is collected.
func TestMemoryLeaksOnlyIfItWasCollected(t *testing.T) {
	file := filepath.Join(t.TempDir(), "baseline.json")
	s, url := newService(t, calm)
	require.Zero(t, s.command(t.Context(), t, newRecordBaseline, "--file", file, url).code)
	rising := func(collect int) func(int) map[string]any {
		return func(i int) map[string]any {
			second := calm(i)
			second["memory"] = max(1<<20, 64<<20+i<<18)
			if i%collect == 0 {
				second["gc"] = 1
			}
			return second
		}
	}
	for name, c := range map[string]struct {
		second func(int) map[string]any
		args   []string
		code   int
	}{
		"never collected":                         {rising(1 << 30), nil, exitWarning},
		"collected each 50 s":                     {rising(50), nil, exitCritical},
		"collected, but not while it was sampled": {rising(50), []string{"--duration", "24s", "--interval", "2s"}, exitOK},
	} {
		t.Run(name, func(t *testing.T) {
			s, url := newService(t, c.second)
			o := s.command(t.Context(), t, newCompare, append(c.args, "--file", file, url)...)
			require.Equal(t, c.code, o.code, o)
		})
	}
}

func TestComparisonIsPrintedAsJSON(t *testing.T) {
	file := filepath.Join(t.TempDir(), "baseline.json")
	s, url := newService(t, calm)
	require.Zero(t, s.command(t.Context(), t, newRecordBaseline, "--file", file, url).code)
	s, url = newService(t, climbing)
	o := s.command(t.Context(), t, newCompare, "--file", file, "--json", url)
	require.Equal(t, exitCritical, o.code)
	var got compared
	require.NoError(t, json.Unmarshal([]byte(o.out), &got))
	require.Equal(t, "CRITICAL", got.Status)
	require.Equal(t, verdict(exitCritical), got.Code)
	require.Equal(t, url, got.URL)
	require.Equal(t, 240.0, got.Baseline.Goroutines.Average)
	require.Len(t, got.Figures, 2)
	goroutines, memory := got.Figures[0], got.Figures[1]
	require.Equal(t, []string{"goroutines", "count", baseline.Leak}, []string{goroutines.Name, goroutines.Unit, goroutines.Verdict})
	require.Equal(t, 1928.5, goroutines.Now.Trough)
	require.InDelta(t, 36_000, goroutines.Trend.Slope, 100)
	require.True(t, goroutines.Trend.Steady)
	require.InDelta(t, 1333.6, *goroutines.Growth, 0.1)
	require.Equal(t, baseline.Normal, memory.Verdict)
	require.False(t, memory.Trend.Steady)

	s.set(failing)
	o = s.command(t.Context(), t, newCompare, "--file", file, "--json", url)
	require.Equal(t, exitCritical, o.code)
	require.Contains(t, o.out, `"error": "`+url+"/api/monitor/stats fails (503)")
}

func TestSamplesThatAreMissedAreSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "baseline.json")
	s, url := newService(t, calm)
	s.onWait = func(n int) {
		s.set(nil)
		if n == 3 || n == 7 {
			s.set(failing)
		}
	}
	o := s.command(t.Context(), t, newRecordBaseline, "--file", file, url)
	require.Zero(t, o.code, o.err)
	require.Contains(t, o.out, "29 samples over 5m0s")
	require.Equal(t, "note: 2 samples are missing because the app could not be read\n", o.err)
	s.waits = 0
	o = s.command(t.Context(), t, newCompare, "--file", file, url)
	require.Zero(t, o.code, o)
	require.Contains(t, o.out, "\n2 samples are missing")

	s.onWait = func(int) { s.set(failing) }
	s.set(nil)
	o = s.command(t.Context(), t, newCompare, "--file", file, url)
	require.Equal(t, exitCritical, o.code)
	require.Contains(t, o.out, "CRITICAL - 30 of 31 samples are missing, which is too many to compare: "+url)
}

func TestRecordingThatIsInterruptedWritesNothing(t *testing.T) {
	folder := t.TempDir()
	s, url := newService(t, calm)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.onWait = func(int) { cancel() }
	o := s.command(ctx, t, newRecordBaseline, "--file", filepath.Join(folder, "b.json"), url)
	require.Equal(t, exitFailed, o.code)
	require.Equal(t, context.Canceled.Error(), o.err)
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestCompareWithAnAppThatHasOnlyItsHealth(t *testing.T) {
	file := filepath.Join(t.TempDir(), "baseline.json")
	s, url := newService(t, calm)
	s.set(healthOnly)
	require.Zero(t, s.command(t.Context(), t, newRecordBaseline, "--file", file, url).code)
	o := s.command(t.Context(), t, newCompare, "--file", file, url)
	require.Zero(t, o.code, o)
	require.Contains(t, o.out, "OK - goroutines 6123, +0 %; memory 256.0 MiB, +0 %\n")
	require.NotContains(t, o.out, "Requests:")
}

func TestCompareRefusesWhatItCannotJudge(t *testing.T) {
	good := file(t, "good.json", `{"version": 1, "goroutines": {"average": 5, "trough": 1, "peak": 9, "samples": 3}}`)
	gone := "http://127.0.0.1:1"
	for want, args := range map[string][]string{
		"baseline /nowhere.json does not exist: record it with heartline record-baseline": {"--file", "/nowhere.json", gone},
		"is none: invalid character":                      {"--file", file(t, "b.json", "<"), gone},
		`is none: json: unknown field "colour"`:           {"--file", file(t, "b.json", `{"version": 1, "colour": 2}`), gone},
		"is of version 7, this heartline reads version 1": {"--file", file(t, "b.json", `{"version": 7}`), gone},
		"has neither goroutines nor memory":               {"--file", file(t, "b.json", `{"version": 1}`), gone},
		"has an average of 0":                             {"--file", file(t, "b.json", `{"version": 1, "memory_bytes": {"average": 0}}`), gone},
		"--limit -1 is negative":                          {"--limit", "-1", "--file", good, gone},
		"interval 10ms is less than a second":             {"--interval", "10ms", "--file", good, gone},
		"duration 5s is shorter than interval 10s":        {"--duration", "5s", "--file", good, gone},
		"36001 samples are more than 2000: use a longer":  {"--duration", "10h", "--interval", "1s", "--file", good, gone},
	} {
		o := heartline(t, append([]string{"compare"}, args...)...)
		require.Equal(t, exitUnknown, o.code, o)
		require.Contains(t, o.out, want)
	}
	o := heartline(t, "compare", "--file", good, gone)
	require.Equal(t, exitCritical, o.code)
	require.Contains(t, o.out, "CRITICAL - http://127.0.0.1:1/api/monitor/stats cannot be read")
	o = heartline(t, "record-baseline", "--file", t.TempDir(), gone)
	require.Equal(t, exitUsage, o.code)
	require.Contains(t, o.err, "is no file: name one to write")
}
