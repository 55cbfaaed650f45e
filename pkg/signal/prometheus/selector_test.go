package prometheus_test

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

func TestASelectorThatIsNoListOfMatchersIsRefused(t *testing.T) {
	for _, selector := range []string{
		"", " \n", `{job="shop"}`, `up{job="shop"}`, `job`, `job="shop"}`, `job="shop"} or up{job="x"`, `job="shop"}[5m`, `job="shop"} #`,
		`__name__="up"`, `__name__=~".+",job="x"`, `"up"`, `job=~"("`, `job=shop`, `job="shop" env="x"`, `job=~".*"`, `job!="x"`, `job="a" or job="b"`,
		"job=\"shop\x00", `job="$shop`,
	} {
		_, err := prometheus.New(prometheus.Config{API: shop(), Selector: selector})
		require.ErrorContains(t, err, "services[].selector", selector)
	}
}

func TestASelectorCannotLeaveItsBraces(t *testing.T) {
	for _, selector := range []string{
		`job="shop"`, `job = 'shop'`, "job=`sh\"op`", `job="}",env=~"a|b"`, `job="\"} or up{",`, `job!="x",env="prod" # } or up{` + "\n", `"my.label"="x"`, `job="商店"`, `job="shop" # comment`,
	} {
		t.Run(selector, func(t *testing.T) {
			f := shop()
			source, err := prometheus.New(prometheus.Config{API: f, Selector: selector})
			require.NoError(t, err)
			answer, err := source.Read(t.Context(), signal.Request{Signal: signal.Goroutines, Windows: last(1, time.Minute)})
			require.NoError(t, err)
			require.NotContains(t, answer.Query, "#")
			parsed, err := parser.NewParser(parser.Options{}).ParseExpr(answer.Query)
			require.NoError(t, err)
			var selectors int
			parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
				if s, ok := node.(*parser.VectorSelector); ok {
					selectors++
					require.Equal(t, "go_goroutines", s.Name)
				}
				return nil
			})
			require.Equal(t, 1, selectors, answer.Query)
			require.Equal(t, 1, strings.Count(answer.Query, "go_goroutines"))
		})
	}
}

func TestMacros(t *testing.T) {
	for expr, want := range map[string]string{
		"up":                              "up",
		"rate(x[$__rate_interval])":       "rate(x[1m15s])",
		"rate(x[${__rate_interval}])":     "rate(x[1m15s])",
		"$__interval $__interval_ms":      "1m 60000",
		"${__interval} ${__interval_ms}":  "1m 60000",
		"$__range $__range_s $__range_ms": "5400s 5400 5400000",
		"x[$__range:$__interval]":         "x[5400s:1m]",
		"$__ranges $__from $job ${job}":   "$__ranges $__from $job ${job}",
		"$$__interval":                    "$1m",
	} {
		require.Equal(t, want, prometheus.Expand(expr, time.Minute, 90*time.Minute, 15*time.Second), expr)
	}
	require.Equal(t, "4m", prometheus.Expand("$__rate_interval", time.Second, time.Hour, time.Minute))
	require.Equal(t, "1m", prometheus.Expand("$__rate_interval", time.Second, time.Hour, 0))
	require.Equal(t, "250ms", prometheus.Expand("$__interval", 250*time.Millisecond, time.Hour, 0))
}
