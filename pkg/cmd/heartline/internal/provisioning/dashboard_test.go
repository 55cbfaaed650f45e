package provisioning

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const nested = `{
  "uid": "d1", "title": "Nested", "time": {"from": "now-2d", "to": "now"},
  "templating": {"list": [
    {"name": "direction", "type": "query", "query": {"kind": "directions"}, "current": {"value": ["a", "b"]}},
    {"name": "one", "type": "custom", "query": "x,y", "current": {"value": "x"}},
    {"name": "none", "type": "query", "query": "", "current": {}}
  ]},
  "annotations": {"list": [{"name": "Built in", "builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}}]},
  "panels": [
    {"id": 1, "type": "timeseries", "title": "First", "datasource": "Legacy",
     "targets": [{"refId": "A", "queryType": "logs", "hide": true}]},
    {"id": 2, "type": "row", "title": "Open row", "repeat": "direction", "panels": []},
    {"id": 3, "type": "stat", "title": "In the open row"},
    {"id": 4, "type": "row", "title": "Closed row", "collapsed": true, "panels": [
      {"id": 5, "type": "table", "title": "In the closed row", "repeat": "one",
       "fieldConfig": {"defaults": {"noValue": "0"}}, "datasource": {"type": "t", "uid": "u"}}
    ]},
    {"id": 6, "type": "stat", "libraryPanel": {"uid": "l"}}
  ]
}`

func TestPanelsAreTakenOutOfTheirRows(t *testing.T) {
	path := write(t, "d.json", nested)
	all, err := ReadDashboards([]string{path})
	require.NoError(t, err)
	require.Len(t, all, 1)
	d := all[0]
	require.Equal(t, []string{path, "d1", "Nested", "now-2d", "now"}, []string{d.File, d.UID, d.Title, d.From, d.To})
	var ids []int
	var repeats []string
	for _, p := range d.Panels {
		ids, repeats = append(ids, p.ID), append(repeats, p.Repeat)
	}
	require.Equal(t, []int{1, 3, 5, 6}, ids)
	require.Equal(t, []string{"", "direction", "one", ""}, repeats)
}

func TestPartsOfADashboardAreRead(t *testing.T) {
	all, err := ReadDashboards([]string{write(t, "d.json", nested)})
	require.NoError(t, err)
	d := all[0]
	require.Equal(t, Reference{UID: "Legacy"}, d.Panels[0].DataSource)
	require.Equal(t, Reference{Type: "t", UID: "u"}, d.Panels[2].DataSource)
	require.Equal(t, "0", d.Panels[2].FieldConfig.Defaults.NoValue)
	require.NotEmpty(t, d.Panels[3].Library)
	target := d.Panels[0].Targets[0]
	require.True(t, target.Hide)
	require.Equal(t, "A", target.RefID)
	require.JSONEq(t, `{"refId": "A", "queryType": "logs", "hide": true}`, string(target.Query))
	require.Equal(t, []string{"a", "b"}, d.Variables[0].Current.Values)
	require.Equal(t, []string{"x"}, d.Variables[1].Current.Values)
	require.Empty(t, d.Variables[2].Current.Values)
	require.Equal(t, 1, d.Annotations[0].BuiltIn)
}

func TestFoldersOfDashboardsAreSearchedBelow(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "deep", "er"), 0o700))
	for name, content := range map[string]string{
		"b.json":         `{"title": "B", "panels": []}`,
		"deep/er/a.json": `{"dashboard": {"title": "A", "panels": []}, "meta": {}}`,
		"deep/notes.txt": "not a dashboard",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600))
	}
	all, err := ReadDashboards([]string{folder})
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, []string{"B", "A"}, []string{all[0].Title, all[1].Title})
}

func TestReadDashboardsSaysWhatIsWrong(t *testing.T) {
	for content, want := range map[string]string{
		`{"title": `: "it is not a dashboard's JSON",
		`[]`:         "it is not a dashboard's JSON",
		`{"a": 1}`:   "it has neither title nor panels",
		`{"apiVersion": "dashboard.grafana.app/v2beta1", "kind": "Dashboard"}`: "export it in the classic model",
	} {
		path := write(t, "bad.json", content)
		_, err := ReadDashboards([]string{path})
		require.ErrorContains(t, err, want, content)
		require.ErrorContains(t, err, path)
	}
	_, err := ReadDashboards([]string{t.TempDir()})
	require.ErrorContains(t, err, "holds no file that ends in [.json]")
	_, err = ReadDashboards([]string{"nowhere.json"})
	require.ErrorContains(t, err, "nowhere.json does not exist")
}
