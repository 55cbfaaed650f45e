package shop

import (
	"math"
	"math/rand/v2"
	"time"
)

// operation is one kind of work that the service does.
type operation struct {
	pattern string // of http.ServeMux: what the operation is called
	path    string // of a request
	share   float64
	median  time.Duration
	spread  float64 // standard deviation of the logarithm of the time it takes
	fails   float64 // how much more likely than others it fails
	steps   []step
}

// step is a part of an operation's work: a share of its time, all of them add up to 1.
type step struct {
	name  string
	share float64
}

// operations are what a shop's checkout is asked for; the shares add up to 1.
var operations = []operation{
	{pattern: "GET /products", path: "/products", share: 0.34, median: 18 * time.Millisecond, spread: 0.35, fails: 0.3, steps: []step{{"search catalogue", 0.7}, {"read prices", 0.3}}},
	{pattern: "GET /products/{id}", path: "/products/4711", share: 0.30, median: 9 * time.Millisecond, spread: 0.4, fails: 0.3, steps: []step{{"read product", 0.6}, {"read stock", 0.4}}},
	{pattern: "POST /cart", path: "/cart", share: 0.17, median: 35 * time.Millisecond, spread: 0.45, fails: 1, steps: []step{{"read stock", 0.35}, {"write cart", 0.65}}},
	{pattern: "GET /orders/{id}", path: "/orders/1001", share: 0.07, median: 28 * time.Millisecond, spread: 0.4, fails: 1, steps: []step{{"read order", 0.75}, {"read delivery", 0.25}}},
	{pattern: "POST /orders", path: "/orders", share: 0.12, median: 240 * time.Millisecond, spread: 0.6, fails: 3.2, steps: []step{{"reserve stock", 0.15}, {"charge card", 0.85}}},
}

// longestWork is what no piece of work exceeds, however slow everything is.
const longestWork = 30 * time.Second

// generator is that of one thing that happens, told apart by id.
func generator(seed, id uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, id)) }

// choose picks an operation by the shares.
func choose(rng *rand.Rand) *operation {
	at := rng.Float64()
	for i := range operations {
		if at -= operations[i].share; at < 0 {
			return &operations[i]
		}
	}
	return &operations[0] // the shares add up to a hair less than 1
}

// outcome draws how long a piece of work takes, by a log-normal distribution, and
// whether it fails.
func (o *operation) outcome(rng *rand.Rand, c conditions) (took time.Duration, failed bool) {
	factor := c.slowness * math.Exp(o.spread*rng.NormFloat64())
	took = min(time.Duration(float64(o.median)*factor), longestWork)
	failed = rng.Float64() < min(c.failing*o.fails, 0.95)
	return took, failed
}

// poisson draws how many events happen where so many are expected. Beyond a few
// hundred the normal distribution is near enough.
func poisson(rng *rand.Rand, expected float64) int {
	if expected > 200 {
		return max(0, int(math.Round(expected+math.Sqrt(expected)*rng.NormFloat64())))
	}
	limit, n := math.Exp(-expected), 0
	for p := rng.Float64(); p > limit; p *= rng.Float64() {
		n++
	}
	return n
}
