package storetest

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

var kinds = []event.Kind{event.Heartbeats, event.Logs, event.Alarms}

// row is an event of any kind in the one form in which the suite compares them.
type row struct {
	unix            int64
	direction, item string
	host            string // of a heartbeat; of others that of their monitor, which is not compared
	class           string // level or send result
	receivers       string // separated by spaces
	message         string
	rest            string
}

func (r *row) name() string { return r.direction + "/" + r.item }

func heartbeatRow(h event.Heartbeat) *row {
	return &row{unix: h.Time.Unix(), direction: h.Direction, item: h.Item, host: h.Host, rest: h.User + " " + h.Script}
}

func logRow(l event.Log) *row {
	return &row{unix: l.Time.Unix(), direction: l.Direction, item: l.Item, class: l.Level, message: l.Message}
}

func alarmRow(a event.Alarm) *row {
	return &row{
		unix: a.Time.Unix(), direction: a.Direction, item: a.Item, class: a.SendResult,
		receivers: strings.Join(a.Receivers, " "), message: a.Message, rest: a.MD5,
	}
}

func rowsOf[T any](events []T, rowOf func(T) *row) []*row {
	rows := make([]*row, len(events))
	for i, e := range events {
		rows[i] = rowOf(e)
	}
	return rows
}

// rows are the world's events of a kind, as they were written.
func (w World) rows(kind event.Kind) []*row {
	switch kind {
	case event.Heartbeats:
		return rowsOf(w.Heartbeats, heartbeatRow)
	case event.Logs:
		return rowsOf(w.Logs, logRow)
	case event.Alarms:
		return rowsOf(w.Alarms, alarmRow)
	}
	return nil
}

// sorted are the rows of a kind, oldest first; those of the same second as they
// were written.
func (w World) sorted(kind event.Kind) []*row {
	rows := w.rows(kind)
	slices.SortStableFunc(rows, func(a, b *row) int { return cmp.Compare(a.unix, b.unix) })
	return rows
}

// selected are the sorted rows of a selector and range.
func (tr trial) selected(kind event.Kind, s selector, r event.Range) []*row {
	var rows []*row
	for _, row := range tr.events[kind] {
		at := time.Unix(row.unix, 0)
		if !at.Before(r.From) && !at.After(r.To) && tr.selects(kind, s, row) {
			rows = append(rows, row)
		}
	}
	return rows
}

// selects evaluates a selector on a row. Conditions on what events of the kind
// do not have select all.
func (tr trial) selects(kind event.Kind, s selector, r *row) bool {
	for _, c := range s.conditions {
		if slices.Contains(kind.Dimensions(), c.dim) && !c.holds(tr.values(c.dim, r)) {
			return false
		}
	}
	return kind == event.Heartbeats || textIn(s.text, r.message)
}

// values are what a row has of a dimension.
func (tr trial) values(dim event.Dimension, r *row) []string {
	switch dim {
	case event.Direction:
		return []string{r.direction}
	case event.Item:
		return []string{r.item, r.name()}
	case event.Admin:
		admin := tr.admins[r.name()]
		return append(strings.Fields(admin), admin)
	case event.Host:
		if r.host == "" {
			return []string{tr.hosts[r.name()]}
		}
		return []string{r.host}
	case event.Receiver:
		return strings.Fields(r.receivers)
	}
	return []string{r.class}
}

// term is a condition as a test writes it.
type term struct {
	dim    event.Dimension
	op     event.Operator
	values []string
}

func (c term) holds(values []string) bool {
	named := func(v string) bool {
		if c.op == event.OneOf || c.op == event.NoneOf {
			return slices.Contains(c.values, v)
		}
		return compiled(`\A(?:` + c.values[0] + `)\z`).MatchString(v)
	}
	excluding := c.op == event.NoneOf || c.op == event.MatchesNot
	return slices.ContainsFunc(values, named) != excluding
}

// textIn is a text filter in its plainest form.
func textIn(text, message string) bool {
	switch {
	case text == "":
		return true
	case len(text) > 2 && text[0] == '/' && strings.HasSuffix(text, "/"):
		return compiled(text[1 : len(text)-1]).MatchString(message)
	case len(text) > 3 && text[0] == '/' && strings.HasSuffix(text, "/i"):
		return compiled("(?i)" + text[1:len(text)-2]).MatchString(message)
	}
	return strings.Contains(strings.ToLower(message), strings.ToLower(text))
}

// expressions are those that were compiled before.
var expressions sync.Map

func compiled(expr string) *regexp.Regexp {
	if re, ok := expressions.Load(expr); ok {
		return re.(*regexp.Regexp)
	}
	re := regexp.MustCompile(expr)
	expressions.Store(expr, re)
	return re
}

// selector is a filter as a test writes it.
type selector struct {
	conditions []term
	text       string
}

func (s selector) filter(t testing.TB) event.Filter {
	t.Helper()
	var f event.Filter
	for _, c := range s.conditions {
		condition, err := event.NewCondition(c.dim, c.op, c.values...)
		require.NoError(t, err)
		f.Conditions = append(f.Conditions, condition)
	}
	var err error
	f.Text, err = event.ParseText(s.text)
	require.NoError(t, err)
	return f
}

// only keeps the conditions on some dimensions.
func (s selector) only(dims ...event.Dimension) selector {
	var kept selector
	for _, c := range s.conditions {
		if slices.Contains(dims, c.dim) {
			kept.conditions = append(kept.conditions, c)
		}
	}
	return kept
}
