package dashboard

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// committed is where the generated dashboards are kept.
const committed = "../../dashboards"

func TestCommittedDashboardsAreWhatTheCodeWrites(t *testing.T) {
	written := t.TempDir()
	require.NoError(t, Write(written))
	require.ElementsMatch(t, fileNames(t, written), fileNames(t, committed))
	for _, name := range fileNames(t, written) {
		want, err := os.ReadFile(filepath.Join(written, name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(committed, name))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s is not current: run `go tool mage dashboards`", name)
	}
}

func TestWriteGivesTheSameBytesAgainAndLetsEverybodyRead(t *testing.T) {
	first, second := t.TempDir(), filepath.Join(t.TempDir(), "made", "on", "the", "way")
	require.NoError(t, Write(first))
	require.NoError(t, Write(second))
	for _, name := range fileNames(t, first) {
		a, err := os.ReadFile(filepath.Join(first, name))
		require.NoError(t, err)
		b, err := os.ReadFile(filepath.Join(second, name))
		require.NoError(t, err)
		require.Equal(t, a, b, name)
		info, err := os.Stat(filepath.Join(second, name))
		require.NoError(t, err)
		require.EqualValues(t, 0o444, info.Mode().Perm()&0o444, "Grafana runs as another user")
	}
}

func TestWriteNamesTheFolderThatItCannotMake(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.ErrorContains(t, Write(filepath.Join(file, "dashboards")), file)
}

func TestDashboardsAreProvisionedFromWhereComposeMountsThem(t *testing.T) {
	body, err := os.ReadFile("../../provisioning/dashboards/heartline.yaml")
	require.NoError(t, err)
	var f struct {
		Providers []struct {
			Options struct{ Path string }
		}
	}
	require.NoError(t, yaml.Unmarshal(body, &f))
	require.Len(t, f.Providers, 1)
	compose, err := os.ReadFile("../../docker-compose.yaml")
	require.NoError(t, err)
	require.Contains(t, string(compose), "./dashboards:"+f.Providers[0].Options.Path+":ro")
}

func TestAPanelWithAnInvalidQueryIsAnErrorAndNoPanic(t *testing.T) {
	wrong := number(panel{id: 1, title: "Wrong", width: 4, height: 4, queries: []query.Query{&query.Logs{Format: "lots"}}})
	_, err := lay(newBoard("uid", "Wrong", "", "now-1h", aboutMilvus), section{id: 1, title: "Row", panels: []drawn{wrong}}).Build()
	require.ErrorContains(t, err, `format "lots" is unknown`)
	var sdkErrors cog.BuildErrors
	require.True(t, errors.As(err, &sdkErrors))
}

func fileNames(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
