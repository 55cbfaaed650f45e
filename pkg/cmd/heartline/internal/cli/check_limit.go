package cli

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/spf13/pflag"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/vitals"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// limit is how a figure is judged.
type limit struct {
	figure            vitals.Figure
	warning, critical *threshold
	below             bool // low values are bad
}

// newLimits are the figures of a check with their default thresholds, which are
// where the bands of Heartline begin.
func newLimits() []limit {
	of := func(f vitals.Figure, warning, critical float64) limit {
		return limit{figure: f, warning: &threshold{value: warning, unit: f.Unit()}, critical: &threshold{value: critical, unit: f.Unit()}}
	}
	success := of(vitals.Success, band.Success.Begin("excellent"), band.Success.Begin("good"))
	success.below = true
	slow := float64(time.Duration(band.Latency.Begin("slow")*float64(time.Second))) / float64(time.Second) // 500 ms are good still
	return []limit{
		of(vitals.QPS, math.NaN(), math.NaN()),
		of(vitals.P95, slow, band.LatencyLimit),
		success,
		of(vitals.Goroutines, band.Goroutines.Begin("attention"), band.Goroutines.Begin("alert")),
		of(vitals.Memory, band.Memory.Begin("warning"), band.Memory.Begin("danger")),
	}
}

func (l *limit) register(f *pflag.FlagSet) {
	side := "above"
	if l.below {
		side = "below"
	}
	for name, t := range map[string]*threshold{"warning": l.warning, "critical": l.critical} {
		f.Var(t, l.figure.Name+"-"+name, fmt.Sprintf("%s %s `%s`", name, side, t.Type()))
	}
}

// asked reports whether the command line names the figure.
func (l *limit) asked() bool { return l.warning.set || l.critical.set }

// settle makes the thresholds agree: a default gives way to what was asked for.
func (l *limit) settle() error {
	milder := func(a, b float64) bool { return a > b != l.below && a != b }
	if !milder(l.warning.value, l.critical.value) {
		return nil
	}
	switch {
	case l.warning.set && l.critical.set:
		return usageError{fmt.Errorf("--%s-warning %s lies beyond --%s-critical %s: swap them", l.figure.Name, l.warning, l.figure.Name, l.critical)}
	case l.warning.set:
		l.critical.value = l.warning.value
	default:
		l.warning.value = l.critical.value
	}
	return nil
}

func (l *limit) judge(value float64) judged {
	j := judged{Name: l.figure.Name, Unit: l.figure.Unit(), Value: known(value), Warning: known(l.warning.value), Critical: known(l.critical.value), limit: l, value: value}
	if b, ok := l.figure.Band(value); ok {
		j.Band = b.Name
	}
	// Comparisons with NaN are false: what is not known is not judged.
	beyond := func(edge float64) bool { return value > edge }
	if l.below {
		beyond = func(edge float64) bool { return value < edge }
	}
	switch {
	case beyond(l.critical.value):
		j.status = exitCritical
	case beyond(l.warning.value):
		j.status = exitWarning
	}
	j.Status = statusNames[j.status]
	return j
}

func known(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	return &v
}

// threshold is a flag with a number in a unit; NaN judges nothing.
type threshold struct {
	value float64
	unit  signal.Unit
	set   bool
}

// String implements pflag.Value.
func (t *threshold) String() string {
	switch {
	case math.IsNaN(t.value):
		return ""
	case t.unit == signal.Seconds:
		return time.Duration(t.value * float64(time.Second)).String()
	case t.unit == signal.Bytes:
		return units.BytesSize(t.value)
	}
	return number(t.value)
}

// Type implements pflag.Value.
func (t *threshold) Type() string {
	switch t.unit {
	case signal.Seconds:
		return "DURATION"
	case signal.Bytes:
		return "SIZE"
	case signal.Percent:
		return "PERCENT"
	}
	return "NUMBER"
}

// Set implements pflag.Value.
func (t *threshold) Set(text string) error {
	v, err := t.parse(text)
	if err != nil {
		return err
	}
	if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
		return errors.New("it must be a number of at least 0")
	}
	if t.unit == signal.Percent && v > 100 {
		return errors.New("it must be a share of at most 100")
	}
	t.value, t.set = v, true
	return nil
}

func (t *threshold) parse(text string) (float64, error) {
	switch t.unit {
	case signal.Seconds:
		d, err := time.ParseDuration(text)
		if err != nil {
			return 0, errors.New("write a duration such as 500ms or 1s")
		}
		return d.Seconds(), nil
	case signal.Bytes:
		n, err := units.RAMInBytes(text)
		if err != nil {
			return 0, errors.New("write a size such as 512MiB or 3GiB")
		}
		return float64(n), nil
	}
	v, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil {
		return 0, errors.New("write a number")
	}
	return v, nil
}

// number is a number as short as it can be, without an exponent.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
