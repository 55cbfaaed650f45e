package plugin

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// signals answers queries of type signals.
func (d *Datasource) signals(ctx context.Context, a ask[*query.Signals]) (answer, error) {
	p, err := d.survey(a)
	if err != nil {
		return answer{}, err
	}
	chosen, err := d.services.choose(a.query.Services)
	switch {
	case errors.Is(err, errNoServices) && a.alert && a.query.Lenient:
		// A rule for services of any kind is no error where there are none yet.
		return p.noData(err.Error()), nil
	case err != nil:
		return answer{}, err
	}
	if kinds := a.query.Kinds; len(kinds) > 0 {
		chosen = slices.DeleteFunc(slices.Clone(chosen), func(one serviceSettings) bool { return !slices.Contains(kinds, one.Kind) })
		if len(chosen) == 0 && a.query.Lenient {
			return p.noData(fmt.Sprintf("No service is of the kinds %q.", kinds)), nil
		}
		if len(chosen) == 0 {
			return answer{}, queryError{fmt.Errorf("no service is of the kinds %q: name others, or leave kinds out", kinds)}
		}
	}
	if a.query.Shape() == query.FormatHeatmap {
		return d.heatmap(ctx, p, chosen)
	}
	return d.readings(ctx, p, chosen)
}

// survey is what a query for signals asks of every service.
type survey struct {
	ask[*query.Signals]
	request signal.Request // without windows
	frame   frame.Signal
	now     time.Time
}

func (d *Datasource) survey(a ask[*query.Signals]) (survey, error) {
	name, stat := a.query.Asked()
	def, err := signal.Define(name)
	if err != nil {
		return survey{}, queryError{err}
	}
	step, err := a.query.Step()
	if err != nil {
		return survey{}, queryError{err}
	}
	if step == 0 {
		step = autoStep(a.panel.TimeRange.To.Sub(a.panel.TimeRange.From), a.panel)
	}
	return survey{
		ask: a, now: d.now(),
		request: signal.Request{Signal: name, Stat: stat, SplitBy: a.query.SplitBy},
		frame:   frame.Signal{Definition: def, SplitBy: a.query.SplitBy, Step: step},
	}, nil
}

func (s survey) instant() bool { return s.query.Shape() == query.FormatInstant }

// windows are those of one service: its days begin and end in its own zone.
func (s survey) windows(zone *time.Location) (signal.Windows, error) {
	if s.instant() {
		return whole(s.panel.TimeRange, s.now), nil
	}
	return cutRange(s.panel.TimeRange, s.frame.Step, zone, s.now)
}

// fits refuses what would have more points than a panel can draw.
func (s survey) fits(series int, w signal.Windows) error {
	if series > maxGroups || series*w.Len() > event.MaxCells {
		return queryError{fmt.Errorf("the answer has %d series over %d intervals each: %w", series, w.Len(), errTooManyPoints)}
	}
	return nil
}

// read is what one service answered.
type read struct {
	signal.Answer
	windows signal.Windows
}

// readings answers with series or numbers.
func (d *Datasource) readings(ctx context.Context, s survey, chosen []serviceSettings) (answer, error) {
	empty, err := s.windows(time.UTC)
	if err != nil {
		return answer{}, err
	}
	if empty.Len() == 0 {
		return s.noData(inFuture), nil
	}
	if err := s.fits(len(chosen), empty); err != nil {
		return answer{}, err
	}
	reads := make([]read, len(chosen))
	f := failures{named: len(s.query.Services) > 0, lenient: s.query.Lenient}
	f.errs = d.services.each(ctx, chosen, thorough, func(ctx context.Context, i int, source signal.Source) error {
		var err error
		reads[i], err = s.read(ctx, chosen[i].Kind, source)
		return err
	})
	for i, err := range f.errs {
		cannot := s.request.Supports(chosen[i].Kind)
		switch {
		case err != nil && cannot != nil:
			// What cannot be read now would not have had it either.
			f.errs[i] = fmt.Errorf("service %q: %w", chosen[i].Name, cannot)
		case s.request.Signal == signal.Up && isFault(err):
			reads[i], f.errs[i] = s.down(empty), nil
		}
	}
	if err := f.first(ctx); err != nil {
		return answer{}, err
	}
	return s.answer(ctx, chosen, reads, f, empty)
}

func (s survey) read(ctx context.Context, kind signal.Kind, source signal.Source) (read, error) {
	r := s.request
	if err := r.Supports(kind); err != nil {
		return read{}, err
	}
	var err error
	if r.Windows, err = s.windows(source.Location()); err != nil {
		return read{}, err
	}
	a, err := source.Read(ctx, r)
	return read{a, r.Windows}, err
}

// down is the answer of Up for a service that cannot be read now. Of other times
// nothing is known.
func (s survey) down(w signal.Windows) read {
	values := nothing(w)
	if s.now.Sub(w.End) <= liveSlack {
		values[len(values)-1] = 0
	}
	return read{signal.Answer{Series: []signal.Series{{Values: values}}}, w}
}

// nothing is a series of which nothing is known.
func nothing(w signal.Windows) []float64 {
	return slices.Repeat([]float64{math.NaN()}, w.Len())
}

// answer frames what the services answered. A service that cannot be read keeps
// its row, without a number, and its series where an alert rule asks: its alert
// must not end because nobody knows.
func (s survey) answer(ctx context.Context, chosen []serviceSettings, reads []read, f failures, empty signal.Windows) (answer, error) {
	var readings []frame.Reading
	exemplars := map[string][]signal.Exemplar{}
	for i, one := range chosen {
		r := reads[i]
		if f.errs[i] != nil {
			if f.unsupported(f.errs[i]) || !s.instant() && !s.alert {
				continue
			}
			r = read{signal.Answer{Series: []signal.Series{{Key: make([]string, len(s.request.SplitBy)), Values: nothing(empty)}}}, empty}
		}
		exemplars[one.Name] = r.Exemplars
		for _, series := range r.Series {
			readings = append(readings, frame.Reading{Service: one.Name, Starts: r.windows.Starts, Series: series})
		}
	}
	if err := s.fits(len(readings), empty); err != nil {
		return answer{}, err
	}
	res := answer{head: frame.Head{Query: s.describe(chosen, reads), Errors: f.said(ctx), Remarks: append(f.excused(), notes(chosen, reads)...)}}
	if s.instant() {
		res.frames = data.Frames{frame.SignalInstant(s.frame, readings)}
		return res, nil
	}
	res.frames = frame.SignalSeries(s.frame, readings)
	if points := frame.Exemplars(s.frame, exemplars, serviceNames(chosen)); points != nil && !s.alert {
		res.frames = append(res.frames, points)
	}
	return res, nil
}

// inFuture is said of ranges of which nothing can be known yet.
const inFuture = "Nothing is known of this time range: it is empty or lies in the future."

// noData is the answer where there is nothing to ask, and says why.
func (s survey) noData(why string) answer {
	res := answer{head: frame.Head{Query: s.describe(nil, nil), Remarks: []string{why}}}
	switch s.query.Shape() {
	case query.FormatInstant:
		res.frames = data.Frames{frame.SignalInstant(s.frame, nil)}
	case query.FormatHeatmap:
		res.frames = data.Frames{frame.Heatmap(signal.Heatmap{}, nil, s.frame.Step)}
	default:
		res.frames = frame.SignalSeries(s.frame, nil)
	}
	return res
}

// describe says what was asked, and what it became for each service.
func (s survey) describe(chosen []serviceSettings, reads []read) string {
	const most = 10
	said := []string{strings.Join(s.asked(), " ")}
	for i, r := range reads {
		if r.Query != "" && len(said) <= most {
			said = append(said, fmt.Sprintf("%s: %s", chosen[i].Name, r.Query))
		}
	}
	return strings.Join(said, "\n")
}

func (s survey) asked() []string {
	said := []string{string(query.TypeSignals), string(s.query.Shape()), string(s.request.Signal)}
	if s.request.Stat != "" {
		said = append(said, string(s.request.Stat))
	}
	if len(s.request.SplitBy) > 0 {
		said = append(said, "by "+strings.Join(texts(s.request.SplitBy), ", "))
	}
	if len(s.query.Services) > 0 {
		said = append(said, "of "+strings.Join(s.query.Services, ", "))
	}
	if !s.instant() {
		said = append(said, "each "+s.frame.Step.String())
	}
	r := s.panel.TimeRange
	return append(said, "from", r.From.UTC().Format(time.DateTime), "to", r.To.UTC().Format(time.DateTime), "UTC")
}

// notes are what sources say of their answers, each with the services that say it.
func notes(chosen []serviceSettings, reads []read) []string {
	var texts []string
	by := map[string][]string{}
	for i, r := range reads {
		for _, note := range r.Notes {
			if by[note] == nil {
				texts = append(texts, note)
			}
			by[note] = append(by[note], chosen[i].Name)
		}
	}
	for i, note := range texts {
		who := by[note]
		if len(who) > 3 {
			who = append(who[:3:3], fmt.Sprintf("%d more", len(who)-3))
		}
		texts[i] = fmt.Sprintf("%s: %s", strings.Join(who, ", "), note)
	}
	return texts
}

func serviceNames(chosen []serviceSettings) []string {
	names := make([]string, len(chosen))
	for i, one := range chosen {
		names[i] = one.Name
	}
	return names
}
