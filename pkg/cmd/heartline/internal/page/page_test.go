package page

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var start = time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)

func times(n int) []time.Time {
	all := make([]time.Time, n)
	for i := range all {
		all[i] = start.Add(time.Duration(i) * time.Minute)
	}
	return all
}

func written(t *testing.T, p Page) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, p.Write(&b))
	return b.String()
}

func TestPageShowsFiguresGradesAdviceAndNotes(t *testing.T) {
	html := written(t, Page{
		Service: "checkout", From: start, To: start.Add(time.Hour),
		Figures: []Figure{{"Success rate", "96.62 %", "good"}, {"Average latency", "600.0 ms", "slow"}, {"Requests", "9855", ""}},
		Advice:  []string{"Use better hardware."}, Notes: []string{"3 rows were unreadable."},
	})
	for _, want := range []string{
		"2026-03-06 09:00:00 UTC to 2026-03-06 10:00:00 UTC",
		`<td>Success rate</td><td class="value">96.62 %</td><td class="good">good</td>`,
		`<td class="bad">slow</td>`, `<td class="plain"></td>`,
		"<li>Use better hardware.</li>", "<li>3 rows were unreadable.</li>",
	} {
		require.Contains(t, html, want)
	}
}

func TestNamesCannotBecomeMarkup(t *testing.T) {
	html := written(t, Page{
		Service: "<script>alert(1)</script>",
		Charts:  []Chart{{Title: "<img src=x>", Unit: "<b>", Times: times(3), Values: []float64{1, 2, 3}}},
	})
	require.NotContains(t, html, "<script")
	require.NotContains(t, html, "<img")
	require.NotContains(t, html, "<b>")
}

func TestPageNeedsNothingFromElsewhere(t *testing.T) {
	html := written(t, Page{Service: "checkout", Charts: []Chart{{Title: "QPS", Times: times(60), Values: make([]float64, 60)}}})
	for _, loads := range []string{"<script", "<link", "src=", "@import", "url("} {
		require.NotContains(t, html, loads)
	}
}

func TestChartIsWellFormedAndLeavesGaps(t *testing.T) {
	nan := math.NaN()
	c := Chart{Title: "QPS", Times: times(7), Values: []float64{1, 2, nan, 3, nan, 4, 5}}
	require.Len(t, c.pieces(), 3)
	svg, err := c.draw()
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(svg), "<svg"))
	for d := xml.NewDecoder(strings.NewReader(string(svg))); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
}

func TestChartsOfNothingAndOfOnePointAreDrawn(t *testing.T) {
	for _, c := range []Chart{{Title: "empty"}, {Times: times(1), Values: []float64{7}}, {Times: times(2), Values: []float64{math.NaN(), math.NaN()}}} {
		svg, err := c.draw()
		require.NoError(t, err)
		require.Contains(t, string(svg), "</svg>")
	}
}

func TestTimesAreMarkedAtRoundOnes(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	labels := func(from time.Time, length time.Duration) []string {
		var all []string
		for _, tick := range (clock{from.Location()}).Ticks(seconds(from), seconds(from.Add(length))) {
			all = append(all, tick.Label)
		}
		return all
	}
	require.Equal(t, []string{"09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "12:00", "12:30"}, labels(start, 210*time.Minute))
	require.Equal(t, []string{"03-06 18:00", "03-06 21:00", "03-07 00:00", "03-07 03:00"}, labels(start.In(shanghai), 24*time.Hour)[:4])
	require.Equal(t, []string{"03-07", "03-08", "03-09", "03-10", "03-11", "03-12", "03-13"}, labels(start, 7*24*time.Hour))
	require.LessOrEqual(t, len(labels(start, 366*24*time.Hour)), 11)
}
