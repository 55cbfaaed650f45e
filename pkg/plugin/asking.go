package plugin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/grafana/dskit/concurrency"
	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

const (
	// serviceWorkers bounds the services that are asked side by side.
	serviceWorkers = 32
	// serviceTimeout is the most that one service may take of a query. Grafana
	// gives a query up after 30 s.
	serviceTimeout = 25 * time.Second
)

// asking bounds how services are asked.
type asking struct {
	timeout time.Duration // of one service
	workers int           // services asked side by side
}

// thorough is for queries that are answered once.
var thorough = asking{serviceTimeout, serviceWorkers}

// each asks every service side by side. A service that fails, or hangs, leaves
// the others alone: its error stands at its place.
func (s *services) each(ctx context.Context, chosen []serviceSettings, a asking, ask func(context.Context, int, signal.Source) error) []error {
	errs := make([]error, len(chosen))
	_ = concurrency.ForEachJob(ctx, len(chosen), a.workers, func(ctx context.Context, i int) error {
		source, err := s.Source(chosen[i])
		if err == nil {
			err = within(ctx, a.timeout, func(ctx context.Context) error { return ask(ctx, i, source) })
		}
		if err != nil && s.disposed() {
			err = errDisposed // whatever a source says that was closed under way
		}
		if err != nil {
			errs[i] = fmt.Errorf("service %q: %w", chosen[i].Name, err)
		}
		return nil
	})
	return errs
}

// within bounds the time of one service. That it ran out is a fault of the
// service, unless the query as a whole ran out of time.
func within(ctx context.Context, timeout time.Duration, ask func(context.Context) error) error {
	bounded, stop := context.WithTimeout(ctx, timeout)
	defer stop()
	err := ask(bounded)
	if err != nil && ctx.Err() == nil && bounded.Err() != nil && !isFault(err) {
		return signal.Faultf("it did not answer within %v: see that it is up and not overloaded, or ask for a shorter range: %w", timeout, context.DeadlineExceeded)
	}
	return err
}

func isFault(err error) bool {
	_, ok := errors.AsType[*signal.Fault](err)
	return ok
}

// failures sorts what went wrong with services that were asked.
type failures struct {
	errs    []error
	named   bool // the query names the services
	lenient bool // the query bears services that cannot give what it asks
}

// first is the error of the query as a whole: it was given up, a service was
// asked for by name that cannot give what was asked, or all failed.
func (f failures) first(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var fault, unsupported error
	answered := 0
	for _, err := range f.errs {
		switch {
		case err == nil:
			answered++
		case f.unsupported(err) && f.named && !f.lenient:
			return err
		case f.unsupported(err):
			unsupported = cmp.Or(unsupported, err)
		default:
			fault = cmp.Or(fault, err)
		}
	}
	if answered > 0 || fault == nil && f.lenient {
		return nil
	}
	return cmp.Or(fault, unsupported)
}

// excused says of the services that a lenient query was answered without why they
// cannot give what it asks: of those that it names, or, where nobody can, of the
// first.
func (f failures) excused() []string {
	if !f.lenient {
		return nil
	}
	var said []string
	for _, err := range f.errs {
		if f.unsupported(err) {
			said = append(said, fmt.Sprintf("Left out: %s.", err))
		}
	}
	switch {
	case f.named:
		return said
	case len(said) == len(f.errs):
		return said[:min(1, len(said))]
	}
	return nil
}

func (failures) unsupported(err error) bool {
	_, ok := errors.AsType[*signal.Unsupported](err)
	return ok
}

// said are the errors of services that should have answered.
func (f failures) said(ctx context.Context) []string {
	var said []string
	for _, err := range f.errs {
		if err == nil || f.unsupported(err) {
			continue
		}
		_, source, err := classify(err)
		if source == backend.ErrorSourcePlugin {
			backend.Logger.FromContext(ctx).Error("Service could not be read by a mistake of the plugin", "error", err)
		}
		said = append(said, fmt.Sprintf("Missing here: %s.", err))
	}
	return said
}
