package requestlog

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones, also where the machine has none

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

func TestTimestampsAreRead(t *testing.T) {
	for text, want := range map[string]string{
		"2026-04-22T05:18:07.123456":     "2026-04-22T05:18:07.123456Z",
		"2026-04-22T05:18:07":            "2026-04-22T05:18:07Z",
		"2026-04-22 05:18:07":            "2026-04-22T05:18:07Z",
		"2026-04-22 05:18:07.5":          "2026-04-22T05:18:07.5Z",
		"2026-04-22T05:18:07.1234567899": "2026-04-22T05:18:07.123456789Z",
		"2024-02-29T23:59:59.000000001":  "2024-02-29T23:59:59.000000001Z",
		"1969-12-31T23:59:59.25":         "1969-12-31T23:59:59.25Z",
	} {
		nano, ok := newClock(time.UTC).read(text)
		require.True(t, ok, text)
		require.Equal(t, want, time.Unix(0, nano).UTC().Format(time.RFC3339Nano), text)
	}
}

func TestTextsThatAreNoTimestampsAreRefused(t *testing.T) {
	for _, text := range []string{
		"", "2026", "2026-04-22", "2026-04-22T05:18", "2026-04-22t05:18:07", "2026-04-22T05:18:07.", "2026-04-22T05:18:07Z", "2026-04-22T05:18:07+08:00",
		"2026-04-22T05:18:07,5", "2026-04-22T05:18:07.12a", "2026-04-31T05:18:07", "2025-02-29T05:18:07", "2026-13-01T05:18:07", "2026-00-01T05:18:07",
		"2026-04-22T24:00:00", "2026-04-22T05:60:07", "2026-04-22T05:18:60", "0000-01-01T00:00:00", "２026-04-22T05:18:07", " 2026-04-22T05:18:07", "1776834000.25",
	} {
		_, ok := parseStamp(text)
		require.False(t, ok, text)
	}
}

func TestTimestampsOutOfTheRangeOfNanosecondsAreTheFurthest(t *testing.T) {
	nano, ok := newClock(time.UTC).read("9999-12-31T23:59:59")
	require.True(t, ok)
	require.Equal(t, int64(furthest*1_000_000_000), nano)
	nano, ok = newClock(time.UTC).read("0001-01-01T00:00:00")
	require.True(t, ok)
	require.Equal(t, int64(-furthest*1_000_000_000), nano)
}

func FuzzParseStamp(f *testing.F) {
	for _, text := range []string{"2026-04-22T05:18:07.123456", "2024-02-29 23:59:59", "2026-04-22T05:18:07.", "9999-12-31T23:59:59.9999999999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := parseStamp(text)
		want, err := reference(text)
		require.Equal(t, err == nil, ok, "%q: %v", text, err)
		if ok {
			require.Equal(t, want.Unix(), int64(got.seconds), text)
			require.Equal(t, int64(want.Nanosecond()), got.nanos, text)
		}
	})
}

// reference reads a timestamp with the standard library, which allows more.
func reference(text string) (time.Time, error) {
	if len(text) > 10 && text[10] == ' ' {
		text = text[:10] + "T" + text[11:]
	}
	whole, fraction, found := strings.Cut(text, ".")
	if len(whole) != len(layout) || found && (fraction == "" || strings.Trim(fraction, "0123456789") != "") || strings.HasPrefix(text, "0000") {
		return time.Time{}, &time.ParseError{Value: text}
	}
	if len(fraction) > 9 {
		text = whole + "." + fraction[:9]
	}
	return time.Parse(layout, text)
}

func TestClockFollowsTheRuleForReadingsThatAreTwiceOrNever(t *testing.T) {
	for _, c := range []struct{ zone, reading, want string }{
		{"Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z"},
		{"Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z"}, // skipped: the offset before
		{"Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z"},
		{"Europe/Berlin", "2026-10-25T01:59:59", "2026-10-24T23:59:59Z"},
		{"Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"}, // twice: the first
		{"Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z"},
		{"Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z"},
		{"Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00Z"},
		{"America/Sao_Paulo", "2018-11-04T00:30:00", "2018-11-04T03:30:00Z"},
		{"Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z"}, // a day that never was
		{"Asia/Shanghai", "2026-04-22T05:18:07", "2026-04-21T21:18:07Z"},
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		nano, ok := newClock(zone).read(c.reading)
		require.True(t, ok)
		require.Equal(t, c.want, time.Unix(0, nano).UTC().Format(time.RFC3339), "%s %s", c.zone, c.reading)
	}
}

func TestClockRemembersNothingThatIsWrongElsewhere(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca", "UTC"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		used := newClock(zone)
		// Back and forth over three years in steps of some hours.
		for i := range int64(4_000) {
			s := stamp{seconds: wallclock.Stamp(1_767_225_600 + (i*i%4_001-2_000)*6*3_600 + i%7*1_800)}
			require.Equal(t, newClock(zone).nano(s), used.nano(s), "%s %v", name, s)
		}
	}
}

func TestClockInvertsWhatClocksShow(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	c := newClock(zone)
	for at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() == 2026; at = at.Add(25 * time.Minute) {
		nano, ok := c.read(at.In(zone).Format(layout))
		require.True(t, ok)
		if twice := at.Add(-time.Hour).In(zone).Format(layout) == at.In(zone).Format(layout); !twice {
			require.Equal(t, at.UnixNano(), nano, at)
		}
	}
}
