package requestlog

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTimestampsAreThoseOfTheExistingWriter(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		zone *time.Location
		at   time.Time
		want string
	}{
		"microseconds":                      {time.UTC, time.Date(2026, 4, 22, 5, 18, 7, 123_456_000, time.UTC), "2026-04-22T05:18:07.123456"},
		"leading zeros":                     {time.UTC, time.Date(2026, 4, 22, 5, 18, 7, 42_000, time.UTC), "2026-04-22T05:18:07.000042"},
		"trailing zeros stay":               {time.UTC, time.Date(2026, 4, 22, 5, 18, 7, 500_000_000, time.UTC), "2026-04-22T05:18:07.500000"},
		"nanoseconds are cut off":           {time.UTC, time.Date(2026, 4, 22, 5, 18, 7, 123_456_999, time.UTC), "2026-04-22T05:18:07.123456"},
		"no fraction where it is 0":         {time.UTC, time.Date(2026, 4, 22, 5, 18, 7, 0, time.UTC), "2026-04-22T05:18:07"},
		"no fraction below a microsecond":   {time.UTC, time.Date(2026, 4, 22, 5, 18, 7, 999, time.UTC), "2026-04-22T05:18:07"},
		"local time of the zone":            {shanghai, time.Date(2026, 4, 22, 20, 0, 0, 1_000, time.UTC), "2026-04-23T04:00:00.000001"},
		"an hour is skipped in the spring":  {berlin, time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), "2026-03-29T03:00:00"},
		"an hour is repeated in the autumn": {berlin, time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC), "2026-10-25T02:30:00"},
	} {
		t.Run(name, func(t *testing.T) {
			s := stamp{zone: c.zone}
			require.Equal(t, c.want, s.format(c.at.UnixNano()))
			require.Equal(t, c.want, s.format(c.at.UnixNano()), "from the same second")
		})
	}
}
