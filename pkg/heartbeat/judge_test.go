package heartbeat

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const layout = "2006-01-02 15:04:05"

// clock reads a time of loc.
func clock(t testing.TB, text string, loc *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(layout, text, loc)
	require.NoError(t, err)
	return at
}

// limitsOf returns when a script is due, late and down, in the words of loc, "" for never.
func limitsOf(t testing.TB, r Rule, s Schedule, last string, loc *time.Location) (due, late, down string) {
	t.Helper()
	beat := clock(t, last, loc)
	due = r.Judge(s, beat, beat).Due.In(loc).Format(layout)
	for _, c := range r.Changes(s, beat) {
		if c.Status == Late {
			late = c.At.In(loc).Format(layout)
		} else {
			down = c.At.In(loc).Format(layout)
		}
	}
	return due, late, down
}

func TestJudgeCallsAScriptWithoutABeatNew(t *testing.T) {
	for _, s := range []Schedule{{}, parsed(t, "every 10 minutes", nil)} {
		require.Equal(t, Verdict{Status: New}, Rule{}.Judge(s, time.Time{}, time.Now()))
		require.Empty(t, Rule{}.Changes(s, time.Time{}))
	}
}

func TestJudgeByDistance(t *testing.T) {
	last := clock(t, "2026-03-06 12:00:00", time.UTC)
	s := parsed(t, "every 10 minutes", nil)
	due := last.Add(10 * time.Minute)
	for _, c := range []struct {
		name    string
		after   time.Duration
		status  Status
		overdue time.Duration
	}{
		{"at the beat", 0, OK, 0},
		{"a beat from the future", -time.Hour, OK, 0},
		{"overdue within the grace", 10*time.Minute + 30*time.Second, OK, 0},
		{"exactly at the limit", 11 * time.Minute, OK, 0},
		{"past the limit", 11*time.Minute + 1, Late, time.Minute + 1},
		{"exactly at the second limit", 21 * time.Minute, Late, 11 * time.Minute},
		{"past the second limit", 21*time.Minute + time.Second, Down, 11*time.Minute + time.Second},
		{"long after", 24 * time.Hour, Down, 24*time.Hour - 10*time.Minute},
	} {
		require.Equal(t, Verdict{c.status, c.overdue, due}, Rule{}.Judge(s, last, last.Add(c.after)), c.name)
	}
}

func TestGraceIsATenthOfThePeriodButAtLeastAMinuteUnlessSet(t *testing.T) {
	for _, c := range []struct {
		text  string
		grace time.Duration
		want  time.Duration
	}{
		{"every day", 0, 144 * time.Minute},
		{"every 10 minutes", 0, time.Minute},
		{"every 30 seconds", 0, time.Minute},
		{"every day", 5 * time.Minute, 5 * time.Minute},
		{"every 30 seconds", time.Second, time.Second},
		{"every day", -time.Hour, 144 * time.Minute},
	} {
		s, last := parsed(t, c.text, nil), clock(t, "2026-03-06 12:00:00", time.UTC)
		late := Rule{Grace: c.grace}.Changes(s, last)[0].At
		require.Equal(t, c.want, late.Sub(last.Add(s.Period())), c.text)
	}
}

func TestDaysAndMonthsAreCountedByTheCalendar(t *testing.T) {
	berlin, rule := zoneOf(t, "Europe/Berlin"), Rule{Grace: time.Minute}
	for _, c := range []struct{ text, last, due, down string }{
		{"daily", "2026-03-28 08:00:00", "2026-03-29 08:00:00", "2026-03-30 08:01:00"},
		{"daily", "2026-10-24 08:00:00", "2026-10-25 08:00:00", "2026-10-26 08:01:00"},
		{"every 24 hours", "2026-10-24 08:00:00", "2026-10-25 07:00:00", "2026-10-26 07:01:00"},
		{"daily", "2026-03-28 02:30:00", "2026-03-29 03:30:00", "2026-03-30 02:31:00"},
		{"monthly", "2026-01-31 08:00:00", "2026-02-28 08:00:00", "2026-03-31 08:01:00"},
		{"monthly", "2026-12-15 08:00:00", "2027-01-15 08:00:00", "2027-02-15 08:01:00"},
		{"yearly", "2028-02-29 08:00:00", "2029-02-28 08:00:00", "2030-02-28 08:01:00"},
		{"every 2 weeks", "2026-03-20 08:00:00", "2026-04-03 08:00:00", "2026-04-17 08:01:00"},
	} {
		due, _, down := limitsOf(t, rule, parsed(t, c.text, berlin), c.last, berlin)
		require.Equal(t, c.due, due, c)
		require.Equal(t, c.down, down, c)
	}
}

func TestWeekdayIsDueAtItsEnd(t *testing.T) {
	berlin, rule := zoneOf(t, "Europe/Berlin"), Rule{Grace: time.Minute}
	for _, c := range []struct{ text, last, due, down string }{
		{"every Monday", "2026-03-02 00:00:00", "2026-03-10 00:00:00", "2026-03-17 00:01:00"},
		{"every Monday", "2026-03-02 23:59:00", "2026-03-10 00:00:00", "2026-03-17 00:01:00"},
		{"every Monday", "2026-03-01 23:59:58", "2026-03-10 00:00:00", "2026-03-17 00:01:00"}, // a clock two seconds behind
		{"every Monday", "2026-03-01 20:00:00", "2026-03-03 00:00:00", "2026-03-10 00:01:00"}, // a run by hand on Sunday
		{"every Sunday", "2026-03-22 12:00:00", "2026-03-30 00:00:00", "2026-04-06 00:01:00"}, // a day of 23 hours
		{"weekdays", "2026-03-06 12:00:00", "2026-03-10 00:00:00", "2026-03-11 00:01:00"},     // Friday
		{"weekdays", "2026-03-07 12:00:00", "2026-03-10 00:00:00", "2026-03-11 00:01:00"},     // Saturday
	} {
		due, _, down := limitsOf(t, rule, parsed(t, c.text, berlin), c.last, berlin)
		require.Equal(t, c.due, due, c)
		require.Equal(t, c.down, down, c)
	}
}

func TestClassicRuleIsDownWithoutABeatTodayOrYesterday(t *testing.T) {
	shanghai := zoneOf(t, "Asia/Shanghai")
	rule := Rule{Location: shanghai}
	midnight := clock(t, "2026-03-06 00:00:00", shanghai)
	for _, c := range []struct {
		at      string
		status  Status
		overdue time.Duration
	}{
		{"2026-03-04 09:00:00", OK, 0},
		{"2026-03-05 23:59:59", OK, 0},
		{"2026-03-06 00:00:00", OK, 0}, // exactly at the limit
		{"2026-03-06 00:00:01", Down, time.Second},
		{"2026-03-07 12:00:00", Down, 36 * time.Hour},
	} {
		for _, last := range []string{"2026-03-04 00:00:00", "2026-03-04 23:59:59"} {
			v := rule.Judge(Schedule{}, clock(t, last, shanghai), clock(t, c.at, shanghai))
			require.Equal(t, Verdict{c.status, c.overdue, midnight.UTC()}, v, c)
		}
	}
	require.Equal(t, []Change{{midnight.UTC(), Down}}, rule.Changes(Schedule{}, clock(t, "2026-03-04 12:00:00", shanghai)))
}

func TestClassicRuleCountsDaysOfTheZoneAlsoWhereMidnightIsSkippedOrRepeated(t *testing.T) {
	for _, c := range []struct{ zone, last, midnight string }{
		{"America/Havana", "2026-03-06T12:00:00-05:00", "2026-03-08T01:00:00-04:00"},
		{"America/Havana", "2026-10-30T12:00:00-04:00", "2026-11-01T00:00:00-04:00"},
		{"America/Santiago", "2026-09-04T12:00:00-04:00", "2026-09-06T01:00:00-03:00"},
		{"Europe/Berlin", "2026-03-27T23:30:00Z", "2026-03-30T00:00:00+02:00"},
		{"Pacific/Apia", "2011-12-28T12:00:00-10:00", "2011-12-31T00:00:00+14:00"},
	} {
		loc := zoneOf(t, c.zone)
		last, err := time.Parse(time.RFC3339, c.last)
		require.NoError(t, err)
		changes := Rule{Location: loc}.Changes(Schedule{}, last)
		require.Len(t, changes, 1)
		require.Equal(t, c.midnight, changes[0].At.In(loc).Format(time.RFC3339))
	}
}

func TestOnWallFindsTheFirstInstantOfEveryMinute(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/Havana", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata"} {
		loc := zoneOf(t, name)
		seen := map[string]bool{}
		for at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() == 2026; at = at.Add(15 * time.Minute) {
			reading := at.In(loc).Format(layout)
			if !seen[reading] {
				require.True(t, at.Equal(onWall(clock(t, reading, time.UTC), loc)), "%s in %s", reading, name)
			}
			seen[reading] = true
		}
	}
}

func TestJudgeAgreesWithChanges(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	zones := []*time.Location{time.UTC, zoneOf(t, "America/Havana"), zoneOf(t, "Australia/Lord_Howe"), zoneOf(t, "Asia/Shanghai")}
	for _, text := range append(acceptedTexts(), "unknown") {
		for _, loc := range zones {
			s, _ := Parse(text, loc)
			for range 20 {
				last := time.Unix(1_600_000_000+random.Int64N(400_000_000), random.Int64N(1e9))
				r := Rule{Location: loc, Grace: []time.Duration{0, time.Second, day}[random.IntN(3)]}
				requireConsistent(t, r, s, last, last.Add(time.Duration(random.Int64N(int64(3*s.Period()+3*day)))))
			}
		}
	}
}

// requireConsistent checks what holds of every verdict, and that the changes agree with the verdicts around them.
func requireConsistent(t *testing.T, r Rule, s Schedule, last, at time.Time) {
	t.Helper()
	v := r.Judge(s, last, at)
	require.Contains(t, Statuses, v.Status)
	require.Equal(t, v.Status == Late || v.Status == Down, v.Overdue > 0)
	if v.Overdue > 0 {
		require.Equal(t, at.Sub(v.Due), v.Overdue)
	}
	if !v.Due.IsZero() {
		require.True(t, v.Due.After(last), "due %v after %v", v.Due, last)
	}
	before := OK
	for _, c := range r.Changes(s, last) {
		require.True(t, c.At.After(last))
		require.Equal(t, time.UTC, c.At.Location())
		require.Equal(t, before, r.Judge(s, last, c.At).Status)
		require.Equal(t, c.Status, r.Judge(s, last, c.At.Add(1)).Status)
		before = c.Status
	}
}
