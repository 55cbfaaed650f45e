package provisioning

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

const twoOfOurs = `apiVersion: 1
datasources:
  - name: Metrics
    uid: prom
    type: prometheus
    url: http://localhost:9090
  - name: Shanghai
    uid: shanghai
    type: heartline-monitor-datasource
    isDefault: true
    jsonData:
      events: {kind: filetree, path: "${HEARTLINE_TEST_ROOT}/cn", timezone: Asia/Shanghai}
      number: 5
    secureJsonData:
      token: $__env{HEARTLINE_TEST_TOKEN}
  - name: 柏林
    type: heartline-monitor-datasource
`

func TestDataSourceIsReadWithItsVariables(t *testing.T) {
	t.Setenv("HEARTLINE_TEST_ROOT", "/srv")
	t.Setenv("HEARTLINE_TEST_TOKEN", "secret")
	path := write(t, "ds.yaml", twoOfOurs)
	d, err := ReadDataSource(path, "Shanghai")
	require.NoError(t, err)
	require.Equal(t, "shanghai", d.Settings.UID)
	require.Equal(t, PluginType, d.Settings.Type)
	require.JSONEq(t, `{"events":{"kind":"filetree","path":"/srv/cn","timezone":"Asia/Shanghai"},"number":5}`, string(d.Settings.JSONData))
	require.Equal(t, map[string]string{"token": "secret"}, d.Settings.DecryptedSecureJSONData)
	require.True(t, d.IsDefault)
	require.Equal(t, map[string]string{"Metrics": "prom", "柏林": generatedUID("柏林")}, d.Siblings)
	require.Empty(t, d.Notes)
	require.WithinDuration(t, time.Now(), d.Settings.Updated, time.Minute)
	zone, err := d.Location()
	require.NoError(t, err)
	require.Equal(t, "Asia/Shanghai", zone.String())
}

func TestTheOnlyDataSourceOfOurTypeNeedsNoName(t *testing.T) {
	d, err := ReadDataSource(write(t, "ds.yaml", `
apiVersion: 1
datasources:
  - {name: Metrics, type: prometheus}
  - {name: Heartline, type: heartline-monitor-datasource}
`), "")
	require.NoError(t, err)
	require.Equal(t, "Heartline", d.Settings.Name)
	require.False(t, d.IsDefault)
	require.JSONEq(t, "{}", string(d.Settings.JSONData))
	zone, err := d.Location()
	require.NoError(t, err)
	require.Equal(t, time.UTC, zone)
}

// Grafana is known to give this uid to a provisioned data source of that name.
func TestDataSourceWithoutUIDHasTheOneGrafanaGenerates(t *testing.T) {
	require.Equal(t, "PBFA97CFB590B2093", generatedUID("Prometheus"))
}

func TestReadDataSourceSaysWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct{ file, choice, want string }{
		"several":      {file: twoOfOurs, want: `choose one with --name: "Shanghai", "柏林"`},
		"no such name": {file: twoOfOurs, choice: "Tokyo", want: `no data source is named "Tokyo": the file has "Shanghai", "柏林", "Metrics" (prometheus)`},
		"wrong type":   {file: twoOfOurs, choice: "Metrics", want: `data source "Metrics" is of type "prometheus": name one of type "heartline-monitor-datasource"`},
		"none of ours": {
			file: "apiVersion: 1\ndatasources:\n- {name: M, type: prometheus}\n",
			want: `no data source of type "heartline-monitor-datasource": the file has "M" (prometheus)`,
		},
		"empty":       {file: "", want: "has no datasources"},
		"other file":  {file: "groups: []\n", want: "has no datasources"},
		"not YAML":    {file: "a: [", want: "[1:4]"},
		"not a list":  {file: "datasources: 5\n", want: "[1:14]"},
		"no name":     {file: "datasources:\n- type: heartline-monitor-datasource\n", want: "data source 1: it has no name"},
		"secret file": {file: "datasources:\n- {name: a, type: heartline-monitor-datasource, secureJsonData: {t: '$__file{/nowhere}'}}\n", want: "secureJsonData: t: $__file{/nowhere}"},
		"basicAuth":   {file: "datasources:\n- {name: a, type: heartline-monitor-datasource, basicAuth: maybe}\n", want: `basicAuth is "maybe": use true or false`},
		"isDefault":   {file: "datasources:\n- {name: a, type: heartline-monitor-datasource, isDefault: maybe}\n", want: `isDefault is "maybe": use true or false`},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "ds.yaml", c.file)
			_, err := ReadDataSource(path, c.choice)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, path)
		})
	}
}

func TestUnreadableDataSourceFileIsNamed(t *testing.T) {
	folder := t.TempDir()
	_, err := ReadDataSource(filepath.Join(folder, "none.yaml"), "")
	require.ErrorContains(t, err, "none.yaml does not exist: check the path")
	_, err = ReadDataSource(folder, "")
	require.ErrorContains(t, err, "is a folder: name the file")
	if os.Getuid() != 0 { // root may read everything
		path := write(t, "ds.yaml", twoOfOurs)
		require.NoError(t, os.Chmod(path, 0))
		_, err = ReadDataSource(path, "")
		require.ErrorContains(t, err, "permission denied")
	}
}

func TestNotesSayWhatGrafanaWouldDo(t *testing.T) {
	d, err := ReadDataSource(write(t, "ds.yaml", `
datasources:
  - name: Heartline
    type: heartline-monitor-datasource
    jsonData: {events: {path: "${HEARTLINE_TEST_UNSET}"}}
`), "")
	require.NoError(t, err)
	require.Len(t, d.Notes, 2)
	require.Contains(t, d.Notes[0], "apiVersion: 1 is missing")
	require.Contains(t, d.Notes[1], "HEARTLINE_TEST_UNSET is not set")
}

func TestUnknownZoneIsAnError(t *testing.T) {
	d, err := ReadDataSource(write(t, "ds.yaml", `
apiVersion: 1
datasources:
  - {name: H, type: heartline-monitor-datasource, jsonData: {events: {timezone: Mars/Base}}}
`), "")
	require.NoError(t, err)
	_, err = d.Location()
	require.ErrorContains(t, err, `events.timezone of data source "H"`)
	require.ErrorContains(t, err, "IANA name such as Asia/Shanghai")
}
