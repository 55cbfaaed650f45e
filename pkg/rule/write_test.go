package rule

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func write(t *testing.T, path, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
}

func parsed(t *testing.T, file, content string) Pack {
	t.Helper()
	p, err := Parse(file, []byte(content))
	require.NoError(t, err)
	return p
}

func TestWriteLeavesACurrentFileAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "on", "the", "way")
	o := Output{For: Prometheus, Dir: dir}
	files, notes, err := Write([]Pack{ours(t)}, o)
	require.NoError(t, err)
	path := filepath.Join(dir, "ours.yml")
	require.Equal(t, []Written{{path, true}}, files)
	require.Equal(t, []string{"ours: 1 rules ask the Heartline data source: they are for Grafana only"}, notes)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o444, info.Mode().Perm()&0o444, "Prometheus runs as another user")

	old := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(path, old, old))
	files, _, err = Write([]Pack{ours(t)}, o)
	require.NoError(t, err)
	require.Equal(t, []Written{{path, false}}, files)
	info, err = os.Stat(path)
	require.NoError(t, err)
	require.WithinDuration(t, old, info.ModTime(), time.Second, "Prometheus would read it again for nothing")
}

func TestDryRunWritesNothing(t *testing.T) {
	dir := t.TempDir()
	files, _, err := Write([]Pack{ours(t)}, Output{For: Grafana, Dir: dir, Dry: true})
	require.NoError(t, err)
	require.Equal(t, []Written{{filepath.Join(dir, "ours.yaml"), true}}, files)
	require.NoFileExists(t, filepath.Join(dir, "ours.yaml"))
}

func TestWriteReplacesNoFileThatItDidNotRender(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ours.yaml")
	write(t, path, "apiVersion: 1\n")
	_, _, err := Write([]Pack{ours(t)}, Output{For: Grafana, Dir: filepath.Dir(path)})
	require.ErrorContains(t, err, path+" was not rendered by heartline and is left alone")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "apiVersion: 1\n", string(content))
}

func TestWriteNamesTheFolderThatItCannotMake(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	_, _, err := Write([]Pack{ours(t)}, Output{For: Grafana, Dir: filepath.Join(file, "alerting")})
	require.ErrorContains(t, err, file)
}

func TestPacksAreWrittenForWhatTheySayOrWhereTheyAreNamed(t *testing.T) {
	dir := t.TempDir()
	p := parsed(t, "fine.yml", strings.Replace(fine, "  title: Fine", "  renders: [grafana]", 1))
	files, notes, err := Write([]Pack{p}, Output{For: Prometheus, Dir: dir})
	require.NoError(t, err)
	require.Empty(t, files)
	require.Equal(t, []string{"fine is not written for prometheus: its file says so; name the pack to have it nevertheless"}, notes)
	files, _, err = Write([]Pack{p}, Output{For: Prometheus, Dir: dir, All: true})
	require.NoError(t, err)
	require.Len(t, files, 1)
	files, _, err = Write([]Pack{pack(t, "check-scripts")}, Output{For: Prometheus, Dir: dir, All: true})
	require.NoError(t, err)
	require.Empty(t, files, "a file without rules is none")
}

func TestNotesSayWhatRecordingRulesAreInGrafana(t *testing.T) {
	p := ours(t)
	_, notes, err := Write([]Pack{p}, Output{For: Grafana, Dir: t.TempDir(), Dry: true})
	require.NoError(t, err)
	require.Equal(t, []string{"ours: 1 recording rules are for Prometheus only: load its rule file there"}, notes, "SearchesStopped asks for none, because of raw")
	p.Groups[0].Rules[2].Raw = ""
	_, notes, err = Write([]Pack{p}, Output{For: Grafana, Dir: t.TempDir(), Dry: true})
	require.NoError(t, err)
	require.Contains(t, notes, "ours: 1 alerts ask for recorded series: they have no data until a Prometheus loads the recording rules")
}

// deleted are the uids that a rendered file has Grafana delete.
func deleted(t *testing.T, path string) []string {
	t.Helper()
	body, err := os.ReadFile(path)
	require.NoError(t, err)
	var all []string
	for _, gone := range fileOf(t, body).Delete {
		require.Equal(t, 1, gone.OrgID)
		all = append(all, gone.UID)
	}
	return all
}

func TestRulesThatAreGoneAreDeletedInGrafana(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "fine.yaml")
	again := func(content string, routes ...Route) {
		t.Helper()
		_, _, err := Write([]Pack{parsed(t, "fine.yml", content)}, Output{For: Grafana, Dir: dir, Target: Target{Routes: routes}})
		require.NoError(t, err)
	}
	again(fine)
	require.Empty(t, deleted(t, path))
	again(strings.Replace(fine, "uid: search-slow", "uid: search-slower", 1))
	require.Equal(t, []string{"search-slow"}, deleted(t, path))
	again("heartline: {retired: [very-old]}\n")
	require.Equal(t, []string{"search-slow", "search-slower", "service-down", "very-old"}, deleted(t, path), "they stay: not every Grafana has seen the file before")
	again(fine)
	require.Equal(t, []string{"search-slower", "very-old"}, deleted(t, path), "what is back is not deleted")
}

func TestACopyForAReceiverIsDeletedWithItsRoute(t *testing.T) {
	dir := t.TempDir()
	p := pack(t, "check-scripts")
	o := Output{For: Grafana, Dir: dir, Target: Target{Routes: []Route{{Receiver: "dba", Directions: []string{"mysql"}, Rules: []string{"HeartlineMonitorDown"}}}}}
	_, _, err := Write([]Pack{p}, o)
	require.NoError(t, err)
	require.Empty(t, deleted(t, filepath.Join(dir, "check-scripts.yaml")))
	o.Target.Routes = nil
	_, _, err = Write([]Pack{p}, o)
	require.NoError(t, err)
	require.Equal(t, []string{"heartline-monitor-down-dba"}, deleted(t, filepath.Join(dir, "check-scripts.yaml")))
}

func TestARuleThatMovedToAnotherPackIsNotDeleted(t *testing.T) {
	dir := t.TempDir()
	o := Output{For: Grafana, Dir: dir}
	rest := parsed(t, "zebra.yml", strings.NewReplacer("SearchSlow", "ServiceUp", "search-slow", "service-up", "name: search", "name: up").Replace(fine))
	rest.Groups = rest.Groups[:1]
	_, _, err := Write([]Pack{parsed(t, "zebra.yml", fine)}, o)
	require.NoError(t, err)
	for range 2 { // what is listed once stays in the list
		_, _, err = Write([]Pack{parsed(t, "fine.yml", fine), rest}, o)
		require.NoError(t, err)
		require.NotContains(t, deleted(t, filepath.Join(dir, "zebra.yaml")), "search-slow", "Grafana reads this file last")
	}
}

func TestAPackThatHasNothingMoreForAServerLeavesNoRulesThere(t *testing.T) {
	dir := t.TempDir()
	p := parsed(t, "fine.yml", fine)
	_, _, err := Write([]Pack{p}, Output{For: Grafana, Dir: dir})
	require.NoError(t, err)
	p.Groups = nil
	files, _, err := Write([]Pack{p}, Output{For: Grafana, Dir: dir})
	require.NoError(t, err)
	require.Equal(t, []Written{{filepath.Join(dir, "fine.yaml"), true}}, files)
	require.Equal(t, []string{"search-slow", "service-down"}, deleted(t, filepath.Join(dir, "fine.yaml")))
}
