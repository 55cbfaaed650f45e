package plugin

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// follower follows a signal of running apps.
type follower struct {
	services []serviceSettings
	query    pulse
	request  signal.Request // without windows
	signal   frame.Signal
	sources  *services
}

func (d *Datasource) follower(q *query.Live, refID string) (*follower, error) {
	chosen, err := d.services.choose(q.Services)
	if err != nil {
		return nil, err
	}
	if len(q.Services) == 0 {
		chosen = slices.DeleteFunc(slices.Clone(chosen), func(s serviceSettings) bool { return s.Kind != signal.App })
	}
	if len(chosen) == 0 {
		return nil, queryError{fmt.Errorf("no service is of kind %q: only running apps can be followed each second, for others use query type %s", signal.App, query.TypeSignals)}
	}
	for _, s := range chosen {
		if s.Kind != signal.App {
			return nil, queryError{fmt.Errorf("service %q is of kind %q: only running apps (kind %q) can be followed each second, use query type %s", s.Name, s.Kind, signal.App, query.TypeSignals)}
		}
	}
	name, stat := q.Asked()
	def, err := signal.Define(name)
	if err != nil {
		return nil, queryError{err}
	}
	request := signal.Request{Signal: name, Stat: stat}
	if err := request.Supports(signal.App); err != nil {
		return nil, err
	}
	return &follower{
		services: chosen, sources: d.services, request: request,
		query:  pulse{Live: &query.Live{Signal: name, Stat: stat}, RefID: refID},
		signal: frame.Signal{Definition: def, Step: time.Second},
	}, nil
}

// stretch is what is known of some seconds.
type stretch struct {
	seconds []time.Time
	values  [][]float64 // of each service of the follower
	errs    []error     // why nothing is known of it
	head    frame.Head
}

// read reads the seconds from one to another, both included, of which there is at
// least one. Of an app that cannot be read nothing is known in them.
func (f *follower) read(ctx context.Context, from, last time.Time, timeout time.Duration) stretch {
	s := stretch{values: make([][]float64, len(f.services))}
	for second := from; !second.After(last); second = second.Add(time.Second) {
		s.seconds = append(s.seconds, second)
	}
	r := f.request
	r.Windows = signal.Windows{Starts: s.seconds, End: last.Add(time.Second)}
	reads := make([]read, len(f.services))
	s.errs = f.sources.each(ctx, f.services, asking{timeout, len(f.services)}, func(ctx context.Context, i int, source signal.Source) error {
		a, err := source.Read(ctx, r)
		if err == nil && len(a.Series) != 1 {
			err = fmt.Errorf("the source answered %d series and not one", len(a.Series))
		}
		if err == nil {
			reads[i].Answer, s.values[i] = a, a.Series[0].Values
		}
		return err
	})
	for i := range s.values {
		if s.values[i] == nil {
			s.values[i] = nothing(r.Windows)
		}
	}
	s.head = frame.Head{Query: f.describe(), Errors: failures{errs: s.errs}.said(ctx), Remarks: notes(f.services, reads)}
	return s
}

func (f *follower) describe() string {
	said := fmt.Sprintf("%s %s %s", query.TypeLive, f.request.Signal, f.request.Stat)
	return strings.TrimSpace(said) + " of " + strings.Join(serviceNames(f.services), ", ")
}

// keep leaves out the services that do not have the signal, which is an error
// where the query names them. Those that cannot be read now stay: they may come
// back.
func (f *follower) keep(ctx context.Context, s stretch, named bool) (stretch, error) {
	if err := ctx.Err(); err != nil {
		return s, err
	}
	all := failures{errs: s.errs}
	kept := stretch{seconds: s.seconds, head: s.head}
	var services []serviceSettings
	var refused error
	for i, err := range s.errs {
		if all.unsupported(err) {
			refused = err
			continue
		}
		services, kept.values, kept.errs = append(services, f.services[i]), append(kept.values, s.values[i]), append(kept.errs, err)
	}
	if refused != nil && (named || len(services) == 0) {
		return s, refused
	}
	f.services = services
	kept.head.Query = f.describe()
	return kept, nil
}

// end makes the stretch end with a second: it cuts off what is later, or reads
// what came since it was read, of the apps that answered then.
func (f *follower) end(ctx context.Context, s stretch, last time.Time) stretch {
	n := 0
	for n < len(s.seconds) && !s.seconds[n].After(last) {
		n++
	}
	s.seconds = s.seconds[:n]
	for i := range s.values {
		s.values[i] = s.values[i][:n]
	}
	if n == 0 || s.seconds[n-1].Equal(last) {
		return s
	}
	answered := *f
	answered.services = nil
	for i, err := range s.errs {
		if err == nil {
			answered.services = append(answered.services, f.services[i])
		}
	}
	more := answered.read(ctx, s.seconds[n-1].Add(time.Second), last, pulseTimeout)
	s.seconds = append(s.seconds, more.seconds...)
	for i, err := range s.errs {
		values := slices.Repeat([]float64{math.NaN()}, len(more.seconds))
		if err == nil {
			values, more.values = more.values[0], more.values[1:]
		}
		s.values[i] = append(s.values[i], values...)
	}
	return s
}

func (f *follower) frame(s stretch) *data.Frame {
	readings := make([]frame.Reading, len(f.services))
	for i, one := range f.services {
		readings[i] = frame.Reading{Service: one.Name, Series: signal.Series{Values: s.values[i]}}
	}
	return frame.Live(f.signal, s.seconds, readings)
}
