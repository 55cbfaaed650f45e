package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/golden"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/pluginhost"
)

func TestQueryPrintsRowsInEveryFormat(t *testing.T) {
	source := dataSource(t, newStore(t, end), "")
	for name, query := range map[string]string{
		"alarms": `{"queryType": "alarms"}`,
		"count":  `{"queryType": "logs", "format": "count", "groupBy": ["level"], "interval": "1h", "levels": ["Info", "Error"]}`,
		"status": `{"queryType": "heartbeats", "format": "status"}`,
		"none":   `{"queryType": "logs", "text": "nobody says this"}`,
	} {
		for _, format := range []string{"table", "json", "csv"} {
			o := heartline(t, "query", "--datasource", source, "--from", "2026-03-06 15:30", "--to", to, "--output", format, query)
			require.Zero(t, o.code, o.err)
			golden.Check(t, name+"."+format, []byte(o.out))
		}
	}
}

func TestBothEndsOfTheRangeBelongToIt(t *testing.T) {
	source := dataSource(t, newStore(t, end), "")
	ask := func(from, to string) int {
		return len(rowsOf(t, "--datasource", source, "--from", from, "--to", to, `{"queryType": "heartbeats", "monitors": ["check_jobs"]}`))
	}
	require.Equal(t, 2, ask("2026-03-06 18:20:00", "2026-03-06 18:30:00"))
	require.Equal(t, 1, ask("2026-03-06 18:20:01", "2026-03-06 18:30:00"))
	require.Equal(t, 1, ask("2026-03-06T18:20:00Z", "2026-03-06T18:29:59Z"))
	require.Equal(t, 1, ask("1772821200", "1772821200000"))
	require.Equal(t, 19, ask("2026-03-06", "2026-03-06"))
}

// The sample was written by the existing writer; its truth was counted line by line.
func TestSampleStoreGivesItsTruth(t *testing.T) {
	samples := filepath.Join(module, "..", "shared", "samples")
	content, err := os.ReadFile(filepath.Join(samples, "monitor_db.truth.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the sample store is not here")
	}
	require.NoError(t, err)
	var truth struct {
		Windows map[string]map[string]any `json:"windows"`
	}
	require.NoError(t, json.Unmarshal(content, &truth))
	require.NotEmpty(t, truth.Windows)
	root, err := filepath.Abs(filepath.Join(samples, "monitor_db"))
	require.NoError(t, err)
	source := dataSource(t, root, "")
	for name, window := range truth.Windows {
		for query, part := range map[string]struct{ dimension, value, prefix string }{
			`{"queryType": "logs", "format": "count", "instant": true, "groupBy": ["level"]}`:        {"level", "lines", "log_"},
			`{"queryType": "alarms", "format": "count", "instant": true, "groupBy": ["sendResult"]}`: {"sendResult", "alarms", "alarm_"},
		} {
			rows := rowsOf(t, "--datasource", source, "--from", fmt.Sprint(window["begin"]), "--to", fmt.Sprint(window["end"]), query)
			require.NotEmpty(t, rows)
			for _, row := range rows {
				require.Equal(t, window[part.prefix+fmt.Sprint(row[part.dimension])], row[part.value], "%s %v", name, row)
			}
		}
	}
}

func TestNaiveTimesAreInTheStoresZone(t *testing.T) {
	source := dataSource(t, newStore(t, end), "Asia/Shanghai")
	rows := rowsOf(t, "--datasource", source, "--from", to, "--to", to, `{"queryType": "heartbeats"}`)
	require.Len(t, rows, 1)
	require.Equal(t, "2026-03-06T10:30:00Z", rows[0]["time"])
	o := heartline(t, "query", "--datasource", source, "--from", to, "--to", to, `{"queryType": "heartbeats"}`)
	require.Contains(t, o.out, "2026-03-06T18:30:00+08:00")
}

func TestLogLinesAreFlatObjects(t *testing.T) {
	source := dataSource(t, newStore(t, end), "")
	rows := rowsOf(t, "--datasource", source, "--from", "2026-03-06", "--to", to, `{"queryType": "logs", "levels": ["Error"], "limit": 1}`)
	require.Len(t, rows, 1)
	require.NotEmpty(t, rows[0]["id"])
	delete(rows[0], "id")
	require.Equal(t, map[string]any{
		"time": "2026-03-06T16:20:00Z", "body": "磁盘已满 98%", "severity": "Error", "level": "Error", "direction": "存储", "monitor": "用户配额检查",
	}, rows[0])
}

func TestNoticesGoToTheStandardError(t *testing.T) {
	root := newStore(t, end)
	script{root, "LSF", "check_jobs"}.write(t, "log/20260306", "garbage\n")
	o := heartline(t, "query", "--datasource", dataSource(t, root, ""), "--from", "2026-03-06", "--to", to, "--output", "json", `{"queryType": "logs", "limit": 2}`)
	require.Zero(t, o.code)
	require.Equal(t, 4, strings.Count(o.out, "\n"))
	require.Contains(t, o.err, "warning: Only the first 2 are shown")
	require.NotContains(t, o.err, "@level", "the plugin's own log is not the user's")
}

func TestQueryIsReadFromFileOrStandardInput(t *testing.T) {
	source := dataSource(t, newStore(t, end), "")
	query := `{"queryType": "monitors", "datasource": {"uid": "${datasource}"}, "refId": "X"}`
	args := []string{"query", "--datasource", source, "--to", to, "--from", "2026-03-06", "--output", "csv"}
	fromFile := heartline(t, append(args, "@"+file(t, "q.json", query))...)
	require.Zero(t, fromFile.code, fromFile.err)
	require.Equal(t, 3, strings.Count(fromFile.out, "\n"))
	require.Equal(t, fromFile, heartlineIn(t.Context(), query, append(args, "-")...))
}

func TestIntervalIsProposedToTheQuery(t *testing.T) {
	source := dataSource(t, newStore(t, end), "")
	args := []string{"--datasource", source, "--from", "2026-03-06 16:30:01", "--to", to, `{"queryType": "heartbeats", "format": "count"}`}
	require.Len(t, rowsOf(t, append([]string{"--interval", "1h"}, args...)...), 3)
	require.Greater(t, len(rowsOf(t, args...)), 500)
}

func TestAllowedPathsAreKeptToWhereTheyAreSet(t *testing.T) {
	root := newStore(t, end)
	args := []string{"query", "--datasource", dataSource(t, root, ""), "--from", "2026-03-06", "--to", to, `{"queryType": "monitors"}`}
	t.Setenv(pluginhost.AllowedPathsVariable, "/nowhere")
	o := heartline(t, args...)
	require.Equal(t, exitFailed, o.code)
	require.Contains(t, o.err, "outside of allowed_paths")
	t.Setenv(pluginhost.AllowedPathsVariable, filepath.Dir(root))
	require.Zero(t, heartline(t, args...).code)
	require.NoError(t, os.Unsetenv(pluginhost.AllowedPathsVariable))
	require.Zero(t, heartline(t, args...).code, "what the user may read is allowed")
}

func TestQueryFails(t *testing.T) {
	source := dataSource(t, newStore(t, end), "")
	lost := dataSource(t, "/nowhere/monitor_db", "")
	monitors := `{"queryType": "monitors"}`
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"without a file":        {[]string{monitors}, exitUsage, "--datasource is missing"},
		"without a query":       {[]string{"--datasource", source}, exitUsage, "query needs one QUERY, it got 0 arguments"},
		"with two queries":      {[]string{"--datasource", source, "a", "b"}, exitUsage, "it got 2 arguments: put the JSON into single quotes"},
		"with a lost file":      {[]string{"--datasource", "none.yaml", monitors}, exitFailed, "none.yaml does not exist"},
		"with an unknown name":  {[]string{"--datasource", source, "--name", "Tokyo", monitors}, exitFailed, `no data source is named "Tokyo": the file has "Checks", "Metrics" (prometheus)`},
		"with another's name":   {[]string{"--datasource", source, "--name", "Metrics", monitors}, exitFailed, `is of type "prometheus"`},
		"with a bad time":       {[]string{"--datasource", source, "--from", "soon", monitors}, exitUsage, `from: "soon" is not a time: write RFC 3339`},
		"with a reversed range": {[]string{"--datasource", source, "--from", "now", "--to", "now-1h", monitors}, exitUsage, "swap them"},
		"with a bad interval":   {[]string{"--datasource", source, "--interval", "often", monitors}, exitUsage, `--interval: "often" is not an interval`},
		"with a bad format":     {[]string{"--datasource", source, "--output", "xml", monitors}, exitUsage, `--output "xml" is unknown: use one of table, json, csv`},
		"with a bad flag":       {[]string{"--data", source, monitors}, exitUsage, "unknown flag: --data: see heartline query --help"},
		"with bad JSON":         {[]string{"--datasource", source, `{"queryType"`}, exitUsage, "QUERY is not a JSON object"},
		"with a lost query":     {[]string{"--datasource", source, "@none.json"}, exitFailed, "none.json"},
		"with a variable":       {[]string{"--datasource", source, `{"queryType": "logs", "filters": [{"key": "host", "values": ["${host}"]}]}`}, exitUsage, "the template variable ${host}"},
		"with no type":          {[]string{"--datasource", source, `{}`}, exitFailed, "queryType is missing"},
		"with a wrong type":     {[]string{"--datasource", source, `{"queryType": 5}`}, exitFailed, "queryType"},
		"with a wrong field":    {[]string{"--datasource", source, `{"queryType": "logs", "level": ["Error"]}`}, exitFailed, `did you mean "levels"?`},
		"with a lost store":     {[]string{"--datasource", lost, monitors}, exitFailed, "/nowhere/monitor_db does not exist"},
		"with a bad zone":       {[]string{"--datasource", dataSource(t, "/srv", "Mars/Base"), monitors}, exitFailed, "IANA name such as Asia/Shanghai"},
	} {
		t.Run(name, func(t *testing.T) {
			o := heartline(t, append([]string{"query"}, c.args...)...)
			require.Equal(t, c.code, o.code, o.err)
			require.Contains(t, o.err, c.want)
			require.Empty(t, o.out)
		})
	}
}
