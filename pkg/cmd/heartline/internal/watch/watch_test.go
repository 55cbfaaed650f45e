package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/golden"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// app is a source whose figures are the same all the time.
type app struct {
	values map[signal.Signal]float64
	said   string
	err    error
}

func (a *app) Read(_ context.Context, r signal.Request) (signal.Answer, error) {
	v, ok := a.values[r.Signal]
	if !ok {
		return signal.Answer{}, &signal.Unsupported{Signal: r.Signal, Reason: "not here"}
	}
	values := make([]float64, r.Windows.Len())
	for i := range values {
		values[i] = v
	}
	return signal.Answer{Series: []signal.Series{{Values: values}}}, a.err
}

func (a *app) Latencies(context.Context, signal.Windows) (signal.Heatmap, error) {
	return signal.Heatmap{}, a.err
}
func (a *app) Missing(context.Context) (map[signal.Signal]string, error) { return nil, a.err }
func (a *app) Location() *time.Location                                  { return time.UTC }
func (a *app) Check(context.Context) (string, error)                     { return a.said, a.err }
func (a *app) Close() error                                              { return nil }

var nine = time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)

// session watches an app on a terminal; each step happens while it waits, and the
// last ends it.
func shown(t *testing.T, a *app, v View, steps ...func()) string {
	t.Helper()
	var out bytes.Buffer
	at := nine
	v.Source, v.Address, v.Out, v.Interval, v.Now = a, "http://orders:3000", &out, time.Second, func() time.Time { return at }
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := v.Run(ctx, func(ctx context.Context) error {
		at = at.Add(time.Second)
		if len(steps) == 0 {
			cancel()
			return ctx.Err()
		}
		steps[0]()
		steps = steps[1:]
		return nil
	})
	require.NoError(t, err)
	return out.String()
}

func screen(width, height int) func() (int, int) { return func() (int, int) { return width, height } }

func leaking() *app {
	return &app{said: `"orders" is up for 1h`, values: map[signal.Signal]float64{signal.QPS: 20, signal.Goroutines: 6000, signal.Memory: 3.5 * (1 << 30)}}
}

func TestFramesReplaceEachOther(t *testing.T) {
	a := leaking()
	out := shown(t, a, View{Screen: screen(60, 24), Colour: true},
		func() { a.err = signal.Faultf("http://orders:3000 is gone: start it") },
		func() {},
		func() { a.err = nil })
	golden.Check(t, "frames.txt", []byte(strings.ReplaceAll(out, "\x1b", "ESC")))
}

func TestColoursFollowTheBand(t *testing.T) {
	require.Contains(t, shown(t, leaking(), View{Screen: screen(60, 24), Colour: true}), "\x1b[31malert\x1b[0m")
	require.Contains(t, shown(t, leaking(), View{Screen: screen(60, 24), Colour: true}), "\x1b[33mwarning\x1b[0m")
	require.NotContains(t, shown(t, leaking(), View{Screen: screen(60, 24)}), "\x1b[31m")
}

func TestFramesFitTheTerminal(t *testing.T) {
	for _, width := range []int{1, 10, 30, 45, 60, 200} {
		for _, height := range []int{1, 2, 5, 50} {
			out := shown(t, leaking(), View{Screen: screen(width, height)})
			out = strings.NewReplacer(hideCursor, "", showCursor, "", eraseRest, "", eraseBelow, "", "\r", "").Replace(out)
			lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
			require.LessOrEqual(t, len(lines), max(1, height-1))
			for _, line := range lines {
				require.LessOrEqual(t, len([]rune(line)), width, "%q", line)
			}
		}
	}
}

func TestWhatAServiceSaysDoesNotCommandTheTerminal(t *testing.T) {
	a := leaking()
	a.said = "orders\x1b[2J\u202Eevil\nline \xff 服务" + strings.Repeat("很", 100)
	out := shown(t, a, View{Screen: screen(40, 24)})
	require.Contains(t, out, "orders [2J evil line \uFFFD 服务很")
	require.Contains(t, out, "…")
}

func TestWatchEndsWithWhatIsNoFault(t *testing.T) {
	a := leaking()
	a.err = errors.New("closed")
	v := View{Source: a, Out: &bytes.Buffer{}, Interval: time.Second, Now: func() time.Time { return nine }}
	require.EqualError(t, v.Run(t.Context(), nil), "closed")
	a.err = nil
	v.Out = broken{}
	require.ErrorContains(t, v.Run(t.Context(), nil), "write: pipe closed")
	require.Error(t, v.Once(t.Context()))
}

// broken is an output that nobody reads.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, fmt.Errorf("pipe closed") }
