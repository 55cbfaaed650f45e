package cluster

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/docker/go-units"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/grid"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/sparkline"
)

// Write prints the view for people, or as JSON.
func (v View) Write(w io.Writer, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	}
	if _, err := fmt.Fprintf(w, "Milvus %s at %s\n", strings.Join(v.Versions, " and "), v.At.Local().Format(time.DateTime)); err != nil {
		return err
	}
	columns := []grid.Column{{}, {Heading: "NOW", Right: true}, {Heading: "THE LAST " + strings.ToUpper(short(v.Past))}, {Heading: "CHANGE", Right: true}, {}}
	var lines [][]string
	for i, f := range v.Figures {
		if i == 0 || v.Figures[i-1].Section != f.Section {
			lines = append(lines, []string{strings.ToUpper(f.Section), "", "", "", ""})
		}
		lines = append(lines, []string{"  " + f.Name, f.text(), sparkline.Draw(f.past), f.change(), f.verdict()})
	}
	return grid.Write(w, columns, lines)
}

func (f Figure) text() string {
	if f.Value == nil {
		return "-"
	}
	value := *f.Value
	switch f.unit {
	case perSecond:
		return number(value) + "/s"
	case inMilliseconds:
		return number(value) + " ms"
	case inSeconds:
		return short(time.Duration(value * float64(time.Second)))
	case inPercent:
		return number(value) + " %"
	case inBytes:
		return units.BytesSize(value)
	case inCores:
		return number(value) + " cores"
	}
	return whole(value)
}

// whole writes thousands with commas.
func whole(v float64) string { return message.NewPrinter(language.English).Sprintf("%.0f", v) }

// number has three digits where there are that many.
func number(v float64) string {
	switch {
	case v >= 100:
		return whole(v)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// short leaves zero parts out: 1h and not 1h0m0s.
func short(d time.Duration) string {
	text := d.Round(time.Second).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func (f Figure) change() string {
	if f.Change == nil {
		return ""
	}
	share := 100 * *f.Change
	const noise = 0.5
	if share > -noise && share < noise {
		return "0 %"
	}
	return fmt.Sprintf("%+.0f %%", share)
}

func (f Figure) verdict() string {
	if f.Good != nil && !*f.Good {
		return "not good"
	}
	return ""
}
