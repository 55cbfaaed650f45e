package heartbeat

import (
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 3, 6, 12, 0, 0, 0, time.UTC)

// minutes gives instants by their distance from noon in minutes.
func minutes(offsets ...int) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for _, m := range offsets {
			if !yield(noon.Add(time.Duration(m) * time.Minute)) {
				return
			}
		}
	}
}

type mark struct {
	minute int
	status Status
}

func marks(changes []Change) []mark {
	var all []mark
	for _, c := range changes {
		all = append(all, mark{int(c.At.Sub(noon) / time.Minute), c.Status})
	}
	return all
}

func TestTimelineDrawsEachChangeOnce(t *testing.T) {
	s := parsed(t, "every 10 minutes", nil)
	for _, c := range []struct {
		name  string
		beats []int
		last  time.Time
		want  []mark
	}{
		{"never a beat", nil, time.Time{}, []mark{{0, New}}},
		{"the first beat ever", []int{50, 60}, time.Time{}, []mark{{0, New}, {50, OK}}},
		{"regular beats", []int{0, 10, 20, 30, 40, 50, 60}, time.Time{}, []mark{{0, OK}}},
		{"one missed", []int{0, 10, 30, 40, 50}, time.Time{}, []mark{{0, OK}, {21, Late}, {30, OK}}},
		{"two missed", []int{0, 10, 40, 50}, time.Time{}, []mark{{0, OK}, {21, Late}, {31, Down}, {40, OK}}},
		{"it dies", []int{0}, time.Time{}, []mark{{0, OK}, {11, Late}, {21, Down}}},
		{"it was dead before", nil, noon.Add(-day), []mark{{0, Down}}},
		{"it was late before", []int{5, 15, 25, 35, 45, 55}, noon.Add(-15 * time.Minute), []mark{{0, Late}, {5, OK}}},
		{"a beat before the range", []int{-5, 5, 15, 25, 35, 45, 55}, time.Time{}, []mark{{0, OK}}},
		{"a beat exactly at the limit", []int{0, 11, 22, 33, 44, 55}, time.Time{}, []mark{{0, OK}}},
		{"a limit exactly at the beginning", []int{5, 15, 25, 35, 45, 55}, noon.Add(-11 * time.Minute), []mark{{0, Late}, {5, OK}}},
		{"a limit exactly at the end", []int{10, 20, 30, 40, 49}, noon, []mark{{0, OK}}},
		{"a beat at the end", []int{10, 60, 61}, noon, []mark{{0, OK}, {21, Late}, {31, Down}, {60, OK}}},
		{"the same beat twice", []int{0, 10, 10, 20, 30, 40, 50}, time.Time{}, []mark{{0, OK}}},
		{"a clock set back", []int{0, 10, 20, 15, 30, 40, 50}, time.Time{}, []mark{{0, OK}}},
	} {
		got := Rule{}.Timeline(s, minutes(c.beats...), c.last, noon, noon.Add(time.Hour))
		require.Equal(t, c.want, marks(got), c.name)
	}
}

func TestTimelineByTheClassicRuleKnowsNoLate(t *testing.T) {
	got := Rule{}.Timeline(Schedule{}, minutes(0), time.Time{}, noon, noon.Add(3*day))
	require.Equal(t, []mark{{0, OK}, {36 * 60, Down}}, marks(got))
}

func TestTimelineOfAnInstant(t *testing.T) {
	s := parsed(t, "every 10 minutes", nil)
	require.Equal(t, []mark{{0, OK}}, marks(Rule{}.Timeline(s, minutes(), noon.Add(-11*time.Minute), noon, noon)))
	require.Empty(t, Rule{}.Timeline(s, minutes(0), time.Time{}, noon, noon.Add(-1)))
}

func TestTimelineReadsNoFurtherThanItsEnd(t *testing.T) {
	read := 0
	endless := func(yield func(time.Time) bool) {
		for at := noon; yield(at); at = at.Add(10 * time.Minute) {
			read++
		}
	}
	Rule{}.Timeline(parsed(t, "every 10 minutes", nil), endless, time.Time{}, noon, noon.Add(time.Hour))
	require.Equal(t, 7, read)
}

func TestTimelineAgreesWithJudge(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	zone := zoneOf(t, "Europe/Berlin")
	for _, text := range []string{"every 10 minutes", "*/10 * * * *", "*/10 8-17 * * 1-5", "daily", "every Monday", "0 8 * * *", "unknown"} {
		s, _ := Parse(text, zone)
		for range 200 {
			rule := Rule{Location: zone}
			unit := max(s.Period(), day/4) / 4
			from := time.Date(2026, 3, 20+random.IntN(20), random.IntN(24), 0, 0, 0, zone)
			to := from.Add(time.Duration(random.IntN(40)) * unit)
			var beats []time.Time
			for at := from.Add(-8 * unit); at.Before(to.Add(unit)); at = at.Add(time.Duration(random.IntN(14)) * unit / 2) {
				beats = append(beats, at)
			}
			beats = beats[random.IntN(len(beats)+1):]
			var before time.Time
			if i := slices.IndexFunc(beats, from.Before); i > 0 {
				before, beats = beats[i-1], beats[i:]
			}
			requireTimeline(t, rule, s, beats, before, from, to)
		}
	}
}

func requireTimeline(t *testing.T, r Rule, s Schedule, beats []time.Time, before, from, to time.Time) {
	t.Helper()
	line := r.Timeline(s, slices.Values(beats), before, from, to)
	require.NotEmpty(t, line)
	require.True(t, line[0].At.Equal(from))
	require.LessOrEqual(t, len(line), 3*(len(beats)+1))
	judge := func(at time.Time) Status {
		last := before
		for _, b := range beats {
			if !b.After(at) {
				last = b
			}
		}
		return r.Judge(s, last, at).Status
	}
	require.Equal(t, judge(to), line[len(line)-1].Status)
	for i, c := range line {
		require.Equal(t, time.UTC, c.At.Location())
		until := to
		if i+1 < len(line) {
			until = line[i+1].At
			require.True(t, until.After(c.At))
			require.NotEqual(t, c.Status, line[i+1].Status)
		}
		if until.After(c.At) {
			require.Equal(t, c.Status, judge(c.At.Add(1)), "just after %v", c.At)
			require.Equal(t, c.Status, judge(until.Add(-1)), "just before %v", until)
			require.Equal(t, c.Status, judge(c.At.Add(until.Sub(c.At)/2)), "halfway to %v", until)
		}
	}
}

func BenchmarkTimeline(b *testing.B) {
	for _, text := range []string{"every minute", "* * * * *", "*/10 8-17 * * 1-5", "unknown"} {
		s, _ := Parse(text, zoneOf(b, "Europe/Berlin"))
		beats := make([]time.Time, 1440)
		for i := range beats {
			beats[i] = noon.Add(time.Duration(i) * time.Minute)
		}
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Rule{}.Timeline(s, slices.Values(beats), time.Time{}, noon, noon.Add(day))
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, text := range []string{"every 10 minutes", "每10分钟一次", "*/10 * * * *", "0 8 * * 1-5", "0 0 29 2 *"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = Parse(text, time.UTC)
			}
		})
	}
}
