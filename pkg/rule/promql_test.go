package rule

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestComparisonsWithANumberAreTakenApart(t *testing.T) {
	for expr, want := range map[string]comparison{
		`up == 0`:                              {"up", evaluator{"eq", []float64{0}}},
		`up != 1`:                              {"up", evaluator{"ne", []float64{1}}},
		`a >= 0.5`:                             {"a", evaluator{"gte", []float64{0.5}}},
		`a <= -1`:                              {"a", evaluator{"lte", []float64{-1}}},
		`5 < sum(a)`:                           {"sum(a)", evaluator{"gt", []float64{5}}},
		`0 >= a`:                               {"a", evaluator{"lte", []float64{0}}},
		`a > 8 * 1024 ^ 3`:                     {"a", evaluator{"gt", []float64{8 << 30}}},
		`a > (100 - 99) / 100`:                 {"a", evaluator{"gt", []float64{0.01}}},
		`a > 7 % 4 + -1`:                       {"a", evaluator{"gt", []float64{2}}},
		`(a > 5)`:                              {"(a)", evaluator{"gt", []float64{5}}},
		`a > 5 and on (job) b > 0.1`:           {"a and on (job) b > 0.1", evaluator{"gt", []float64{5}}},
		`(a / b > 0.05) and b > 0.1`:           {"(a / b) and b > 0.1", evaluator{"gt", []float64{0.05}}},
		`a > 5 unless b`:                       {"a unless b", evaluator{"gt", []float64{5}}},
		`(a < 7) > 5`:                          {"(a < 7)", evaluator{"gt", []float64{5}}},
		`a < 7 > 5`:                            {"a < 7", evaluator{"gt", []float64{5}}},
		"sum by (job) (\n  rate(a[5m])\n) > 5": {"sum by (job) (\n  rate(a[5m])\n)", evaluator{"gt", []float64{5}}},
		`a offset 5m > 5`:                      {"a offset 5m", evaluator{"gt", []float64{5}}},
		`max_over_time(a[1h:5m] @ end()) > 5 and b`: {"max_over_time(a[1h:5m] @ end()) and b", evaluator{"gt", []float64{5}}},
		`time() - a > 60`:        {"time() - a", evaluator{"gt", []float64{60}}},
		"a > 5 # more than five": {"a # more than five", evaluator{"gt", []float64{5}}},
		"(a # of\n) > 5":         {"(a # of\n)", evaluator{"gt", []float64{5}}},
	} {
		got, ok := split(expr)
		require.True(t, ok, expr)
		require.Equal(t, want, got, expr)
	}
}

func TestOtherExpressionsAreLeftWhole(t *testing.T) {
	for _, expr := range []string{
		`absent(up)`, `a > b`, `a > on (job) b`, `a > 5 or b > 7`, `(a > 5 or b) and c`, `a > bool 5`, `a > scalar(b)`,
		`a > time()`, `vector(1)`, `a and b > 5`, `a > NaN`, `a > 1 / 0`, `a unless b`, `1 > bool 0`, `a`, `not PromQL`,
	} {
		_, ok := split(expr)
		require.False(t, ok, expr)
	}
}
