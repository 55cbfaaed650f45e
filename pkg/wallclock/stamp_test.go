package wallclock

import (
	"testing"
	"time"
	_ "time/tzdata" // zones, also where the machine has none

	"github.com/stretchr/testify/require"
)

// zones are those that make trouble: hours, half hours, midnights and a whole
// day skipped or repeated, and some without any change.
var zones = []string{
	"UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe",
	"Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia", "America/St_Johns",
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

func stamp(t testing.TB, text string) Stamp {
	t.Helper()
	s, ok := Parse([]byte(text), ' ')
	require.True(t, ok, text)
	return s
}

func TestParseStampReadsDatesThatExist(t *testing.T) {
	for _, text := range []string{
		"1970-01-01 00:00:00", "1969-12-31 23:59:59", "2026-03-05 12:34:56", "2024-02-29 00:00:00", "2000-02-29 23:59:59",
		"0001-01-01 00:00:00", "9999-12-31 23:59:59", "1900-03-01 00:00:00", "2100-12-31 00:00:00",
	} {
		want, err := time.Parse(time.DateTime, text)
		require.NoError(t, err)
		require.Equal(t, Stamp(want.Unix()), stamp(t, text), text)
		require.Equal(t, text, stamp(t, text).String())
	}
}

func TestParseStampRefusesEverythingElse(t *testing.T) {
	for _, text := range []string{
		"", "2026-03-05", "2026-03-05 12:34", "2026-03-05T12:34:56", "2026-03-05 12:34:56.7", "2026-03-05 12:34:56 ", "2026/03/05 12:34:56",
		"2026-02-29 00:00:00", "2100-02-29 00:00:00", "2026-00-05 00:00:00", "2026-13-05 00:00:00", "2026-03-00 00:00:00", "2026-04-31 00:00:00",
		"2026-03-05 24:00:00", "2026-03-05 12:60:00", "2026-03-05 12:00:60", "0000-01-01 00:00:00", "2026-03-05 1a:00:00", "2026-03-05 12-00:00",
		"２０２６-03-05 12:", "-026-03-05 12:00:00", "2026-03- 5 12:00:00",
	} {
		_, ok := Parse([]byte(text), ' ')
		require.False(t, ok, text)
	}
}

func TestClockReadsTheFirstOccurrenceAndTheOffsetBeforeAGap(t *testing.T) {
	for name, tt := range map[string]struct{ zone, local, want string }{
		"no change":                     {"Asia/Shanghai", "2026-03-05 12:00:00", "2026-03-05T04:00:00Z"},
		"before a gap":                  {"Europe/Berlin", "2026-03-29 01:59:59", "2026-03-29T00:59:59Z"},
		"in a gap":                      {"Europe/Berlin", "2026-03-29 02:30:00", "2026-03-29T01:30:00Z"},
		"after a gap":                   {"Europe/Berlin", "2026-03-29 03:00:00", "2026-03-29T01:00:00Z"},
		"before an hour that repeats":   {"Europe/Berlin", "2026-10-25 01:59:59", "2026-10-24T23:59:59Z"},
		"in an hour that repeats":       {"Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25T00:30:00Z"},
		"after an hour that repeats":    {"Europe/Berlin", "2026-10-25 03:00:00", "2026-10-25T02:00:00Z"},
		"gap in the west":               {"America/New_York", "2026-03-08 02:30:00", "2026-03-08T07:30:00Z"},
		"repeated in the west":          {"America/New_York", "2026-11-01 01:30:00", "2026-11-01T05:30:00Z"},
		"midnight that does not exist":  {"America/Sao_Paulo", "2018-11-04 00:30:00", "2018-11-04T03:30:00Z"},
		"hour repeated before midnight": {"America/Sao_Paulo", "2018-02-17 23:30:00", "2018-02-18T01:30:00Z"},
		"half an hour":                  {"Australia/Lord_Howe", "2026-04-05 01:45:00", "2026-04-04T14:45:00Z"},
		"a day that does not exist":     {"Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30T22:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			unix := NewClock(zone(t, tt.zone)).Unix(stamp(t, tt.local))
			require.Equal(t, tt.want, time.Unix(unix, 0).UTC().Format(time.RFC3339))
		})
	}
}

// unixBySearch finds the instant of a stamp by looking at every instant around
// it that can have it: offsets are multiples of a quarter of an hour.
func unixBySearch(s Stamp, loc *time.Location) int64 {
	const quarter = 900
	before := int64(0) // the offset at the last instant at which clocks showed less than s
	for unix := int64(s) - 108*quarter; unix < int64(s)+108*quarter; unix += quarter {
		shown := StampOf(time.Unix(unix, 0), loc)
		if shown == s {
			return unix
		}
		if shown > s {
			break
		}
		before = int64(shown) - unix
	}
	return int64(s) - before
}

func TestClockAgreesWithASearchAroundEveryChangeOfOffset(t *testing.T) {
	for _, name := range zones {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, name)
			clock := NewClock(loc)
			for _, year := range []int{2011, 2018, 2026} {
				for day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
					if StampOf(day, loc)+86_400 == StampOf(day.AddDate(0, 0, 1), loc) {
						continue
					}
					for s := Stamp(day.Unix()) - 12*3_600; s < Stamp(day.Unix())+36*3_600; s += 900 {
						require.Equal(t, unixBySearch(s, loc), clock.Unix(s), s.String())
					}
				}
			}
		})
	}
}

func TestClockBoundsTheInstantsOfAllStampsBeforeAndAfter(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe"} {
		clock := NewClock(zone(t, name))
		for _, around := range []string{"2018-11-04 00:00:00", "2026-03-29 02:00:00", "2026-10-25 02:00:00", "2026-03-08 02:00:00", "2026-04-05 02:00:00"} {
			middle := stamp(t, around)
			for s := middle - 5*3_600; s <= middle+5*3_600; s += 900 {
				latest, earliest := clock.Latest(s), clock.Earliest(s)
				for d := Stamp(0); d < 6*3_600; d += 900 {
					require.LessOrEqual(t, clock.Unix(s-d), latest, "%s %s", name, s.String())
					require.GreaterOrEqual(t, clock.Unix(s+d), earliest, "%s %s", name, s.String())
				}
			}
		}
	}
}

func TestClockSaysOneOffsetOnlyWhereThereIsOne(t *testing.T) {
	clock := NewClock(zone(t, "Europe/Berlin"))
	offset, steady := clock.Offset(stamp(t, "2026-03-05 00:00:00"), stamp(t, "2026-03-05 23:59:00"))
	require.True(t, steady)
	require.EqualValues(t, 3_600, offset)
	_, steady = clock.Offset(stamp(t, "2026-03-29 00:00:00"), stamp(t, "2026-03-29 23:59:00"))
	require.False(t, steady)
	_, steady = clock.Offset(stamp(t, "2026-03-05 00:00:00"), stamp(t, "2026-06-05 00:00:00"))
	require.False(t, steady, "summer time began in between")
}

// FuzzParseStamp holds ParseStamp against package time.
func FuzzParseStamp(f *testing.F) {
	for _, text := range []string{"2026-03-05 12:34:56", "2024-02-29 23:59:59", "2026-02-29 00:00:00", "0000-01-01 00:00:00", "2026-03-05 12:34:60", "2026-03-05 4:34:560", "0001-01-01  0:00:00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := Parse([]byte(text), ' ')
		want, err := time.Parse(time.DateTime, text)
		// Package time also takes hours padded with a space, and a year 0.
		if err != nil || want.Format(time.DateTime) != text || want.Year() == 0 {
			require.False(t, ok, "%q", text)
			return
		}
		require.True(t, ok, "%q", text)
		require.Equal(t, Stamp(want.Unix()), got, "%q", text)
	})
}

// FuzzClock holds Clock against a search, and checks that instants are read back
// as they were written unless their wall clock time came twice.
func FuzzClock(f *testing.F) {
	f.Add(uint8(2), int64(1_774_749_600), int64(0))
	f.Add(uint8(4), int64(1_541_296_800), int64(1_800))
	f.Add(uint8(8), int64(1_325_239_200), int64(-3_600))
	f.Fuzz(func(t *testing.T, which uint8, unix, step int64) {
		loc := zone(t, zones[int(which)%len(zones)])
		unix = ((unix%3_000_000_000 + 3_000_000_000) % 3_000_000_000) / 60 * 60
		clock := NewClock(loc)
		for _, at := range []int64{unix, unix + step%200_000/60*60} {
			s := StampOf(time.Unix(at, 0), loc)
			if (int64(s)-at)%900 != 0 {
				return // such offsets ended before there were check scripts
			}
			require.Equal(t, unixBySearch(s, loc), clock.Unix(s), s.String())
			require.Equal(t, s, StampOf(time.Unix(clock.Unix(s), 0), loc), s.String())
		}
	})
}
