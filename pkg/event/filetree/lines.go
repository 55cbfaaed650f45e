package filetree

import (
	"context"
	"slices"
	"strings"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree/dayfile"
	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

// lines counts the lines of the range one by one.
func (t *fileTally) lines(ctx context.Context) error {
	open, err := t.open()
	if err != nil {
		return err
	}
	if err := t.store.measure(ctx, t.file, open); err != nil {
		return err
	}
	from, to := t.store.stamps(t.request.Range)
	return t.between(ctx, open, from-slack, to+slack, &t.stats)
}

// cutMinute counts the lines of one minute that lie in the range.
func (t *fileTally) cutMinute(ctx context.Context, start, disorder wallclock.Stamp) error {
	open, err := t.open()
	if err != nil {
		return err
	}
	open.disorder = disorder
	t.only = &start
	defer func() { t.only = nil }()
	var counted dayfile.Stats // with the minutes already
	return t.between(ctx, open, start, start+59, &counted)
}

// between counts the lines whose stamps lie between two, as far as they lie in
// the range.
func (t *fileTally) between(ctx context.Context, open *openFile, from, to wallclock.Stamp, stats *dayfile.Stats) error {
	start, err := dayfile.SeekTime(ctx, open, open.span, from, open.disorder)
	if err != nil {
		return err
	}
	newest := -dayfile.Unsorted
	span := dayfile.Span{From: start, To: open.span.To, EOF: true, Worth: t.match.worth()}
	return dayfile.Forward(ctx, open, span, func(lines []dayfile.Line) error {
		err := kindSchema(t.file.kind).Records(lines, stats, &t.record, func(r *dayfile.Record) error {
			newest = max(newest, r.Stamp)
			return t.line(r)
		})
		if err == nil && newest-open.disorder > to {
			return dayfile.ErrStop
		}
		return err
	})
}

func (t *fileTally) line(r *dayfile.Record) error {
	if t.only != nil && (r.Stamp < *t.only || r.Stamp > *t.only+59) {
		return nil
	}
	unix := t.clock.Unix(r.Stamp)
	if unix < t.from || unix > t.to || !t.match.match(r.Values) {
		return nil
	}
	class := ""
	if t.match.class != "" {
		class = r.Values[0].String()
	}
	bucket := t.bucketOf(unix)
	for _, key := range t.keys(class, r.Values) {
		if t.failed = t.addOne(key, bucket); t.failed != nil {
			return dayfile.ErrStop
		}
	}
	return nil
}

func (t *fileTally) addOne(key []string, bucket int) error {
	g, err := t.group(key)
	if err != nil {
		return err
	}
	g.lock(bucket, bucket)
	g.counts[bucket]++
	g.unlock(bucket, bucket)
	return nil
}

// keys are the groups of one line: several where an alarm has several receivers
// and they are grouped by.
func (t *fileTally) keys(class string, v []dayfile.Value) [][]string {
	key := t.key(class)
	keys := [][]string{key}
	for i, dim := range t.request.GroupBy {
		switch {
		case dim == event.Host && t.file.kind == event.Heartbeats:
			key[i] = v[heartbeatHost].String()
		case dim == event.Receiver:
			keys = keys[:0]
			receivers := strings.Fields(v[alarmReceivers].String())
			for j, receiver := range receivers {
				if slices.Contains(receivers[:j], receiver) || !t.request.Filter.Match(event.Receiver, receiver) {
					continue
				}
				with := append([]string(nil), key...)
				with[i] = receiver
				keys = append(keys, with)
			}
		}
	}
	return keys
}
