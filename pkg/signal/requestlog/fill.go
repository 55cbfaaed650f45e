package requestlog

import (
	"context"
	"slices"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// figures returns those of each window, with the detail asked for at least. What
// is not remembered is read, in one pass for each run of windows; several
// questions at once wait for each other and find what the first one has read.
func (s *Source) figures(ctx context.Context, l look, w signal.Windows, d detail) ([]*figures, error) {
	enough := func(e entry) bool { return e.figures != nil && e.figures.detail&d == d }
	found, err := s.fill(ctx, l, w, enough, func(high int64, from, to int) ([]entry, error) {
		p := pass{look: l, high: high, zone: s.config.Location, detail: d, limits: s.limits}
		for i := from; i < to; i++ {
			p.edges = append(p.edges, edgesOf(w, i).start)
		}
		p.edges = append(p.edges, edgesOf(w, to-1).end)
		figures, err := p.run(ctx)
		entries := make([]entry, len(figures))
		for i := range figures {
			entries[i].figures = &figures[i]
		}
		return entries, err
	})
	all := make([]*figures, len(found))
	for i, e := range found {
		all[i] = e.figures
	}
	return all, err
}

// fill reads what the cache does not have of windows.
func (s *Source) fill(ctx context.Context, l look, w signal.Windows, enough func(entry) bool, read func(high int64, from, to int) ([]entry, error)) ([]entry, error) {
	found := l.cache.find(w)
	if !slices.ContainsFunc(found, func(e entry) bool { return !enough(e) }) {
		return found, nil
	}
	select {
	case l.cache.pass <- struct{}{}:
		defer func() { <-l.cache.pass }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	found = l.cache.find(w)
	high := l.cache.beginPass()
	fresh := map[edges]entry{}
	defer func() { l.cache.endPass(fresh) }()
	for from, to := range runs(found, enough) {
		entries, err := read(high, from, to)
		if err != nil {
			return nil, err
		}
		for i, e := range entries {
			found[from+i], fresh[edgesOf(w, from+i)] = e, e
		}
	}
	return found, nil
}

// most runs of windows that are read one by one.
const mostRuns = 16

// runs yields where each run of windows begins and ends that is not known well
// enough; where there are many, one that holds them all.
func runs(found []entry, enough func(entry) bool) func(yield func(from, to int) bool) {
	var all [][2]int
	for i, e := range found {
		switch {
		case enough(e):
		case len(all) > 0 && all[len(all)-1][1] == i:
			all[len(all)-1][1] = i + 1
		default:
			all = append(all, [2]int{i, i + 1})
		}
	}
	if len(all) > mostRuns {
		all = [][2]int{{all[0][0], all[len(all)-1][1]}}
	}
	return func(yield func(from, to int) bool) {
		for _, r := range all {
			if !yield(r[0], r[1]) {
				return
			}
		}
	}
}
