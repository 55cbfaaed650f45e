package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// maxLinesPerSecond bounds what one stream sends: nobody reads more, and
// browsers keep fewer.
const maxLinesPerSecond = 1_000

// followLines sends new log lines as they are written.
func (d *Datasource) followLines(ctx context.Context, path string, q *query.Logs, sender *backend.StreamSender) error {
	filter, err := q.Filter()
	if err != nil {
		return fmt.Errorf("stream %s: %w", path, err)
	}
	store, err := d.events.Store()
	if err != nil {
		return err
	}
	s := &stream{tails: d.tails, path: path, sender: sender, now: d.now}
	return s.follow(ctx, store, filter)
}

// stream sends the lines of one channel.
type stream struct {
	tails  *tails
	path   string
	sender *backend.StreamSender
	now    func() time.Time

	began   time.Time // of the running second
	sent    int       // lines in it
	leftOut int       // lines in the whole stream
}

// follow sends lines until the context or the store ends it, or an error.
func (s *stream) follow(ctx context.Context, store event.Store, filter event.Filter) error {
	if err := s.catchUp(ctx, store, filter); err != nil {
		return err
	}
	for lines, err := range store.Tail(ctx, filter) {
		if err != nil {
			backend.Logger.FromContext(ctx).Warn("New log lines could not be read", "path", s.path, "error", err)
			continue
		}
		if err := s.send(lines); err != nil {
			return err
		}
	}
	return errors.New("the store ended following its log lines")
}

// catchUp sends the lines that were written between the query's answer and now,
// or while the stream was interrupted.
func (s *stream) catchUp(ctx context.Context, store event.Store, filter event.Filter) error {
	from, ok := s.tails.since(s.path)
	if !ok {
		return nil
	}
	page, err := store.Logs(ctx, event.PageRequest{
		Filter: filter,
		// Clocks of the scripts' hosts may be ahead.
		Range: event.Range{From: from.second, To: s.now().Add(time.Hour)},
		Limit: min(maxLinesPerSecond+len(from.ids), event.MaxPage),
		Order: event.NewestFirst,
	})
	if err != nil {
		return fmt.Errorf("read the lines since the query: %w", err)
	}
	slices.Reverse(page.Items)
	return s.send(slices.DeleteFunc(page.Items, func(l event.Log) bool { return from.ids[l.ID] }))
}

func (s *stream) send(lines []event.Log) error {
	lines = s.admit(lines)
	if len(lines) == 0 {
		return nil
	}
	f := frame.Logs(lines)
	f.Meta.Channel = s.tails.channel(s.path)
	var head frame.Head
	if s.leftOut > 0 {
		head.Remarks = []string{fmt.Sprintf("%d lines were left out, because more than %d came in a second.", s.leftOut, maxLinesPerSecond)}
	}
	head.Apply("", data.Frames{f})
	if err := s.sender.SendFrame(f, data.IncludeAll); err != nil {
		return fmt.Errorf("send new log lines: %w", err)
	}
	s.tails.sent(s.path, lines, s.now())
	return nil
}

// admit keeps the newest of the lines that still fit into this second.
func (s *stream) admit(lines []event.Log) []event.Log {
	if now := s.now(); now.Sub(s.began) >= time.Second {
		s.began, s.sent = now, 0
	}
	over := max(0, len(lines)-(maxLinesPerSecond-s.sent))
	s.leftOut += over
	s.sent += len(lines) - over
	return lines[over:]
}
