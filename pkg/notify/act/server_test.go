package act

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDryRunSaysWhatWouldRunAndRunsNothing(t *testing.T) {
	path, said := program(t)
	f := serve(t, false, restart(path))
	require.Equal(t, http.StatusOK, f.post(t, leak(0)))
	entries := f.until(t, 1)
	require.Equal(t, OutcomeDryRun, entries[0].Outcome)
	require.Equal(t, "restart", entries[0].Action)
	require.Equal(t, []string{path, "restart", "a b; $(touch /tmp/x)"}, entries[0].Command)
	require.NoError(t, f.stop())
	require.NoFileExists(t, said)
}

func TestCommandGetsItsArgumentsAndTheAlertInItsEnvironment(t *testing.T) {
	t.Setenv("HEARTLINE_ACT_TOKEN", token)
	path, said := program(t)
	f := serve(t, true, restart(path))
	alert := leak(0)
	alert.Labels["pod.name"] = "$(touch /tmp/x); `id` \"'\n& \x00|"
	alert.Labels["path"] = "/nonexistent" // becomes HEARTLINE_LABEL_PATH, not PATH
	require.Equal(t, http.StatusOK, f.post(t, alert))
	entries := f.until(t, 2)
	require.Equal(t, []Outcome{OutcomeBegun, OutcomeRan}, f.book.outcomes(t))
	require.Zero(t, *entries[1].ExitCode)
	require.Equal(t, "out\nerr\n", entries[1].Output)
	body, err := os.ReadFile(said)
	require.NoError(t, err)
	lines := strings.Split(string(body), "\n")
	require.Subset(t, lines, []string{
		"arg:restart", "arg:a b; $(touch /tmp/x)", "HEARTLINE_ALERT=HeartlineGoroutinesLeak", "HEARTLINE_LABEL_SERVICE=orders",
		"HEARTLINE_LABEL_POD_NAME=$(touch /tmp/x); `id` \"'", "HEARTLINE_LABEL_PATH=/nonexistent", "HEARTLINE_STARTS_AT=2026-03-06T18:30:00Z", "HEARTLINE_VALUE=12000",
	})
	require.NotContains(t, string(body), token, "a command has no use for the token")
}

func TestOnlyConfiguredAlertsDoAnything(t *testing.T) {
	path, said := program(t)
	f := serve(t, true, restart(path))
	for name, spoil := range map[string]func(a *Alert){
		"other name":          func(a *Alert) { a.Labels["alertname"] = "HeartlineGoroutinesLeak2" },
		"other label":         func(a *Alert) { a.Labels["service"] = "payments" },
		"label that is unset": func(a *Alert) { delete(a.Labels, "service") },
		"no name":             func(a *Alert) { delete(a.Labels, "alertname") },
	} {
		t.Run(name, func(t *testing.T) {
			before := len(f.book.entries(t))
			a := leak(0)
			spoil(&a)
			require.Equal(t, http.StatusOK, f.post(t, a))
			require.Equal(t, OutcomeNone, f.until(t, before+1)[before].Outcome)
		})
	}
	before := len(f.book.entries(t))
	resolved := leak(0)
	resolved.Status = "resolved"
	require.Equal(t, http.StatusOK, f.post(t, resolved))
	require.Len(t, f.book.entries(t), before, "a resolved alert is no news")
	require.NoError(t, f.stop())
	require.NoFileExists(t, said)
}

func TestFiringIsActedUponOnce(t *testing.T) {
	path, _ := program(t)
	a := restart(path)
	a.Limit = Limit{Runs: 10, Per: time.Hour}
	f := serve(t, false, a)
	f.post(t, leak(0), leak(0))
	f.clock.move(3 * time.Hour)
	f.post(t, leak(0))
	f.post(t, leak(1)) // it resolved and fires again
	require.Equal(t, []Outcome{OutcomeDryRun, OutcomeRepeated, OutcomeRepeated, OutcomeDryRun}, f.book.outcomes(t))
}

func TestActionRunsNoMoreOftenThanItsLimit(t *testing.T) {
	path, _ := program(t)
	a := restart(path)
	a.Limit = Limit{Runs: 2, Per: 30 * time.Minute}
	f := serve(t, false, a)
	f.post(t, leak(0))
	f.clock.move(10 * time.Minute)
	f.post(t, leak(1))
	f.clock.move(10 * time.Minute)
	f.post(t, leak(2))
	f.clock.move(10*time.Minute - time.Nanosecond)
	f.post(t, leak(2))
	f.clock.move(time.Nanosecond) // the first run is 30 minutes ago
	f.post(t, leak(2))
	f.post(t, leak(3))
	require.Equal(t, []Outcome{OutcomeDryRun, OutcomeDryRun, OutcomeLimited, OutcomeLimited, OutcomeDryRun, OutcomeLimited}, f.book.outcomes(t))
}

func TestLimitsOfActionsAreTheirOwn(t *testing.T) {
	path, _ := program(t)
	other := restart(path)
	other.Name = "note"
	f := serve(t, false, restart(path), other)
	f.post(t, leak(0))
	f.post(t, leak(1))
	require.Equal(t, []Outcome{OutcomeDryRun, OutcomeDryRun, OutcomeLimited, OutcomeLimited}, f.book.outcomes(t))
}

func TestWhoDoesNotKnowTheTokenIsRefused(t *testing.T) {
	path, _ := program(t)
	f := serve(t, false, restart(path))
	for _, authorization := range []string{"", token, "Bearer ", "Bearer a token", "Basic " + token, "bearer " + token} {
		require.Equal(t, http.StatusUnauthorized, f.send(t, authorization, `{"alerts": []}`), "%q", authorization)
	}
	require.Empty(t, f.book.entries(t))
}

func TestBadRequestsAreRefused(t *testing.T) {
	path, _ := program(t)
	f := serve(t, false, restart(path))
	for body, want := range map[string]int{
		"":                  http.StatusBadRequest,
		"alerts":            http.StatusBadRequest,
		`{"alerts": "all"}`: http.StatusBadRequest,
		`{"alerts": null}`:  http.StatusOK,
		`{"x": "` + strings.Repeat("x", largestBody) + `"}`: http.StatusRequestEntityTooLarge,
	} {
		require.Equal(t, want, f.send(t, "Bearer "+token, body), "%.40s", body)
	}
	res, err := http.Get(f.url) //nolint:noctx // of the test's own server
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	http.DefaultClient.CloseIdleConnections()
	require.Equal(t, http.StatusMethodNotAllowed, res.StatusCode)
}

func TestShortTokensAreRefused(t *testing.T) {
	_, err := New(Config{Token: "secret"})
	require.ErrorContains(t, err, "has 6 characters: give one of at least 16")
}

func TestFailureOfACommandIsInTheAuditLog(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "program")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\nhead -c 100000 /dev/zero | tr '\\0' x; printf end; exit 3\n"), 0o700))
	f := serve(t, true, restart(path))
	f.post(t, leak(0))
	e := f.until(t, 2)[1]
	require.Equal(t, OutcomeFailed, e.Outcome)
	require.Equal(t, 3, *e.ExitCode)
	require.Len(t, e.Output, outputKept)
	require.True(t, strings.HasSuffix(e.Output, "xend"))
}

func TestCommandThatHangsIsStoppedWithItsChildren(t *testing.T) {
	dir := t.TempDir()
	path, pid := filepath.Join(dir, "program"), filepath.Join(dir, "pid")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\nsleep 60 &\necho $! >"+pid+"\nwait\n"), 0o700))
	a := restart(path)
	a.Timeout = time.Second
	f := serve(t, true, a)
	f.post(t, leak(0))
	e := f.until(t, 2)[1]
	require.Equal(t, OutcomeFailed, e.Outcome)
	require.Equal(t, "it was stopped after its timeout of 1s", e.Error)
	body, err := os.ReadFile(pid)
	require.NoError(t, err)
	stat := filepath.Join("/proc", strings.TrimSpace(string(body)), "stat")
	require.Eventually(t, func() bool {
		status, err := os.ReadFile(stat)
		return err != nil || strings.Contains(string(status), ") Z ") // whoever inherits it may be slow to collect it
	}, 10*time.Second, 5*time.Millisecond)
}

func TestEndWaitsForTheCommandThatRunsAndDropsTheOthers(t *testing.T) {
	dir := t.TempDir()
	path, started, finish := filepath.Join(dir, "program"), filepath.Join(dir, "started"), filepath.Join(dir, "finish")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n>"+started+"\nwhile [ ! -e "+finish+" ]; do sleep 0.02; done\n"), 0o700))
	a := restart(path)
	a.Limit.Runs = 5
	f := serve(t, true, a)
	f.post(t, leak(0), leak(1))
	require.Eventually(t, func() bool { _, err := os.Stat(started); return err == nil }, 20*time.Second, 5*time.Millisecond)
	ended := make(chan error, 1)
	go func() { ended <- f.stop() }()
	address := strings.TrimSuffix(strings.TrimPrefix(f.url, "http://"), "/alerts")
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", address) //nolint:noctx // of the test's own server
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	}, 20*time.Second, 5*time.Millisecond)
	require.Empty(t, ended, "it waits for its command")
	require.NoError(t, os.WriteFile(finish, nil, 0o600))
	require.NoError(t, <-ended)
	require.Equal(t, []Outcome{OutcomeBegun, OutcomeRan, OutcomeStopped}, f.book.outcomes(t))
}

func TestSenderTriesAgainWhenTooManyActionsWait(t *testing.T) {
	path, _ := program(t)
	a := restart(path)
	a.Limit.Runs = 1000
	s, err := New(Config{Actions: []Action{a}, Token: token, Run: true, Audit: &book{}, Now: (&clock{now: begin}).Now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	var alerts []Alert
	for i := range mostWaiting + 1 {
		alerts = append(alerts, leak(i))
	}
	post := func() int { // nobody works, as Serve was not called
		body, err := json.Marshal(map[string]any{"alerts": alerts})
		require.NoError(t, err)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/alerts", bytes.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	require.Equal(t, http.StatusServiceUnavailable, post())
	require.Len(t, s.waiting, mostWaiting)
	<-s.waiting
	require.Equal(t, http.StatusOK, post(), "those that wait already are not taken twice, the last one finds its place")
	require.Len(t, s.waiting, mostWaiting)
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWhatCannotBeAuditedIsNotDone(t *testing.T) {
	path, said := program(t)
	a := restart(path)
	s, err := New(Config{Actions: []Action{a}, Token: token, Run: true, Audit: broken{}, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	s.run(t.Context(), job{action: &a, alert: leak(0)})
	require.NoFileExists(t, said)
}
