package rows

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/grid"
)

// Formats lists the formats of Write.
var Formats = []string{"table", "json", "csv"}

// Write prints the rows. Times of JSON and CSV are RFC 3339 in UTC, those of a
// table in the zone; an empty answer is [] in JSON and a line saying so in a table.
func (t Table) Write(w io.Writer, format string, zone *time.Location) error {
	buffered := bufio.NewWriter(w)
	var err error
	switch format {
	case "json":
		err = t.writeJSON(buffered)
	case "csv":
		err = t.writeCSV(buffered)
	case "table":
		err = t.writeTable(buffered, zone)
	default:
		return fmt.Errorf("output %q is unknown: use one of %v", format, Formats)
	}
	if err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	return buffered.Flush()
}

// writeJSON prints an array with one object a line.
func (t Table) writeJSON(w *bufio.Writer) error {
	if len(t.Rows) == 0 {
		_, err := w.WriteString("[]\n")
		return err
	}
	before := "[\n"
	for _, row := range t.Rows {
		body, err := row.MarshalJSON()
		if err != nil {
			return err
		}
		if _, err := w.WriteString(before); err != nil {
			return err
		}
		if _, err := w.Write(body); err != nil {
			return err
		}
		before = ",\n"
	}
	_, err := w.WriteString("\n]\n")
	return err
}

// MarshalJSON implements json.Marshaler; the keys keep their order.
func (r Row) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	between := byte('{')
	for _, c := range r {
		out.WriteByte(between)
		if err := enc.Encode(c.Key); err != nil {
			return nil, err
		}
		out.Truncate(out.Len() - 1) // the encoder ends each value with a line feed
		out.WriteByte(':')
		if err := enc.Encode(c.Value); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Key, err)
		}
		out.Truncate(out.Len() - 1)
		between = ','
	}
	if len(r) == 0 {
		out.WriteByte('{')
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

func (t Table) writeCSV(w io.Writer) error {
	if len(t.Columns) == 0 {
		return nil
	}
	out := csv.NewWriter(w)
	if err := out.Write(t.Columns); err != nil {
		return err
	}
	for _, line := range t.texts(time.UTC) {
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (t Table) writeTable(w io.Writer, zone *time.Location) error {
	if len(t.Rows) == 0 {
		_, err := io.WriteString(w, "no rows\n")
		return err
	}
	columns := make([]grid.Column, len(t.Columns))
	numbers := t.numbers()
	for i, name := range t.Columns {
		columns[i] = grid.Column{Heading: name, Right: numbers[name]}
	}
	return grid.Write(w, columns, t.texts(zone))
}

// numbers tells the columns that hold nothing but numbers.
func (t Table) numbers() map[string]bool {
	numeric := map[string]bool{}
	for _, row := range t.Rows {
		for _, c := range row {
			switch c.Value.(type) {
			case nil:
			case bool, string, time.Time, json.RawMessage:
				numeric[c.Key] = false
			default:
				if _, known := numeric[c.Key]; !known {
					numeric[c.Key] = true
				}
			}
		}
	}
	return numeric
}

// texts spells every row over all columns; what a row lacks is empty.
func (t Table) texts(zone *time.Location) [][]string {
	index := map[string]int{}
	for i, name := range t.Columns {
		index[name] = i
	}
	lines := make([][]string, len(t.Rows))
	for i, row := range t.Rows {
		lines[i] = make([]string, len(t.Columns))
		for _, c := range row {
			lines[i][index[c.Key]] = spell(c.Value, zone)
		}
	}
	return lines
}

func spell(value any, zone *time.Location) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case time.Time:
		return v.In(zone).Format(time.RFC3339Nano)
	case json.RawMessage:
		return string(v)
	case float64, float32:
		// As JSON says it: 1234567.5 rather than 1.2345675e+06.
		if body, err := json.Marshal(v); err == nil {
			return string(body)
		}
	}
	return fmt.Sprint(value)
}
