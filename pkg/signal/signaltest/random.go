package signaltest

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

const randomRequests = 800

// random is a world of some hundred requests over two days and a half, or
// the span that the source remembers: with a lull, a burst of errors and a slow
// phase. The seed makes it, so that a world which shows a fault can be had again.
func random(t testing.TB, p Profile, seed uint64, zoneName, start string) World {
	t.Helper()
	w := World{Name: fmt.Sprintf("random %s seed %d", strings.ReplaceAll(zoneName, "/", "-"), seed), Zone: zone(t, zoneName), Start: instant(t, start)}
	length := p.length(60 * time.Hour)
	w.Now = w.Start.Add(length)
	rng := rand.New(rand.NewPCG(seed, 0))
	for range randomRequests {
		r := randomRequest(rng)
		// The last part is silent: there, nothing is heard of but zeros.
		at := time.Duration(rng.Float64() * 0.9 * float64(length)).Truncate(time.Microsecond)
		r.Time = w.Start.Add(at)
		switch phase := float64(at) / float64(length); {
		case phase > 0.3 && phase < 0.4:
			continue // a lull
		case phase > 0.5 && phase < 0.6 && rng.IntN(3) > 0:
			r.Status = signal.StatusError
		case phase > 0.7 && phase < 0.8:
			r.Seconds *= 20
		}
		if rng.IntN(20) == 0 { // at a full second, where windows may begin
			r.Time = r.Time.Truncate(time.Second)
		}
		if r.Time.Before(w.Start) || twice(w.Zone, r.Time) {
			continue
		}
		w.Requests = append(w.Requests, r)
	}
	slices.SortStableFunc(w.Requests, func(a, b Request) int { return cmp.Compare(a.begin(), b.begin()) })
	w.Readings = readings(p, w, func(int) Reading { return randomReading(rng) })
	return w
}

func randomRequest(rng *rand.Rand) Request {
	operations := []string{"GET /orders", "POST /orders", "GET /orders/{id}", "查询", `quote " and \ backslash`}
	r := Request{
		Seconds: 0.08 * math.Exp(0.8*rng.NormFloat64()), Status: signal.StatusSuccess,
		Operation: operations[min(rng.IntN(len(operations)), rng.IntN(len(operations)))],
	}
	if rng.IntN(30) == 0 {
		r.Status = signal.StatusError
	}
	if rng.IntN(100) == 0 {
		r.Seconds = float64(10 + rng.IntN(200))
	}
	return r
}

func randomReading(rng *rand.Rand) Reading {
	r := Reading{
		InFlight: float64(rng.IntN(12)), CPU: math.Round(rng.Float64()*1000) / 10, MemoryUsage: math.Round(rng.Float64()*1000) / 10,
		Memory: float64(rng.IntN(4 << 30)), Goroutines: float64(rng.IntN(3_000)), GC: float64(rng.IntN(3)),
	}
	r.GCPause = r.GC * rng.Float64() / 1_000
	return r
}
