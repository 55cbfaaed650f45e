package cli

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/golden"
)

// wave is a busy app whose rate goes up and down.
func wave(i int) map[string]any {
	s := calm(i)
	n := 30 + int(25*math.Sin(float64(i)/20))
	s["requests"], s["sum"], s["bins"] = n, 0.02*float64(n), [][2]int{{-180, n}}
	s["goroutines"] = 1200 + 10*n
	return s
}

func TestWatchOncePrintsAFrame(t *testing.T) {
	s, url := newService(t, wave)
	o := s.command(t.Context(), t, newWatch, "--once", url)
	require.Zero(t, o.code, o.err)
	golden.Check(t, "watch/once.txt", masked(o.out, url))
	s.set(healthOnly)
	o = s.command(t.Context(), t, newWatch, "--once", url)
	require.Zero(t, o.code, o.err)
	golden.Check(t, "watch/health.txt", masked(o.out, url))
}

func TestWatchOnceOfAnAppThatIsGoneFails(t *testing.T) {
	s, url := newService(t, calm)
	s.set(failing)
	o := s.command(t.Context(), t, newWatch, "--once", url)
	require.Equal(t, exitFailed, o.code)
	require.Empty(t, o.out)
	require.Contains(t, o.err, "fails (503)")
}

// Without a terminal every look is a line; the app goes away and comes back.
func TestWatchSurvivesARestartOfTheApp(t *testing.T) {
	s, url := newService(t, calm)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.onWait = func(n int) {
		switch n {
		case 2:
			s.set(failing)
		case 4:
			s.restart(5 * time.Second)
			s.set(nil)
		case 6:
			cancel()
		}
	}
	o := s.command(ctx, t, newWatch, "--interval", "10s", url)
	require.Zero(t, o.code, o.err)
	golden.Check(t, "watch/restart.txt", masked(o.out, url))
}

func TestWatchRefusesWhatItCannotDo(t *testing.T) {
	for want, args := range map[string][]string{
		"watch needs one URL, it got 2 arguments":    {"http://a", "http://b"},
		"--interval 100ms is less than a second":     {"--interval", "100ms", "http://a"},
		"must begin with http:// or https://":        {"a"},
		"unknown flag: --speed: see heartline watch": {"--speed", "9", "http://a"},
	} {
		o := heartline(t, append([]string{"watch"}, args...)...)
		require.Equal(t, exitUsage, o.code)
		require.Contains(t, o.err, want)
	}
}

func TestCommandsOfServicesHaveExamples(t *testing.T) {
	for _, command := range []string{"watch", "check", "record-baseline", "compare"} {
		o := heartline(t, command, "--help")
		require.Zero(t, o.code)
		require.Contains(t, o.out, "Examples:\n  heartline "+command)
		require.Contains(t, o.out, "HEARTLINE_TOKEN")
	}
}
