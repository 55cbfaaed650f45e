package cli

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDoctorExaminesADataSourceAndSaysWhatToDo(t *testing.T) {
	folder := t.TempDir()
	script{folder, "area", "disk"}.describe(t, "every 10 minutes")
	file := filepath.Join(t.TempDir(), "heartline.yaml")
	write := func(path string) {
		require.NoError(t, os.WriteFile(file, []byte("apiVersion: 1\ndatasources:\n  - {name: Heartline, type: heartline-monitor-datasource, jsonData: {events: {kind: filetree, path: "+path+"}}}\n"), 0o600))
	}
	write(folder)
	o := heartline(t, "doctor", "--datasource", file)
	require.Zero(t, o.code, o.err)
	require.Regexp(t, `(?m)^ok +Heartline check scripts +1 monitors in 1 directions$`, o.out)
	write(filepath.Join(folder, "missing"))
	o = heartline(t, "doctor", "--datasource", file, "--json")
	require.Equal(t, exitFailed, o.code)
	require.Contains(t, o.out, `"healthy": false`)
	require.Contains(t, o.out, "does not exist")
}

func TestDoctorFindsAPrometheusThatDoesNotAnswer(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	o := heartline(t, "doctor", "--prometheus", server.URL, "--grafana", server.URL, "--milvus", server.URL)
	require.Equal(t, exitFailed, o.code)
	for _, part := range []string{"prometheus", "grafana", "milvus clients", "milvus health"} {
		require.Regexp(t, `(?m)^error +`+part+` `, o.out)
		require.Contains(t, o.out, "\n  "+part+": ", "its remedy")
	}
}

func TestDoctorAndMilvusHaveTheCredentialsOfTheDataSource(t *testing.T) {
	refused := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "reader" || password != "a secret" {
			refused++
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"status": "success", "data": {"resultType": "vector", "result": []}}`))
	}))
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "heartline.yaml")
	require.NoError(t, os.WriteFile(file, []byte("apiVersion: 1\ndatasources:\n  - {name: Heartline, type: heartline-monitor-datasource, "+
		"jsonData: {metrics: {url: '"+server.URL+"', user: reader}}, secureJsonData: {metricsPassword: a secret}}\n"), 0o600))
	o := heartline(t, "doctor", "--datasource", file)
	require.NotContains(t, o.out, "refuses the credentials")
	o = heartline(t, "milvus", "--datasource", file)
	require.Contains(t, o.err, "knows no Milvus", "it answers")
	require.Zero(t, refused)
}

func TestDoctorAndMilvusNameTheMistakeOnTheCommandLine(t *testing.T) {
	for want, args := range map[string][]string{
		"nothing to examine":     {"doctor"},
		"takes flags only":       {"doctor", "here"},
		"no URL":                 {"doctor", "--milvus", "http://"},
		"must begin with http":   {"doctor", "--prometheus", "here"},
		"with --prometheus":      {"milvus"},
		"no list of label match": {"milvus", "--prometheus", "http://x", "--selector", "job"},
		"use that or more":       {"milvus", "--prometheus", "http://x", "--last", "1m"},
	} {
		o := heartline(t, args...)
		require.Equal(t, exitUsage, o.code, args)
		require.Contains(t, o.err, want)
	}
}
