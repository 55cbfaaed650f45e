package event

import (
	"testing"
	"time"
	_ "time/tzdata" // zones, also where the machine has none

	"github.com/stretchr/testify/require"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

// utc reads an instant.
func utc(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return at.UTC()
}

func TestBucketsAreAlignedToTheClockOfTheZone(t *testing.T) {
	for name, tt := range map[string]struct {
		zone, from, to string
		step           time.Duration
		want           []string
	}{
		"seconds":                        {"UTC", "2026-03-05T10:00:07Z", "2026-03-05T10:00:09Z", time.Second, []string{"2026-03-05T10:00:07Z", "2026-03-05T10:00:08Z", "2026-03-05T10:00:09Z"}},
		"first starts before":            {"UTC", "2026-03-05T10:07:30Z", "2026-03-05T10:10:00Z", 5 * time.Minute, []string{"2026-03-05T10:05:00Z", "2026-03-05T10:10:00Z"}},
		"range of one instant":           {"UTC", "2026-03-05T10:07:30Z", "2026-03-05T10:07:30Z", time.Hour, []string{"2026-03-05T10:00:00Z"}},
		"half an hour ahead":             {"Asia/Kolkata", "2026-03-05T10:07:30Z", "2026-03-05T11:07:30Z", time.Hour, []string{"2026-03-05T09:30:00Z", "2026-03-05T10:30:00Z"}},
		"half days":                      {"Asia/Shanghai", "2026-03-05T10:00:00Z", "2026-03-06T03:59:59Z", 12 * time.Hour, []string{"2026-03-05T04:00:00Z", "2026-03-05T16:00:00Z"}},
		"days":                           {"Asia/Shanghai", "2026-03-05T10:00:00Z", "2026-03-06T16:00:00Z", 24 * time.Hour, []string{"2026-03-04T16:00:00Z", "2026-03-05T16:00:00Z", "2026-03-06T16:00:00Z"}},
		"a day of 23 hours":              {"Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-30T10:00:00Z", 24 * time.Hour, []string{"2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"}},
		"a day of 25 hours":              {"America/New_York", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 24 * time.Hour, []string{"2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"}},
		"hours over a skipped one":       {"Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z", time.Hour, []string{"2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"}},
		"weeks begin on Mondays":         {"UTC", "2026-03-05T10:00:00Z", "2026-03-09T00:00:00Z", 7 * 24 * time.Hour, []string{"2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"}},
		"weeks before 1970":              {"UTC", "1969-12-28T10:00:00Z", "1969-12-29T00:00:00Z", 7 * 24 * time.Hour, []string{"1969-12-22T00:00:00Z", "1969-12-29T00:00:00Z"}},
		"a day that begins at one":       {"America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-05T12:00:00Z", 24 * time.Hour, []string{"2018-11-03T03:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"}},
		"a day whose last hour is twice": {"America/Sao_Paulo", "2018-02-17T12:00:00Z", "2018-02-18T12:00:00Z", 24 * time.Hour, []string{"2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z"}},
	} {
		t.Run(name, func(t *testing.T) {
			starts, err := Buckets(Range{utc(t, tt.from), utc(t, tt.to)}, tt.step, zone(t, tt.zone))
			require.NoError(t, err)
			var got []string
			for _, s := range starts {
				got = append(got, s.Format(time.RFC3339))
			}
			require.Equal(t, tt.want, got)
		})
	}
}

// A bucket of days must hold exactly the instants of its days.
func TestBucketsOfDaysBeginWithTheFirstInstantOfTheirDay(t *testing.T) {
	for _, name := range []string{"UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia"} {
		loc := zone(t, name)
		for _, year := range []int{2011, 2018, 2026} {
			r := Range{time.Date(year, 1, 1, 12, 0, 0, 0, time.UTC), time.Date(year+1, 1, 1, 12, 0, 0, 0, time.UTC)}
			starts, err := Buckets(r, 24*time.Hour, loc)
			require.NoError(t, err)
			require.False(t, starts[0].After(r.From))
			for _, s := range starts {
				require.NotEqual(t, s.Add(-time.Second).In(loc).Day(), s.In(loc).Day(), "%s: %s is not the beginning of a day", name, s.In(loc))
			}
			for i := 1; i < len(starts); i++ {
				require.LessOrEqual(t, starts[i].Sub(starts[i-1]), 25*time.Hour, "%s: a day is missing after %s", name, starts[i-1])
			}
		}
	}
}

func TestBucketsRefusesWhatCannotBeDrawn(t *testing.T) {
	r := Range{utc(t, "2026-03-05T10:00:00Z"), utc(t, "2026-03-06T10:00:00Z")}
	for step, says := range map[time.Duration]string{0: "too short", -time.Second: "too short", time.Millisecond: "too short", time.Second: "longer interval"} {
		_, err := Buckets(r, step, time.UTC)
		require.ErrorContains(t, err, says, step)
	}
	_, err := Buckets(Range{time.Time{}, utc(t, "9999-01-01T00:00:00Z")}, time.Hour, time.UTC)
	require.ErrorContains(t, err, "longer interval")
	starts, err := Buckets(Range{r.From, r.From.Add((MaxBuckets - 1) * time.Second)}, time.Second, time.UTC)
	require.NoError(t, err)
	require.Len(t, starts, MaxBuckets)
}
