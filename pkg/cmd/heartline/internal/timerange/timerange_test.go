package timerange

import (
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/stretchr/testify/require"
)

func clock(t testing.TB, zone string) Clock {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	require.NoError(t, err)
	return Clock{Now: time.Date(2026, 3, 6, 10, 30, 15, 0, time.UTC), Location: loc}
}

func TestTimesAreReadInTheStoresZone(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-06T18:30:00+08:00": "2026-03-06T10:30:00Z",
		"2026-03-06T10:30:00Z":      "2026-03-06T10:30:00Z",
		"2026-03-06T10:30:00.25Z":   "2026-03-06T10:30:00.25Z",
		"2026-03-06 18:30:00":       "2026-03-06T10:30:00Z",
		"2026-03-06 18:30":          "2026-03-06T10:30:00Z",
		"2026-03-06T18:30:00":       "2026-03-06T10:30:00Z",
		"2026-03-06":                "2026-03-05T16:00:00Z",
		"1772793000":                "2026-03-06T10:30:00Z",
		"1772793000123":             "2026-03-06T10:30:00.123Z",
		"now":                       "2026-03-06T10:30:15Z",
		"now-7d":                    "2026-02-27T10:30:15Z",
		"now-90m":                   "2026-03-06T09:00:15Z",
		"now/d":                     "2026-03-05T16:00:00Z",
		"now-1d/d":                  "2026-03-04T16:00:00Z",
		"now/w":                     "2026-03-01T16:00:00Z",
		" now ":                     "2026-03-06T10:30:15Z",
	} {
		got, err := clock(t, "Asia/Shanghai").parse(text, false)
		require.NoError(t, err, text)
		require.Equal(t, want, got.Format(time.RFC3339Nano), text)
	}
}

func TestEndOfRangeTakesTheWholeDay(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-06":          "2026-03-06T15:59:59.999Z",
		"now/d":               "2026-03-06T15:59:59.999Z",
		"now-1d/d":            "2026-03-05T15:59:59.999Z",
		"2026-03-06 18:30":    "2026-03-06T10:30:00Z",
		"2026-03-06 18:30:00": "2026-03-06T10:30:00Z",
	} {
		got, err := clock(t, "Asia/Shanghai").parse(text, true)
		require.NoError(t, err, text)
		require.Equal(t, want, got.Truncate(time.Millisecond).Format(time.RFC3339Nano), text)
	}
}

func TestDayOfADateFollowsDaylightSaving(t *testing.T) {
	r, err := clock(t, "Europe/Berlin").Range("2026-03-29", "2026-03-29")
	require.NoError(t, err)
	require.Equal(t, 23*time.Hour-time.Millisecond, r.Duration())
}

func TestRangeSaysWhichEndIsWrong(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"yesterday", "now", `from: "yesterday" is not a time`},
		{"", "now", `from: "" is not a time`},
		{"now-6h", "2026-02-30", `to: "2026-02-30" is not a time`},
		{"now-6x", "now", `from: "now-6x" is not a relative time`},
		{"nowhere", "now", `from: "nowhere" is not a relative time`},
		{"20260305", "now", "write a date as 2026-03-06"},
		{"-1772793000", "now", "write a date as 2026-03-06"},
		{"1772793000123456789", "now", "too long for unix seconds or milliseconds"},
		{"now-999999999b", "now", "reaches too far"},
		{"now-90000y", "now", "outside the years 1970 to 2261"},
		{"0001-01-01", "now", "outside the years 1970 to 2261"},
		{"now", "now-1h", "lies after to now-1h (2026-03-06T09:30:15Z): swap them"},
	} {
		_, err := clock(t, "UTC").Range(c.from, c.to)
		require.ErrorContains(t, err, c.want, "%s to %s", c.from, c.to)
	}
}

func TestRangeOfOneMomentIsAllowed(t *testing.T) {
	r, err := clock(t, "UTC").Range("2026-03-06 10:00:00", "2026-03-06 10:00:00")
	require.NoError(t, err)
	require.Zero(t, r.Duration())
}

func TestIntervalFollowsRangeAndPoints(t *testing.T) {
	now := time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		span     time.Duration
		shortest time.Duration
		want     time.Duration
	}{
		{6 * time.Hour, 0, 20 * time.Second},
		{24 * time.Hour, 0, time.Minute},
		{24 * time.Hour, 10 * time.Minute, 10 * time.Minute},
		{7 * 24 * time.Hour, 0, 10 * time.Minute},
		{0, 0, time.Millisecond},
	} {
		got := Interval(backend.TimeRange{From: now.Add(-c.span), To: now}, 1000, c.shortest)
		require.Equal(t, c.want, got, c.span)
	}
}

func TestParseIntervalRefusesWhatIsNone(t *testing.T) {
	d, err := ParseInterval("1d")
	require.NoError(t, err)
	require.Equal(t, 24*time.Hour, d)
	for _, bad := range []string{"", "0s", "-5m", "x", "5"} {
		_, err := ParseInterval(bad)
		require.ErrorContains(t, err, "write 30s, 5m, 1h or 1d", bad)
	}
}

// FuzzRange checks that no text crashes the parser and that a range it accepts
// does not end before it begins.
func FuzzRange(f *testing.F) {
	for _, seed := range []string{"now", "now-1d/d", "now+5M/fy", "2026-03-06", "1772793000", "2026-03-06 18:30:00", "now-", "now/"} {
		f.Add(seed, "now")
		f.Add("2026-01-01", seed)
	}
	c := clock(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, from, to string) {
		r, err := c.Range(from, to)
		if err != nil {
			require.Regexp(t, "^(from|to)", err.Error())
			return
		}
		require.False(t, r.From.After(r.To))
		require.Equal(t, time.UTC, r.From.Location())
	})
}
