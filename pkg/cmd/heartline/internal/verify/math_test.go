package verify

import (
	"fmt"
	"math"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"
)

// mathNode is an expression B.
func mathNode(expression string) string {
	return fmt.Sprintf(`{refId: B, datasourceUid: __expr__, model: {type: math, expression: %q}}`, expression)
}

func TestMathIsComputedAsGrafanaDoesIt(t *testing.T) {
	number := func(v float64) result { return result{samples: []sample{{values: []*float64{&v}}}} }
	results := map[string]result{"A": number(6), "B": number(4), "C": number(0), "N": number(math.NaN()), "with space": number(1)}
	for expression, want := range map[string]float64{
		"$A + $B * 2":           14,
		"($A + $B) * 2":         20,
		"-$A - -1":              -5,
		"$A / $B":               1.5,
		"$A % $B":               2,
		"$A > $B && $C == 0":    1,
		"$A <= $B || $C != 0":   0,
		"!$C + !$A":             1,
		"1e1 + .5":              10.5,
		"${with space} + ${A}":  7,
		"abs(0 - $B)":           4,
		"round(2.5) + floor(1)": 4,
		"$N && $C":              math.NaN(),
		"$C && $N":              0,
		"$A || $N":              1,
		"$C / $C":               math.NaN(),
		"!$N":                   math.NaN(),
	} {
		got, err := evaluate(expression, results)
		require.NoError(t, err, expression)
		require.Len(t, got.samples, 1)
		if math.IsNaN(want) {
			require.True(t, math.IsNaN(*got.samples[0].last()), expression)
			continue
		}
		require.InDelta(t, want, *got.samples[0].last(), 1e-12, expression)
	}
}

func TestMathMatchesNumbersByTheirLabels(t *testing.T) {
	of := func(names string, v float64) sample {
		labels := data.Labels{}
		for _, n := range names {
			labels[string(n)] = "x"
		}
		return sample{labels, []*float64{&v}}
	}
	results := map[string]result{
		"A": {samples: []sample{of("s", 1), of("t", 2)}},
		"B": {samples: []sample{of("st", 10), of("u", 20)}},
		"C": {samples: []sample{of("t", 5), of("s", 3)}},
		"D": {samples: []sample{of("v", 7)}},
		"E": {samples: []sample{of("u", 8)}},
		"G": {samples: []sample{of("s", 1)}},
		"F": {samples: []sample{{labels: data.Labels{"s": "x"}, values: []*float64{nil}}}},
	}
	for expression, want := range map[string]map[string]float64{
		"$A + $C": {"s=x": 4, "t=x": 7},
		"$G + $B": {"s=x, t=x": 11}, // the labels of one are among those of the other
		"$A * 2":  {"s=x": 2, "t=x": 4},
		"$D + $E": {"": 15}, // one on each side: Grafana does not look at the labels
	} {
		got, err := evaluate(expression, results)
		require.NoError(t, err, expression)
		found := map[string]float64{}
		for _, s := range got.samples {
			found[s.labels.String()] = *s.last()
		}
		require.Equal(t, want, found, expression)
	}
	missing, err := evaluate("$F + 1", results)
	require.NoError(t, err)
	require.Nil(t, missing.samples[0].last(), "what is missing stays missing")
	_, err = evaluate("$A + $D", results)
	require.ErrorContains(t, err, "never match")
}

func TestMathOfASeriesAndANumber(t *testing.T) {
	rule := ruleOf(t, "", statusNode,
		`{refId: M, datasourceUid: __expr__, model: {type: math, expression: "$A * 10"}}`,
		`{refId: R, datasourceUid: __expr__, model: {type: reduce, expression: M, reducer: max}}`,
		`{refId: B, datasourceUid: __expr__, model: {type: threshold, expression: R, conditions: [{evaluator: {type: eq, params: [40]}}]}}`)
	got, _ := judged(t, rule, countFrame(1, 4, 2))
	require.Equal(t, "firing 1", got.State, got.Problem)
}

func TestMathSaysWhatIsWrong(t *testing.T) {
	for expression, want := range map[string]string{
		"$A +":    "cannot be read",
		"$X + 1":  `it refers to "X", which is no node before it`,
		"A + 1":   `"A" means nothing: write $A`,
		`"a" + 1`: "is no number",
	} {
		got, _ := judged(t, ruleOf(t, "", statusNode, mathNode(expression)), statusFrame(numbersOf(1)...))
		require.Contains(t, got.Problem, want, expression)
	}
	for expression, want := range map[string]string{
		"$A ** 2":   "a part of a math expression",
		"$A & 1":    "the operator &",
		"nan($A)":   "the function nan()",
		"+$A":       "the operator +",
		"abs()":     "a function of a math expression",
		"log.x($A)": "a function of a math expression",
	} {
		got, _ := judged(t, ruleOf(t, "", statusNode, mathNode(expression)), statusFrame(numbersOf(1)...))
		require.Empty(t, got.Problem, expression)
		require.Contains(t, got.State, "answered, "+want, expression)
	}
}

func TestMathWithTwoSeriesIsNotEvaluated(t *testing.T) {
	got, _ := judged(t, ruleOf(t, "", statusNode, mathNode("$A + $A")), countFrame(1))
	require.Contains(t, got.State, "math with two time series is not evaluated here")
}
