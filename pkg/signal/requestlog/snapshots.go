package requestlog

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"sort"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// gauge answers what snapshots tell: what is made of those in each window.
func (s *Source) gauge(ctx context.Context, l look, r signal.Request, column string) (signal.Answer, error) {
	w := r.Windows
	query := `SELECT +timestamp, ` + column + ` FROM performance_snapshots WHERE timestamp >= ? AND timestamp < ? ORDER BY timestamp`
	ends := make([]int64, w.Len())
	for i := range ends {
		ends[i] = edgesOf(w, i).end
	}
	start := nanoOf(w.Starts[0])
	windows, unreadable := make([]latencies, w.Len()), 0
	c := newClock(s.config.Location)
	err := l.with(ctx, func(conn *sql.Conn) error {
		texts, err := textBounds(ctx, conn, snapshotTable, s.config.Location, w.Starts[0], w.End)
		if err != nil {
			return err
		}
		return scan(ctx, conn, query, []any{texts.low, texts.high}, 2, func(row []driver.Value) error {
			text, _ := row[0].(string)
			at, ok := c.read(text)
			value, has := amount(row[1])
			i := sort.Search(len(ends), func(i int) bool { return ends[i] > at })
			switch {
			case !ok:
				unreadable++
			case has && at >= start && i < len(ends):
				windows[i].merge(latencies{count: 1, sum: value, min: value, max: value})
			}
			return nil
		})
	})
	if err != nil {
		return signal.Answer{}, fmt.Errorf("read the snapshots: %w", err)
	}
	values := make([]float64, len(windows))
	for i := range windows {
		values[i] = windows[i].stat(r.Stat)
	}
	a := one(values, fmt.Sprintf("SELECT timestamp, %s FROM performance_snapshots WHERE timestamp >= '%s' AND timestamp < '%s'", column, s.wall(w.Starts[0]), s.wall(w.End)))
	a.Notes = notes(unreadable, nil)
	return a, nil
}
