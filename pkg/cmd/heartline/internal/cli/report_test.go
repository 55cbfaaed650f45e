package cli

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // writes the request log
	"github.com/stretchr/testify/require"
)

// requestLog writes a request a second for an hour, of which every tenth fails,
// and a data source that reads it.
func requestLog(t *testing.T) (source string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "requests.db")
	db, err := sql.Open("sqlite3", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.Exec(`CREATE TABLE request_logs (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, process_time REAL NOT NULL, status TEXT NOT NULL,
		image_size INTEGER, detection_count INTEGER, confidence_avg REAL); CREATE INDEX idx_timestamp ON request_logs(timestamp)`)
	require.NoError(t, err)
	for i := range 3_600 {
		status := "success"
		if i%10 == 0 {
			status = "error"
		}
		at := time.Date(2026, 3, 6, 9, 0, i, 0, time.UTC).Format("2006-01-02T15:04:05")
		_, err := tx.Exec(`INSERT INTO request_logs (timestamp, process_time, status) VALUES (?, ?, ?)`, at, 0.2, status)
		require.NoError(t, err)
	}
	require.NoError(t, tx.Commit())
	return file(t, "requests.yaml", fmt.Sprintf(`apiVersion: 1
datasources:
  - {name: Shop, uid: shop, type: heartline-monitor-datasource, jsonData: {services: [{name: checkout, kind: requestlog, path: %q, timezone: UTC}]}}
`, path))
}

func TestReportIsPrintedAsMarkdown(t *testing.T) {
	o := heartline(t, "report", "--datasource", requestLog(t), "--service", "checkout", "--days", "0.5", "--to", "2026-03-06T12:00:00Z")
	require.Zero(t, o.code, o.err)
	for _, want := range []string{
		"# Performance of checkout\n", "2026-03-06 00:00:00 UTC to 2026-03-06 12:00:00 UTC",
		"- Requests: **3600**\n", "- Success rate: **90.00 %**, needs attention\n", "- Average latency: **200.0 ms**, good\n",
		"- Peak QPS: **1.00 req/s**, normal\n", "check the model",
	} {
		require.Contains(t, o.out, want)
	}
}

func TestReportIsOneFileWithCharts(t *testing.T) {
	o := heartline(t, "report", "--datasource", requestLog(t), "--service", "checkout", "--days", "0.5", "--to", "2026-03-06T12:00:00Z", "--format", "html")
	require.Zero(t, o.code, o.err)
	require.True(t, strings.HasPrefix(o.out, "<!doctype html>"))
	require.Contains(t, o.out, "2026-03-06 00:00:00 UTC to 2026-03-06 12:00:00 UTC")
	require.Contains(t, o.out, `<td class="bad">needs attention</td>`)
	require.Equal(t, 3, strings.Count(o.out, "<svg"), "QPS, latency and success: the log has no snapshots")
	require.NotContains(t, o.out, "Goroutines")
}

func TestReportFails(t *testing.T) {
	source := requestLog(t)
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"without a file":          {[]string{"--service", "checkout"}, exitUsage, "--datasource is missing"},
		"without a service":       {[]string{"--datasource", source}, exitUsage, "--service is missing"},
		"with an unknown service": {[]string{"--datasource", source, "--service", "basket"}, exitFailed, `service "basket" is unknown: the settings have "checkout"`},
		"in HTML as well":         {[]string{"--datasource", source, "--service", "basket", "--format", "html"}, exitFailed, `service "basket" is unknown`},
		"with no days":            {[]string{"--datasource", source, "--service", "checkout", "--days", "0"}, exitUsage, "--days is 0: use a number above 0"},
		"with too many days":      {[]string{"--datasource", source, "--service", "checkout", "--days", "1e9"}, exitUsage, "at most 366"},
		"with a bad format":       {[]string{"--datasource", source, "--service", "checkout", "--format", "pdf"}, exitUsage, `--format "pdf" is unknown: use one of md, html`},
		"with a bad end":          {[]string{"--datasource", source, "--service", "checkout", "--to", "soon"}, exitUsage, "--to"},
		"with an argument":        {[]string{"checkout"}, exitUsage, "name the service with --service"},
	} {
		t.Run(name, func(t *testing.T) {
			o := heartline(t, append([]string{"report"}, c.args...)...)
			require.Equal(t, c.code, o.code, o.err)
			require.Contains(t, o.err, c.want)
			require.Empty(t, o.out)
		})
	}
}
