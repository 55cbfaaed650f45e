package demo

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// expand fills in a template: {a|b|c} becomes one of the words, {1..40} a number
// of the range, ends included, as wide as its first end is written: {01..12}.
func expand(rng *rand.Rand, template string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		choice, after, _ := strings.Cut(rest, "}")
		b.WriteString(choose(rng, choice))
		template = after
	}
}

func choose(rng *rand.Rand, choice string) string {
	low, high, isRange := strings.Cut(choice, "..")
	first, errLow := strconv.Atoi(low)
	last, errHigh := strconv.Atoi(high)
	if !isRange || errLow != nil || errHigh != nil {
		return pick(rng, strings.Split(choice, "|"))
	}
	n := strconv.Itoa(first + rng.IntN(last-first+1))
	return strings.Repeat("0", max(0, len(low)-len(n))) + n
}

func pick(rng *rand.Rand, from []string) string { return from[rng.IntN(len(from))] }
