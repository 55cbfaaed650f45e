package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/golden"
)

func TestCheckPrintsALineForAMonitoringSystem(t *testing.T) {
	for name, c := range map[string]struct {
		second func(int) map[string]any
		args   []string
		code   int
	}{
		"ok":       {second: calm, code: exitOK},
		"warning":  {second: with(map[string]any{"goroutines": 2500}), code: exitWarning},
		"critical": {second: with(map[string]any{"goroutines": 6123, "errors": 3}), code: exitCritical},
		"raised":   {second: with(map[string]any{"goroutines": 6123}), args: []string{"--goroutines-warning", "7000"}, code: exitOK},
		"qps":      {second: calm, args: []string{"--qps-warning", "5", "--window", "10s"}, code: exitWarning},
		"slow":     {second: calm, args: []string{"--p95-critical", "10ms"}, code: exitCritical},
		"memory":   {second: calm, args: []string{"--memory-warning", "32MiB"}, code: exitWarning},
		"idle":     {second: func(int) map[string]any { return map[string]any{"requests": 0, "goroutines": 12, "memory": 1 << 20} }, code: exitOK},
	} {
		t.Run(name, func(t *testing.T) {
			s, url := newService(t, c.second)
			o := s.command(t.Context(), t, newCheck, append(c.args, url)...)
			require.Equal(t, c.code, o.code, o)
			require.Equal(t, 1, strings.Count(o.out, "\n"))
			golden.Check(t, "check/"+name+".txt", masked(o.out, url))
			asJSON := s.command(t.Context(), t, newCheck, append(c.args, "--json", url)...)
			require.Equal(t, c.code, asJSON.code)
			golden.Check(t, "check/"+name+".json", masked(asJSON.out, url))
		})
	}
}

func TestCheckOfAnAppWithoutStatsJudgesItsHealth(t *testing.T) {
	s, url := newService(t, calm)
	s.set(healthOnly)
	o := s.command(t.Context(), t, newCheck, url)
	require.Equal(t, outcome{code: exitCritical,
		out: "CRITICAL - goroutines 6123 above 5000 (alert), memory 256.0 MiB (normal) | goroutines=6123;2000;5000;0 memory=268435456B;3221225472;4294967296;0\n"}, o)
	o = s.command(t.Context(), t, newCheck, "--p95-warning", "1s", url)
	require.Equal(t, exitFailed, o.code)
	require.Equal(t, "--p95-warning and --p95-critical cannot be judged: the app serves no /api/monitor/stats: instrument it with pkg/instrument", o.err)
}

func TestCheckOfAnAppThatCannotBeReadIsCritical(t *testing.T) {
	s, url := newService(t, calm)
	s.set(failing)
	want := url + "/api/monitor/stats fails (503): look at the app's log, or at that of the proxy before it"
	require.Equal(t, outcome{code: exitCritical, out: "CRITICAL - " + want + "\n"}, s.command(t.Context(), t, newCheck, url))
	o := s.command(t.Context(), t, newCheck, "--json", url)
	require.Equal(t, exitCritical, o.code)
	var got map[string]any
	require.NoError(t, json.Unmarshal([]byte(o.out), &got))
	require.Equal(t, map[string]any{"status": "CRITICAL", "code": 2.0, "url": url, "time": "2026-03-06T09:00:00Z", "figures": []any{}, "error": want}, got)
}

func TestCheckOfAnAppThatJustStartedIsUnknown(t *testing.T) {
	s, url := newService(t, calm)
	s.restart(0)
	require.Contains(t, s.command(t.Context(), t, newCheck, url).err, "nothing is known of the last 1m0s, check the app again in a few seconds if it has just started: \"orders\" is up for 0s")
}

func TestCheckOfAnAppWhoseClockDiffersSaysSo(t *testing.T) {
	s, url := newService(t, calm)
	s.set(func(w http.ResponseWriter, r *http.Request) {
		at := s.now().Add(2 * time.Hour)
		(&service{start: at.Add(-10 * time.Minute), at: at, second: calm}).stats(w, r)
	})
	require.Contains(t, s.command(t.Context(), t, newCheck, url).err, "the app's clock is 2h0m0s ahead of this machine's")
}

func TestCheckThroughTheCommandLine(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	o := heartline(t, "check", gone.URL)
	require.Equal(t, exitCritical, o.code)
	require.Contains(t, o.out, "see that the app runs, and that the port in the url is right")
	for want, args := range map[string][]string{
		"UNKNOWN - check needs one URL, it got 0 arguments":                                       {},
		"UNKNOWN - unknown flag: --verbose":                                                       {"--verbose"},
		"UNKNOWN - the url of the app must begin with http":                                       {"orders:3000"},
		"UNKNOWN - the url of the app holds a user":                                               {"http://ann:s3cret@orders:3000"},
		"UNKNOWN - --window 1ms is less than a second":                                            {"--window", "1ms", gone.URL},
		"UNKNOWN - --timeout 0s is not positive":                                                  {"--timeout", "0s", gone.URL},
		`invalid argument "x" for "--memory-warning" flag: write a size such as 512MiB`:           {"--memory-warning", "x", gone.URL},
		`invalid argument "-1" for "--qps-critical" flag: it must be a number of at least 0`:      {"--qps-critical", "-1", gone.URL},
		`invalid argument "5" for "--p95-critical" flag: write a duration`:                        {"--p95-critical", "5", gone.URL},
		`invalid argument "x" for "--goroutines-critical" flag: write a number`:                   {"--goroutines-critical", "x", gone.URL},
		"UNKNOWN - --goroutines-warning 9000 lies beyond --goroutines-critical 8000: swap them":   {"--goroutines-warning", "9000", "--goroutines-critical", "8000", gone.URL},
		`invalid argument "150" for "--success-critical" flag: it must be a share of at most 100`: {"--success-critical", "150", gone.URL},
		"UNKNOWN - --success-warning 90 lies beyond --success-critical 95: swap them":             {"--success-warning", "90", "--success-critical", "95%", gone.URL},
		"UNKNOWN - --token-file: open /nowhere: no such file or directory":                        {"--token-file", "/nowhere", gone.URL},
		"UNKNOWN - --user is without a password: set HEARTLINE_PASSWORD":                          {"--user", "ann", gone.URL},
		"UNKNOWN - --password-file is without --user":                                             {"--password-file", "x", gone.URL},
		"UNKNOWN - --user and --token-file exclude each other":                                    {"--user", "ann", "--token-file", secretFile(t, "x"), gone.URL},
		"is empty or has several lines or control characters: write the secret alone into it":     {"--token-file", secretFile(t, "a\nb"), gone.URL},
	} {
		o := heartline(t, append([]string{"check"}, args...)...)
		require.Equal(t, exitUnknown, o.code, want)
		require.Contains(t, o.out, want)
		require.NotContains(t, o.out, "s3cret")
		require.Empty(t, o.err)
	}
	help := heartline(t, "check", "--help")
	require.Zero(t, help.code)
	require.Contains(t, help.out, "--goroutines-critical NUMBER   critical above NUMBER (default 5000)")
	require.Contains(t, help.out, "--success-warning PERCENT")
}

func TestSecretsComeFromTheEnvironmentOrFiles(t *testing.T) {
	for name, c := range map[string]struct {
		variables map[string]string
		args      []string
		want      string
	}{
		"token of the environment":    {map[string]string{tokenVariable: "t0ken"}, nil, "Bearer t0ken"},
		"token with a line break":     {map[string]string{tokenVariable: "t0ken\n"}, nil, "Bearer t0ken"},
		"token of a file":             {map[string]string{tokenVariable: "other"}, []string{"--token-file", secretFile(t, "t0ken\n")}, "Bearer t0ken"},
		"password of the environment": {map[string]string{passwordVariable: "s3cret"}, []string{"--user", "ann"}, "Basic YW5uOnMzY3JldA=="},
		"password of a file":          {nil, []string{"--user", "ann", "--password-file", secretFile(t, "s3cret")}, "Basic YW5uOnMzY3JldA=="},
		"none":                        {nil, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range c.variables {
				t.Setenv(k, v)
			}
			s, url := newService(t, calm)
			got := make(chan string, 1)
			s.set(func(w http.ResponseWriter, r *http.Request) {
				got <- r.Header.Get("Authorization")
				s.stats(w, r)
			})
			require.Zero(t, s.command(t.Context(), t, newCheck, append(c.args, "--timeout", time.Minute.String(), url)...).code)
			require.Equal(t, c.want, <-got)
		})
	}
}

func TestSecretOfTheEnvironmentThatIsNoHeaderIsAMistakeAndNoVerdict(t *testing.T) {
	t.Setenv(tokenVariable, "t0ken\r\nX-Admin: 1")
	o := heartline(t, "check", "http://127.0.0.1:1")
	require.Equal(t, exitUnknown, o.code, o)
	require.Contains(t, o.out, "HEARTLINE_TOKEN has several lines or control characters")
	require.NotContains(t, o.out, "t0ken")
}
