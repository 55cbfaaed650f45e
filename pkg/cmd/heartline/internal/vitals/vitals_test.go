package vitals

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

var nine = time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)

func TestWindowsEndWithASecondThatIsOver(t *testing.T) {
	w := Until(nine.Add(300*time.Millisecond), 2, 10*time.Second)
	require.Equal(t, signal.Windows{Starts: []time.Time{nine.Add(-21 * time.Second), nine.Add(-11 * time.Second)}, End: nine.Add(-time.Second)}, w)
}

func TestNewestIsTheLastThatIsKnown(t *testing.T) {
	require.Equal(t, 2.0, Newest([]float64{1, 2, math.NaN()}))
	require.True(t, math.IsNaN(Newest([]float64{math.NaN()})))
	require.True(t, math.IsNaN(Newest(nil)))
}

func TestFiguresHaveUnitsAndBands(t *testing.T) {
	require.Equal(t, "12.0 ms", P95.Text(0.012))
	require.Equal(t, "no data", Goroutines.Text(math.NaN()))
	b, ok := Goroutines.Band(6_000)
	require.True(t, ok)
	require.Equal(t, "alert", b.Name)
	_, ok = Goroutines.Band(math.NaN())
	require.False(t, ok)
	_, ok = QPS.Band(5)
	require.False(t, ok)
}

// bare is a source that has no signal; with an error it cannot be read.
type bare struct {
	signal.Source

	err error
}

func (b bare) Read(_ context.Context, r signal.Request) (signal.Answer, error) {
	if b.err != nil {
		return signal.Answer{}, b.err
	}
	return signal.Answer{}, &signal.Unsupported{Signal: r.Signal, Reason: "instrument it"}
}

func TestFigureThatAServiceLacksIsUnknownWithTheReason(t *testing.T) {
	values, reason, err := QPS.Read(t.Context(), bare{}, Until(nine, 2, time.Second))
	require.NoError(t, err)
	require.Equal(t, "instrument it", reason)
	require.Len(t, values, 2)
	require.True(t, math.IsNaN(values[0]) && math.IsNaN(values[1]))
	_, _, err = QPS.Read(t.Context(), bare{err: signal.Faultf("gone: start it")}, Until(nine, 2, time.Second))
	require.EqualError(t, err, "gone: start it")
}
