package cluster

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/grafana/dskit/concurrency"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

// Figure is a figure as it was read.
type Figure struct {
	Section string   `json:"section"`
	Name    string   `json:"name"`
	Value   *float64 `json:"value"` // null where it is not known
	Unit    string   `json:"unit"`
	// Change is by what share the figure is larger than at the beginning of the
	// past that was read; null where that is not known or was 0.
	Change *float64 `json:"change"`
	Good   *bool    `json:"good"` // null where no value is good or bad
	past   []float64
	unit   unit
}

// View is how a Milvus is doing.
type View struct {
	Versions []string      `json:"versions"` // those that run, more than one during an upgrade
	At       time.Time     `json:"time"`
	Past     time.Duration `json:"-"`
	Figures  []Figure      `json:"figures"`
}

// Well reports whether no figure is bad.
func (v View) Well() bool {
	return !slices.ContainsFunc(v.Figures, func(f Figure) bool { return f.Good != nil && !*f.Good })
}

// points is how many values of the past are read.
const points = 48

// Read asks Prometheus for every figure of the Milvus that the matchers select, as
// of an instant and for the past before it. A Prometheus that knows no such Milvus
// is an error.
func Read(ctx context.Context, api v1.API, selector string, at time.Time, past time.Duration) (View, error) {
	at = at.Truncate(time.Second) // Prometheus knows milliseconds
	v := View{At: at.UTC(), Past: past}
	var err error
	if v.Versions, err = versions(ctx, api, selector, at); err != nil {
		return v, err
	}
	for _, s := range sections {
		for _, f := range s.figures {
			v.Figures = append(v.Figures, Figure{Section: s.title, Name: f.name, unit: f.unit, Unit: f.unit.String()})
		}
	}
	all := figures()
	const workers = 4
	err = concurrency.ForEachJob(ctx, len(all), workers, func(ctx context.Context, i int) error {
		return v.Figures[i].read(ctx, api, all[i], selector, at, past)
	})
	return v, err
}

func figures() (all []figure) {
	for _, s := range sections {
		all = append(all, s.figures...)
	}
	return all
}

// versions are those of the processes that were scraped lately.
func versions(ctx context.Context, api v1.API, selector string, at time.Time) ([]string, error) {
	value, _, err := prometheus.Query(ctx, api, "group by (version) (milvus_build_info{"+selector+"})", at)
	if err != nil {
		return nil, err
	}
	var found []string
	if vector, ok := value.(model.Vector); ok {
		for _, sample := range vector {
			found = append(found, string(sample.Metric["version"]))
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("this Prometheus knows no Milvus with %s now: see --selector, and whether it scrapes port 9091 of Milvus: heartline doctor", selector)
	}
	slices.Sort(found)
	return found, nil
}

func (f *Figure) read(ctx context.Context, api v1.API, of figure, selector string, at time.Time, past time.Duration) error {
	step := (past / points).Truncate(time.Millisecond)
	from := at.Add(-points * step)
	value, _, err := prometheus.QueryRange(ctx, api, of.of(selector), from, at, step)
	if err != nil {
		return fmt.Errorf("%s: %w", of.name, err)
	}
	matrix, ok := value.(model.Matrix)
	if !ok || len(matrix) > 1 {
		return fmt.Errorf("%s: Prometheus answers %d series where one was asked for", of.name, len(matrix))
	}
	f.past = make([]float64, points+1)
	for i := range f.past {
		f.past[i] = math.NaN()
	}
	if len(matrix) == 1 {
		for _, p := range matrix[0].Values {
			if i := int(p.Timestamp.Time().Sub(from) / step); i >= 0 && i < len(f.past) {
				f.past[i] = float64(p.Value)
			}
		}
	}
	f.judge(of)
	return nil
}

// judge holds the newest value against what is good, and the oldest.
func (f *Figure) judge(of figure) {
	now := f.past[len(f.past)-1]
	if !finite(now) {
		return
	}
	f.Value = &now
	if of.good != nil {
		good := of.good(now)
		f.Good = &good
	}
	if i := slices.IndexFunc(f.past, finite); f.past[i] != 0 && i < points/2 {
		change := now/f.past[i] - 1
		f.Change = &change
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// String names the unit for programs.
func (u unit) String() string {
	return strings.Fields("count persecond milliseconds seconds percent bytes cores")[u]
}
