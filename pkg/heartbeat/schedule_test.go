package heartbeat

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	week = 7 * day
	year = 365 * day
)

func TestParseReadsDistances(t *testing.T) {
	for _, c := range distances {
		s, err := Parse(c.text, time.UTC)
		require.NoError(t, err, c.text)
		require.True(t, s.Known(), c.text)
		require.Equal(t, c.period, s.Period(), c.text)
		require.IsType(t, distance{}, s.pattern, c.text)
	}
}

func TestParseReadsWeekdays(t *testing.T) {
	for _, c := range weekdayTexts {
		s, err := Parse(c.text, time.UTC)
		require.NoError(t, err, c.text)
		require.Equal(t, "every "+c.days, s.String(), c.text)
		require.Equal(t, c.period, s.Period(), c.text)
		require.IsType(t, anyTimeOn{}, s.pattern, c.text)
	}
}

func TestParseReadsTimesOfDay(t *testing.T) {
	for _, c := range clockTexts {
		s, err := Parse(c.text, time.UTC)
		require.NoError(t, err, c.text)
		require.Equal(t, c.canonical, s.String(), c.text)
		require.IsType(t, &firings{}, s.pattern, c.text)
	}
}

func TestParseReadsCronLines(t *testing.T) {
	for _, c := range cronTexts {
		s, err := Parse(c.text, time.UTC)
		require.NoError(t, err, c.text)
		require.Equal(t, c.canonical, s.String(), c.text)
		require.Equal(t, c.period, s.Period(), c.text)
	}
}

func TestParseRefusesWithTheTextTheReasonAndARemedy(t *testing.T) {
	for _, c := range refused {
		s, err := Parse(c.text, time.UTC)
		require.ErrorIs(t, err, ErrUnknownFrequency, c.text)
		require.ErrorContains(t, err, c.reason, c.text)
		require.ErrorContains(t, err, `write for example "every 10 minutes"`, c.text)
		require.Less(t, len(err.Error()), 700, c.text)
		require.Equal(t, Schedule{}, s, c.text)
	}
	_, err := Parse("whenever", nil)
	require.ErrorContains(t, err, `unknown frequency "whenever": cannot make sense of "whenever"; write for example`)
}

func TestZeroScheduleIsUnknown(t *testing.T) {
	var s Schedule
	require.False(t, s.Known())
	require.Zero(t, s.Period())
	require.Equal(t, "unknown", s.String())
}

func TestStringIsInWordsThatParseAccepts(t *testing.T) {
	require.Equal(t, "every 10m", parsed(t, "每10分钟", nil).String())
	require.Equal(t, "every day", parsed(t, "once a day", nil).String())
	require.Equal(t, "every 2 weeks", parsed(t, "every 14 days", nil).String())
	require.Equal(t, "every 1 year 1 week 1h30m", parsed(t, "1 year 7 days 90 minutes", nil).String())
	for _, text := range acceptedTexts() {
		s, err := Parse(text, time.UTC)
		if err == nil {
			requireRoundTrip(t, s)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range acceptedTexts() {
		f.Add(text, int64(1_700_000_000), int64(90_000))
	}
	for _, c := range refused {
		f.Add(c.text, int64(1_711_846_800), int64(1))
	}
	zone := zoneOf(f, "America/Havana")
	f.Fuzz(func(t *testing.T, text string, last, later int64) {
		s, err := Parse(text, zone)
		if err != nil {
			require.ErrorIs(t, err, ErrUnknownFrequency)
			require.Equal(t, Schedule{}, s)
		} else {
			require.True(t, s.Known())
			require.GreaterOrEqual(t, s.Period(), time.Second)
			require.LessOrEqual(t, s.Period(), 10*year)
			requireRoundTrip(t, s)
		}
		beat := time.Unix(last%4e9, 0)
		requireConsistent(t, Rule{Location: zone}, s, beat, beat.Add(time.Duration(later%1e9)*time.Second))
	})
}

func acceptedTexts() []string {
	var texts []string
	for _, c := range distances {
		texts = append(texts, c.text)
	}
	for _, c := range weekdayTexts {
		texts = append(texts, c.text)
	}
	for _, c := range clockTexts {
		texts = append(texts, c.text)
	}
	for _, c := range cronTexts {
		texts = append(texts, c.text)
	}
	return texts
}

func requireRoundTrip(t *testing.T, s Schedule) {
	t.Helper()
	again, err := Parse(s.String(), time.UTC)
	require.NoError(t, err)
	require.Equal(t, s.String(), again.String())
	require.Equal(t, s.Period(), again.Period())
}

func parsed(t testing.TB, text string, loc *time.Location) Schedule {
	t.Helper()
	s, err := Parse(text, loc)
	require.NoError(t, err)
	return s
}

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}
