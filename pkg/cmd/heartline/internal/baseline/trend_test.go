package baseline

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// shape makes the samples of a run of five minutes, one every ten seconds.
type shape func(rng *rand.Rand, i int) float64

const samples = 31

func run(rng *rand.Rand, f shape) (times, values []float64) {
	for i := range samples {
		times = append(times, float64(i)*10/3600)
		values = append(values, f(rng, i))
	}
	return times, values
}

// similar is noise in which each value keeps a share of the one before.
func similar(share float64) func() shape {
	return func() shape {
		state := 0.0
		return func(rng *rand.Rand, _ int) float64 {
			state = share*state + rng.NormFloat64()
			return 1000 + 50*state
		}
	}
}

func sawtooth(rng *rand.Rand) shape {
	period, phase := 5+rng.IntN(12), rng.IntN(16)
	return func(rng *rand.Rand, i int) float64 {
		return 100 + 60*float64((i+phase)%period)/float64(period) + 2*rng.NormFloat64()
	}
}

// alarms is how often a shape passes for a leak.
func alarms(t *testing.T, make func(*rand.Rand) shape) float64 {
	t.Helper()
	const trials = 1_000
	rng := rand.New(rand.NewPCG(1, 2))
	count := 0
	for range trials {
		trend, ok := trendOf(run(rng, make(rng)))
		require.True(t, ok)
		if trend.Steady {
			count++
		}
	}
	return float64(count) / trials
}

func TestNoiseIsNoLeak(t *testing.T) {
	of := func(f func() shape) func(*rand.Rand) shape { return func(*rand.Rand) shape { return f() } }
	for name, c := range map[string]struct {
		shape func(*rand.Rand) shape
		limit float64
	}{
		"white noise":       {of(similar(0)), 0.002},
		"noise with memory": {of(similar(0.5)), 0.01},
		"much memory":       {of(similar(0.8)), 0.02},
		"collected heap":    {sawtooth, 0.01},
		"constant":          {func(*rand.Rand) shape { return func(*rand.Rand, int) float64 { return 42 } }, 0},
		"one burst at the end": {func(*rand.Rand) shape {
			return func(rng *rand.Rand, i int) float64 { return 100 + rng.Float64() + 900*float64(i/29) }
		}, 0},
		"a step": {func(*rand.Rand) shape {
			return func(rng *rand.Rand, i int) float64 { return 100 + 5*rng.NormFloat64() + 50*float64(i/16) }
		}, 0.1},
		"falling": {func(*rand.Rand) shape {
			return func(rng *rand.Rand, i int) float64 { return 1000 - float64(10*i) + rng.NormFloat64() }
		}, 0},
		"rising by 3 %": {func(*rand.Rand) shape { return func(_ *rand.Rand, i int) float64 { return 1000 + float64(i) } }, 0},
	} {
		t.Run(name, func(t *testing.T) { require.LessOrEqual(t, alarms(t, c.shape), c.limit) })
	}
}

func TestSteadyGrowthIsALeak(t *testing.T) {
	for name, c := range map[string]struct {
		shape func(*rand.Rand) shape
		least float64
	}{
		"a line": {func(*rand.Rand) shape { return func(_ *rand.Rand, i int) float64 { return 1000 + 5*float64(i) } }, 1},
		"a line in noise": {func(*rand.Rand) shape {
			return func(rng *rand.Rand, i int) float64 { return 1000 + 10*float64(i) + 20*rng.NormFloat64() }
		}, 0.95},
		"a line with outliers": {func(*rand.Rand) shape {
			return func(rng *rand.Rand, i int) float64 { return 1000 + 10*float64(i) + 500*float64(rng.IntN(10)/9) }
		}, 0.95},
		"steps": {func(*rand.Rand) shape { return func(_ *rand.Rand, i int) float64 { return 1000 + 100*float64(i/5) } }, 1},
		"a heap whose troughs rise": {func(*rand.Rand) shape {
			return func(rng *rand.Rand, i int) float64 { return 100 + 4*float64(i) + 20*float64(i%4) + rng.NormFloat64() }
		}, 0.95},
	} {
		t.Run(name, func(t *testing.T) { require.GreaterOrEqual(t, alarms(t, c.shape), c.least) })
	}
}

func TestSlopeIsPerHourAndRobust(t *testing.T) {
	times, values := run(nil, func(_ *rand.Rand, i int) float64 { return 7 + 2*float64(i) })
	values[5], values[20] = 1e6, -1e6
	trend, ok := trendOf(times, values)
	require.True(t, ok)
	require.InDelta(t, 720, trend.Slope, 1e-6)
}

func TestPIsThatOfMannAndKendall(t *testing.T) {
	// Four rising values have a score of 6 and a variance of 4*3*13/18.
	times := []float64{0, 1, 2, 3}
	require.InDelta(t, math.Erfc(5/math.Sqrt(156.0/18)/math.Sqrt2)/2, mannKendall(times, []float64{1, 2, 3, 4}, 1), 1e-12)
	// Two of them tied: 5, and 2*1*9/18 less.
	require.InDelta(t, math.Erfc(4/math.Sqrt(138.0/18)/math.Sqrt2)/2, mannKendall(times, []float64{1, 2, 2, 4}, 1), 1e-12)
	require.Equal(t, 1.0, mannKendall(times, []float64{5, 5, 5, 5}, 0))
	require.Equal(t, []float64{0, 1.5, 1.5, 3}, ranks([]float64{1, 2, 2, 4}))
}

func TestFewSamplesHaveNoTrend(t *testing.T) {
	times, values := run(nil, func(_ *rand.Rand, i int) float64 { return float64(i) })
	_, ok := trendOf(times[:minTrend-1], values[:minTrend-1])
	require.False(t, ok)
}
