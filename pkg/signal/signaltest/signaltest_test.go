package signaltest_test

import (
	"testing"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/signaltest"
)

func TestASourceThatHasEverythingConforms(t *testing.T) {
	both := []signal.Dimension{signal.Operation, signal.Status}
	for name, p := range map[string]signaltest.Profile{
		"exact":   {Kind: signal.App, SplitBy: both, Span: 3 * time.Hour},
		"seconds": {Kind: signal.App, SplitBy: both, Resolution: time.Second, Span: 10 * time.Minute},
		"scraped": {
			Kind: signal.Go, SplitBy: both, Resolution: 15 * time.Second, Shortest: time.Minute, Span: 2 * time.Hour,
			Blur: 15 * time.Second, Rates: 0.1, Percentiles: 0.05,
		},
	} {
		t.Run(name, func(t *testing.T) {
			signaltest.Run(t, p, func(_ testing.TB, w signaltest.World) signal.Source { return &memory{World: w, kind: p.Kind} })
		})
	}
}
