package query_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
)

func TestStepReadsIntervalsAsGrafanaWritesThem(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": 0, "auto": 0, "1s": time.Second, "90s": 90 * time.Second, "5m": 5 * time.Minute, "1h30m": 90 * time.Minute,
		"1d": 24 * time.Hour, "2w": 14 * 24 * time.Hour,
	} {
		got, err := query.Grouping{Interval: text}.Step()
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"d", "-1d", "0s", "0d", "1.5d", "1500ms", "9999999999w", "five"} {
		_, err := query.Grouping{Interval: text}.Step()
		require.ErrorContains(t, err, text)
	}
}

func TestRoundTakesTheNextRoundInterval(t *testing.T) {
	for proposed, want := range map[time.Duration]time.Duration{
		time.Millisecond: time.Second, 7 * time.Second: 10 * time.Second, time.Minute: time.Minute,
		61 * time.Second: 2 * time.Minute, 4 * time.Hour: 6 * time.Hour, 25 * time.Hour: 48 * time.Hour,
	} {
		require.Equal(t, want, query.Round(proposed), proposed.String())
	}
}
