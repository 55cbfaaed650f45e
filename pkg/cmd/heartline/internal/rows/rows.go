// Package rows flattens data frames into rows and prints them as a table, as
// JSON or as CSV.
package rows

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Table is an answer as flat rows.
type Table struct {
	Columns []string // the union of the keys of all rows, in order of appearance
	Rows    []Row
}

// Row is one flat object.
type Row []Cell

// Cell is a key of a row and its value: nil, a bool, string, number, time.Time
// in UTC or json.RawMessage.
type Cell struct {
	Key   string
	Value any
}

// Flatten makes a row of each row of every frame. Field names are the keys; the
// time a row belongs to is named time. The labels of a value field become
// cells beside it; fields of one frame whose labels differ become rows of their
// own. So do the labels of a log line, which are an object in its frame. A label
// never hides a field of the same name.
func Flatten(frames data.Frames) Table {
	var t Table
	seen := map[string]bool{}
	for _, frame := range frames {
		for _, f := range frame.Fields {
			t.column(seen, fieldKey(frame, f))
		}
		for i := range frame.Rows() {
			t.add(seen, frameRows(frame, i)...)
		}
	}
	return t
}

func (t *Table) column(seen map[string]bool, key string) {
	if !seen[key] && key != "" {
		seen[key] = true
		t.Columns = append(t.Columns, key)
	}
}

func (t *Table) add(seen map[string]bool, rows ...Row) {
	for _, row := range rows {
		for _, c := range row {
			t.column(seen, c.Key)
		}
		t.Rows = append(t.Rows, row)
	}
}

// frameRows are the rows that row i of the frame holds: one, or one for each
// set of labels that its fields have.
func frameRows(frame *data.Frame, i int) []Row {
	var shared Row
	var labelled []Row
	var sets []data.Labels
	for _, f := range frame.Fields {
		value := valueAt(f, i)
		if len(f.Labels) == 0 {
			shared = shared.with(frame, f, value)
			continue
		}
		at := slices.IndexFunc(sets, f.Labels.Equals)
		if at < 0 {
			at = len(sets)
			sets, labelled = append(sets, f.Labels), append(labelled, nil)
		}
		labelled[at] = labelled[at].with(frame, f, value)
	}
	if len(sets) == 0 {
		return []Row{shared}
	}
	rows := make([]Row, len(sets))
	for at, set := range sets {
		rows[at] = slices.Concat(shared, labelled[at])
		for _, key := range slices.Sorted(maps.Keys(set)) {
			rows[at] = rows[at].label(key, set[key])
		}
	}
	return rows
}

// with appends the value of a field, the labels of a log line taken apart.
func (r Row) with(frame *data.Frame, f *data.Field, value any) Row {
	if raw, ok := value.(json.RawMessage); ok && f.Name == "labels" {
		var labels map[string]any
		if json.Unmarshal(raw, &labels) == nil {
			for _, key := range slices.Sorted(maps.Keys(labels)) {
				if field, _ := frame.FieldByName(key); field == nil {
					r = r.label(key, labels[key])
				}
			}
			return r
		}
	}
	key := fieldKey(frame, f)
	for n := 2; r.has(key); n++ {
		key = fmt.Sprintf("%s_%d", fieldKey(frame, f), n)
	}
	return append(r, Cell{key, value})
}

func (r Row) label(key string, value any) Row {
	if r.has(key) {
		return r
	}
	return append(r, Cell{key, value})
}

func (r Row) has(key string) bool {
	return slices.ContainsFunc(r, func(c Cell) bool { return c.Key == key })
}

// fieldKey names a field. The first field of times is the row's own time
// where it is named as one; labels of log lines have no column of their own.
func fieldKey(frame *data.Frame, f *data.Field) string {
	name := strings.ToLower(f.Name)
	switch {
	case f.Type().NonNullableType() == data.FieldTypeJSON && name == "labels":
		return ""
	case f.Type().Time() && f == firstTime(frame) && (name == "" || name == "time" || name == "timestamp"):
		return "time"
	case f.Name == "":
		return "value"
	}
	return f.Name
}

func firstTime(frame *data.Frame) *data.Field {
	i := slices.IndexFunc(frame.Fields, func(f *data.Field) bool { return f.Type().Time() })
	if i < 0 {
		return nil
	}
	return frame.Fields[i]
}

// valueAt is the value of a field as a Cell holds it. What JSON cannot say,
// such as an infinite number, is nil.
func valueAt(f *data.Field, i int) any {
	value, ok := f.ConcreteAt(i)
	if !ok {
		return nil
	}
	switch v := value.(type) {
	case time.Time:
		return v.UTC()
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	case float32:
		if wide := float64(v); math.IsNaN(wide) || math.IsInf(wide, 0) {
			return nil
		}
	case json.RawMessage:
		if !json.Valid(v) {
			return string(v)
		}
		// Indented JSON would break the one line a row has.
		var compact bytes.Buffer
		if json.Compact(&compact, v) == nil {
			return json.RawMessage(compact.Bytes())
		}
	}
	return value
}
