package plugin

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

func TestReportHasARowForEachFigure(t *testing.T) {
	f := ask1(t, servingSources(t, row()), query.TypeReport, `{"services": ["checkout", "basket"]}`)[0]
	services := values(t, f, "service")
	require.Equal(t, "checkout", services[0])
	require.Equal(t, "basket", services[len(services)-1])
	require.Contains(t, values(t, f, "figure"), "p95 latency")
	require.Contains(t, f.Meta.ExecutedQueryString, "report of checkout, basket from 2026-03-06 00:00:00 to 2026-03-06 12:00:00 UTC")
}

func TestReportIsMarkdown(t *testing.T) {
	f := ask1(t, servingSources(t, row()), query.TypeReport, `{"format": "markdown"}`)[0]
	require.Equal(t, 3, f.Rows())
	require.Contains(t, values(t, f, "report")[1], "# Performance of basket\n\n2026-03-06 00:00:00 UTC to 2026-03-06 12:00:00 UTC")
}

func TestReportIsInTheZoneOfTheService(t *testing.T) {
	all := row()
	all["checkout"].zone = time.FixedZone("CST", 8*3600)
	f := ask1(t, servingSources(t, all), query.TypeReport, `{"format": "markdown", "services": ["checkout"]}`)[0]
	require.Contains(t, values(t, f, "report")[0], "2026-03-06 08:00:00 CST to 2026-03-06 20:00:00 CST")
}

func TestReportGoesOnWithoutAServiceThatFails(t *testing.T) {
	all := row()
	all["basket"].fail(signal.Faultf("gone"))
	d := servingSources(t, all)
	f := ask1(t, d, query.TypeReport, `{}`)[0]
	require.NotContains(t, values(t, f, "service"), "basket")
	require.Contains(t, notices(f), `service "basket"`)
	res := respond(t, d, panel(query.TypeReport, `{"services": "basket"}`), nil)
	require.ErrorContains(t, res.Error, "gone")
	require.EqualValues(t, 502, res.Status)
}

func TestReportOfTheFutureIsRefused(t *testing.T) {
	d := servingSources(t, row())
	q := panel(query.TypeReport, `{}`)
	q.TimeRange.From, q.TimeRange.To = noon.Add(time.Hour), noon.Add(2*time.Hour)
	res := respond(t, d, q, nil)
	require.ErrorContains(t, res.Error, "there is nothing to report on")
	require.EqualValues(t, 400, res.Status)
}
