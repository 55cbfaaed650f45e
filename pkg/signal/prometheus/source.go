// Package prometheus reads instrumented services from the Prometheus that scrapes
// them, or from whatever speaks its HTTP API: the signals of the catalogue from
// the metrics that a service happens to have, and PromQL as it is written.
package prometheus

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// Config says which service a Source reads, and where.
type Config struct {
	API      v1.API
	Kind     signal.Kind      // signal.Go where it is empty, or signal.Milvus
	Selector string           // the labels of the service, such as job="orders"
	Now      func() time.Time // time.Now where it is nil
}

// Source is a service behind a Prometheus.
type Source struct {
	api      v1.API
	dialect  dialect
	selector string // as parseSelector writes it
	now      func() time.Time
	cache    cache
	closed   atomic.Bool
}

var _ signal.Source = (*Source)(nil)

// New makes a source. It asks nothing yet; the error names a setting that is wrong.
func New(c Config) (*Source, error) {
	selector, err := parseSelector(c.Selector)
	if err != nil {
		return nil, err
	}
	spoken, err := dialectOf(c.Kind)
	if err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Source{api: c.API, dialect: spoken, selector: selector, now: c.Now}, nil
}

// errClosed says that a source was closed, because the settings changed.
var errClosed = errors.New("the source of this service was closed: ask again")

// Read implements signal.Source.
func (s *Source) Read(ctx context.Context, r signal.Request) (signal.Answer, error) {
	a, err := s.read(ctx, r)
	return a, blamed(err)
}

func (s *Source) read(ctx context.Context, r signal.Request) (signal.Answer, error) {
	if s.closed.Load() {
		return signal.Answer{}, errClosed
	}
	if err := r.Supports(s.dialect.kind()); err != nil {
		return signal.Answer{}, err
	}
	if d, err := signal.Define(r.Signal); err == nil && r.Stat == "" {
		r.Stat = d.DefaultStat()
	}
	v, err := s.having(ctx, r.Signal, r.Windows)
	if err != nil {
		return signal.Answer{}, err
	}
	p, err := s.dialect.plan(s, v, r)
	if err != nil {
		return signal.Answer{}, s.certain(v, err)
	}
	t, err := s.evaluate(ctx, p, r.Windows)
	if err != nil {
		return signal.Answer{}, err
	}
	answer := signal.Answer{Series: t.answer(p), Query: t.query(), Notes: append(p.notes, t.notes...)}
	switch {
	case r.Signal == signal.Age:
		err = s.age(ctx, v, r.Windows, &answer)
	case len(p.exemplars) > 0 && r.Windows.Len() > 1: // a single number, as alerts ask for it, has no room for them
		s.exemplars(ctx, p.exemplars, r.Windows, &answer)
	}
	return answer, err
}

// having gives an inventory that has a signal, or the reason why there is none.
func (s *Source) having(ctx context.Context, wanted signal.Signal, w signal.Windows) (*inventory, error) {
	v, err := s.search(ctx, w.Starts[0], w.End, func(v *inventory) bool { return s.dialect.lacking(s, v, wanted) == "" })
	if err != nil {
		return nil, err
	}
	if reason := s.dialect.lacking(s, v, wanted); reason != "" {
		return nil, s.certain(v, &signal.Unsupported{Signal: wanted, Reason: reason})
	}
	return v, nil
}

// Missing implements signal.Source. It tells what the service had since the day
// before.
func (s *Source) Missing(ctx context.Context) (map[signal.Signal]string, error) {
	v, err := s.around(ctx, s.now())
	if err != nil {
		return nil, blamed(err)
	}
	missing := map[signal.Signal]string{}
	for _, d := range signal.Catalogue {
		if reason, never := d.Cannot[s.dialect.kind()]; never {
			missing[d.Signal] = reason
		} else if reason := s.dialect.lacking(s, v, d.Signal); reason != "" {
			missing[d.Signal] = reason
		}
	}
	return missing, nil
}

// Location implements signal.Source. A Prometheus has no zone of its own.
func (s *Source) Location() *time.Location { return time.UTC }

// Close implements signal.Source. The API is its maker's to close.
func (s *Source) Close() error {
	s.closed.Store(true)
	return nil
}

// Check implements signal.Source: it counts the targets that are up.
func (s *Source) Check(ctx context.Context) (string, error) {
	expr := "count_values(\"value\", " + s.metric(upMetric) + ")"
	value, _, err := Query(ctx, s.api, expr, s.now())
	if err != nil {
		return "", blamed(err)
	}
	targets, ok := value.(model.Vector)
	if !ok {
		return "", unexpected(s.api, expr, value)
	}
	up, all := 0, 0
	for _, sample := range targets {
		all += int(sample.Value)
		if sample.Metric["value"] == "1" {
			up += int(sample.Value)
		}
	}
	switch {
	case all == 0:
		return s.checkWithoutTargets(ctx)
	case up == 0:
		return "", signal.Faultf("%s reaches none of the %d targets that fit {%s}: its page of targets says why", where(s.api), all, s.selector)
	}
	what, err := s.dialect.check(ctx, s)
	return fmt.Sprintf("%s%d of %d targets up, %s", what, up, all, s.version(ctx)), blamed(err)
}

// checkWithoutTargets looks for a service that sends its metrics by itself: such
// a one has no up.
func (s *Source) checkWithoutTargets(ctx context.Context) (string, error) {
	v, err := s.known(ctx, s.now().Truncate(time.Hour), s.now().Truncate(time.Hour).Add(time.Hour))
	if err != nil {
		return "", err
	}
	if len(v.names) == 0 || v.names[upMetric] {
		return "", signal.Faultf("%s has no target that fits {%s}: see that the service is scraped and that services[].selector fits its labels", where(s.api), s.selector)
	}
	names := slices.Sorted(maps.Keys(v.names))
	return fmt.Sprintf("no target, but metrics such as %s, %s", names[0], s.version(ctx)), nil
}

// version is what answers. Not all that speak the API tell.
func (s *Source) version(ctx context.Context) string {
	if built, err := s.api.Buildinfo(ctx); err == nil && built.Version != "" {
		return "Prometheus " + built.Version
	}
	return "Prometheus of an unknown version"
}

// unexpected is an answer of a type that its question does not have.
func unexpected(api v1.API, expr string, value model.Value) error {
	return signal.Faultf("%s answers %q with a %T: see that metrics.url leads to a Prometheus", where(api), expr, value)
}
