package requestlog

import (
	"context"
	"slices"
	"sync"
)

// picker picks the times near the percentiles of one window.
type picker struct {
	*batch
	own, all *groups
}

// groups are the picks of each part, and of both.
type groups struct {
	mu    sync.Mutex
	parts [parts]*picks // nil where not asked for
	both  *picks
}

// end implements consumer. What it has picked so far is handed over at each
// end, as nobody tells which one is the last.
func (p *picker) end(int64) {
	segments, _ := p.take()
	for _, s := range segments {
		for part, times := range s.times {
			p.own.both.add(times)
			if picks := p.own.parts[part]; picks != nil {
				picks.add(times)
			}
		}
	}
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	p.all.both.merge(p.own.both)
	p.own.both.empty()
	for part, picks := range p.own.parts {
		if picks != nil {
			p.all.parts[part].merge(picks)
			picks.empty()
		}
	}
}

// pick reads the rows of the one window of the pass again, to find the
// percentiles of which its figures have only the digests.
func (p *pass) pick(ctx context.Context, f *figures) error {
	newGroups := func() *groups {
		g := &groups{}
		var sum digest
		for part := range parts {
			sum.merge(&f.digests[part])
			if p.detail&byStatus != 0 {
				g.parts[part] = f.digests[part].picks(p.limits.picked)
			}
		}
		g.both = sum.picks(p.limits.picked)
		return g
	}
	all := newGroups()
	err := p.read(ctx, func() consumer {
		return &picker{batch: newBatch(p), own: newGroups(), all: all}
	})
	if err != nil {
		return err
	}
	var exact bool
	f.all.percentiles, exact = all.both.percentiles()
	f.round(both, exact)
	for part, picks := range slices.All(all.parts[:]) {
		if picks != nil && picks.count > 0 {
			f.parts[part].percentiles, exact = picks.percentiles()
			f.round(part, exact)
		}
	}
	f.digests = nil
	return nil
}
