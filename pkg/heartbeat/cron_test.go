package heartbeat

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBeatBelongsToTheFiringAroundIt(t *testing.T) {
	for _, c := range []struct{ text, last, due, down string }{
		{"*/10 * * * *", "2026-03-06 12:10:00", "2026-03-06 12:20:00", "2026-03-06 12:31:00"},
		{"*/10 * * * *", "2026-03-06 12:10:07", "2026-03-06 12:20:00", "2026-03-06 12:31:00"}, // seconds after its start
		{"*/10 * * * *", "2026-03-06 12:18:59", "2026-03-06 12:20:00", "2026-03-06 12:31:00"}, // after a run of nine minutes
		{"*/10 * * * *", "2026-03-06 12:09:55", "2026-03-06 12:20:00", "2026-03-06 12:31:00"}, // a clock five seconds behind
		{"* * * * *", "2026-03-06 12:09:40", "2026-03-06 12:11:00", "2026-03-06 12:13:00"},
		{"* * * * *", "2026-03-06 12:10:20", "2026-03-06 12:11:00", "2026-03-06 12:13:00"},
		{"*/2 * * * * *", "2026-03-06 12:00:00", "2026-03-06 12:00:02", "2026-03-06 12:01:04"},
		{"every day at 08:00", "2026-03-06 07:50:00", "2026-03-07 08:00:00", "2026-03-08 10:24:00"},
		{"every day at 08:00", "2026-03-06 04:00:00", "2026-03-06 08:00:00", "2026-03-07 10:24:00"}, // a run by hand
	} {
		due, _, down := limitsOf(t, Rule{}, parsed(t, c.text, nil), c.last, time.UTC)
		require.Equal(t, c.due, due, c)
		require.Equal(t, c.down, down, c)
	}
}

func TestTinyGraceDoesNotTurnASlowClockIntoAnAlarm(t *testing.T) {
	due, late, _ := limitsOf(t, Rule{Grace: time.Second}, parsed(t, "*/10 * * * *", nil), "2026-03-06 12:09:55", time.UTC)
	require.Equal(t, "2026-03-06 12:20:00", due)
	require.Equal(t, "2026-03-06 12:20:01", late)
}

func TestHugeGraceDoesNotLetABeatCountForTwoFirings(t *testing.T) {
	due, late, down := limitsOf(t, Rule{Grace: time.Hour}, parsed(t, "*/10 * * * *", nil), "2026-03-06 12:10:05", time.UTC)
	require.Equal(t, "2026-03-06 12:20:00", due)
	require.Equal(t, "2026-03-06 13:20:00", late)
	require.Equal(t, "2026-03-06 13:30:00", down)
}

func TestCronDoesNotAlarmInItsPauses(t *testing.T) {
	shanghai := zoneOf(t, "Asia/Shanghai")
	s := parsed(t, "*/10 8-17 * * 1-5", shanghai)
	friday := "2026-03-06 17:50:03"
	due, late, down := limitsOf(t, Rule{}, s, friday, shanghai)
	require.Equal(t, "2026-03-09 08:00:00", due)
	require.Equal(t, "2026-03-09 08:01:00", late)
	require.Equal(t, "2026-03-09 08:11:00", down)

	_, late, down = limitsOf(t, Rule{}, s, "2026-03-06 17:40:03", shanghai)
	require.Equal(t, "2026-03-06 17:51:00", late, "the grace is not a tenth of the weekend")
	require.Equal(t, "2026-03-09 08:01:00", down)

	_, late, _ = limitsOf(t, Rule{}, parsed(t, "0 8 * * 1-5", shanghai), "2026-03-05 08:00:00", shanghai)
	require.Equal(t, "2026-03-06 10:24:00", late, "the grace before a weekend is that of other days")
}

func TestCronIsReadInTheZoneOfTheStore(t *testing.T) {
	shanghai := zoneOf(t, "Asia/Shanghai")
	v := Rule{}.Judge(parsed(t, "0 8 * * *", shanghai), clock(t, "2026-03-06 08:00:05", shanghai), time.Now())
	require.Equal(t, "2026-03-07T00:00:00Z", v.Due.Format(time.RFC3339))
}

func TestCronOverChangesOfTheClock(t *testing.T) {
	for _, c := range []struct{ zone, text, last, due, down string }{
		{"Europe/Berlin", "0 8 * * *", "2026-03-28T08:00:00+01:00", "2026-03-29T08:00:00+02:00", "2026-03-30T08:01:00+02:00"},
		{"Europe/Berlin", "0 8 * * *", "2026-10-24T08:00:00+02:00", "2026-10-25T08:00:00+01:00", "2026-10-26T08:01:00+01:00"},
		{"Europe/Berlin", "30 2 * * *", "2026-03-28T02:30:00+01:00", "2026-03-30T02:30:00+02:00", "2026-03-31T02:31:00+02:00"},
		{"Europe/Berlin", "30 2 * * *", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00", "2026-03-31T02:31:00+02:00"},
		{"Europe/Berlin", "30 2 * * *", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00", "2026-10-27T02:31:00+01:00"},
		{"Europe/Berlin", "30 2 * * *", "2026-10-25T02:10:00+01:00", "2026-10-26T02:30:00+01:00", "2026-10-27T02:31:00+01:00"},
		{"Europe/Berlin", "*/10 * * * *", "2026-10-25T02:50:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T02:11:00+01:00"},
		{"Europe/Berlin", "*/10 * * * *", "2026-03-29T01:50:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:11:00+02:00"},
		{"Australia/Lord_Howe", "0 8 * * *", "2026-10-03T08:00:00+10:30", "2026-10-04T08:00:00+11:00", "2026-10-05T08:01:00+11:00"},
		{"America/Havana", "0 8 * * 0", "2026-03-01T08:00:00-05:00", "2026-03-08T08:00:00-04:00", "2026-03-15T08:01:00-04:00"},
		{"America/Havana", "every Saturday", "2026-02-28T08:00:00-05:00", "2026-03-08T01:00:00-04:00", "2026-03-15T00:01:00-04:00"},
		{"America/Havana", "every Saturday", "2026-10-24T08:00:00-04:00", "2026-11-01T00:00:00-04:00", "2026-11-08T00:01:00-05:00"},
	} {
		loc := zoneOf(t, c.zone)
		last, err := time.Parse(time.RFC3339, c.last)
		require.NoError(t, err)
		rule, s := Rule{Grace: time.Minute}, parsed(t, c.text, loc)
		require.Equal(t, c.due, rule.Judge(s, last, last).Due.In(loc).Format(time.RFC3339), c)
		changes := rule.Changes(s, last)
		require.Equal(t, c.down, changes[len(changes)-1].At.In(loc).Format(time.RFC3339), c)
	}
}

// TestCronFiresWhenTheClockOnTheWallSaysSo compares with the plain definition: every fifth minute is looked at.
func TestCronFiresWhenTheClockOnTheWallSaysSo(t *testing.T) {
	lines := []string{"*/10 * * * *", "5 * * * *", "*/20 1-3 * * *", "30 2 * * *", "0 0 * * *", "15 1 * * 0", "30 0,12 1-10 * 6", "0 8 * * 1-5"}
	zones := []string{"UTC", "Europe/Berlin", "America/Havana", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Cairo"}
	for _, name := range zones {
		loc := zoneOf(t, name)
		for _, line := range lines {
			s := parsed(t, line, loc)
			f, ok := s.pattern.(*firings)
			require.True(t, ok)
			spec := f.specs[0]
			for _, from := range changesOfTheClock(loc, time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)) {
				from = from.Add(-3 * day)
				at := f.next(from.Add(-1))
				seen := map[string]bool{}
				for m := from; m.Before(from.Add(6 * day)); m = m.Add(5 * time.Minute) {
					l := m.In(loc)
					wall := clock(t, l.Format(layout), time.UTC)
					if !spec.Next(wall.Add(-time.Second)).Equal(wall) || f.once && seen[l.Format(layout)] {
						continue
					}
					seen[l.Format(layout)] = true
					require.True(t, m.Equal(at), "%s in %s: want %v, got %v", line, name, l, at.In(loc))
					at = f.next(at)
				}
			}
		}
	}
}

// changesOfTheClock returns from and the next changes in loc within about a year.
func changesOfTheClock(loc *time.Location, from time.Time) []time.Time {
	changes := []time.Time{from}
	for range 2 {
		if _, end := changes[len(changes)-1].In(loc).ZoneBounds(); !end.IsZero() {
			changes = append(changes, end)
		}
	}
	return changes
}

func TestCronWithoutAFurtherFiringIsNeverDue(t *testing.T) {
	s := parsed(t, "0 0 29 2 *", nil)
	last := time.Date(2096, 3, 1, 0, 0, 0, 0, time.UTC) // 2100 is no leap year
	require.Equal(t, Verdict{Status: OK}, Rule{}.Judge(s, last, last.AddDate(50, 0, 0)))
	require.Empty(t, Rule{}.Changes(s, last))
}
