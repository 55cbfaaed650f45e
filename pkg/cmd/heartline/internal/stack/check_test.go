package stack

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func bySubject(findings []Finding) map[string][]Finding {
	all := map[string][]Finding{}
	for _, f := range findings {
		all[f.Subject] = append(all[f.Subject], f)
	}
	return all
}

// requireFailed returns the finding of a subject, which has to be one that fails.
func requireFailed(t *testing.T, findings []Finding, subject string) Finding {
	t.Helper()
	of := bySubject(findings)[subject]
	require.Len(t, of, 1)
	require.Equal(t, Failed, of[0].Verdict, of[0].Text)
	require.NotEmpty(t, of[0].Remedy)
	return of[0]
}

func TestCheckIsSatisfiedWhereEverythingIsThere(t *testing.T) {
	s := sandbox(t, "")
	asked := fakeDocker(t)
	found := s.Check(t.Context())
	for _, f := range found {
		if f.Subject != "disk" && f.Subject != "memory" { // those are of the machine that runs this
			require.Equal(t, OK, f.Verdict, f.Text)
			require.Empty(t, f.Remedy)
		}
	}
	of := bySubject(found)
	require.Equal(t, "docker compose 2.36.0", of["compose"][0].Text)
	require.Equal(t, "Docker 28.2.2, linux/x86_64", of["engine"][0].Text)
	require.Contains(t, of["ports"][0].Text, os.Getenv("GRAFANA_PORT")+" (grafana)")
	require.NotContains(t, of["ports"][0].Text, "(milvus)")
	require.Len(t, of["disk"], 1)
	require.Len(t, of["memory"], 1)
	require.Equal(t, []string{"compose version --short", "info --format {{json .}}", "compose ps --all --format json"}, commands(asked()))
	require.NoFileExists(t, filepath.Join(s.dir, ".env"), "looking changes nothing")
}

func TestCheckNamesTheServiceOfAPortThatIsTaken(t *testing.T) {
	s := sandbox(t, "")
	l, err := net.Listen("tcp", loopback+":0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	t.Setenv("JAEGER_PORT", port)

	fakeDocker(t)
	f := requireFailed(t, s.Check(t.Context()), "ports")
	require.Contains(t, f.Text, "port "+port+" (jaeger) is taken: ")
	require.Equal(t, "stop what listens there, or set JAEGER_PORT to another port in .env", f.Remedy)

	t.Run("unless the stack itself holds it", func(t *testing.T) {
		fakeDocker(t, part{Words: "compose ps", Answers: []string{lines(container{Service: "jaeger", State: "running", Health: "healthy"})}})
		found := bySubject(s.Check(t.Context()))
		require.Equal(t, OK, found["ports"][0].Verdict)
		require.Empty(t, found["disk"], "what runs has its room")
	})
}

func TestCheckFindsTwoServicesOnOnePortAndPortsThatAreNone(t *testing.T) {
	s := sandbox(t, "")
	fakeDocker(t)
	t.Setenv("LOKI_PORT", os.Getenv("JAEGER_PORT"))
	f := requireFailed(t, s.Check(t.Context()), "ports")
	require.Equal(t, "port "+os.Getenv("LOKI_PORT")+" (loki) is that of jaeger, too", f.Text)
	t.Setenv("LOKI_PORT", "70000")
	f = requireFailed(t, s.Check(t.Context()), "ports")
	require.Contains(t, f.Text, `"70000" is no port: set LOKI_PORT to a number from 1 to 65535`)
}

func TestCheckSaysWhatIsMissingOfDocker(t *testing.T) {
	s := sandbox(t, "")
	dead, err := json.Marshal(map[string]any{"ServerErrors": []string{"Cannot connect to the Docker daemon at unix:///var/run/docker.sock."}})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		role          []part
		subject, text string
	}{
		"no compose plugin": {[]part{{Words: "compose version", Error: "WARNING: old\ndocker: 'compose' is not a docker command.\n\nUsage: docker\n\nRun 'docker --help' for more information"}}, "compose", "docker compose does not answer: docker: 'compose' is not a docker command."},
		"compose 1":         {[]part{{Words: "compose version", Answers: []string{"1.29.2"}}}, "compose", `docker compose is version "1.29.2"`},
		"old compose 2":     {[]part{{Words: "compose version", Answers: []string{"v2.23.3"}}}, "compose", `docker compose is version "2.23.3"`},
		"odd compose":       {[]part{{Words: "compose version", Answers: []string{"dev"}}}, "compose", `docker compose is version "dev"`},
		"no engine":         {[]part{{Words: "info", Answers: []string{string(dead)}}}, "engine", "no Docker engine answers: Cannot connect to the Docker daemon at unix:///var/run/docker.sock."},
		"engine in error":   {[]part{{Words: "info", Answers: []string{string(dead)}, Error: "errors pretty printing info"}}, "engine", "no Docker engine answers: Cannot connect"},
		"no permission":     {[]part{{Words: "info", Error: "permission denied while trying to connect"}}, "engine", "no Docker engine answers: permission denied while trying to connect"},
		"ps fails":          {[]part{{Words: "compose ps", Error: "yaml: line 3"}}, "containers", "docker compose ps: yaml: line 3"},
	} {
		t.Run(name, func(t *testing.T) {
			fakeDocker(t, c.role...)
			found := s.Check(t.Context())
			require.Contains(t, requireFailed(t, found, c.subject).Text, c.text)
			require.Equal(t, OK, bySubject(found)["ports"][0].Verdict, "what can be looked at is looked at")
		})
	}
	t.Run("compose 5", func(t *testing.T) {
		fakeDocker(t, part{Words: "compose version", Answers: []string{"v5.0.1"}})
		require.Equal(t, OK, bySubject(s.Check(t.Context()))["compose"][0].Verdict)
	})
	t.Run("no docker", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		found := s.Check(t.Context())
		require.Contains(t, requireFailed(t, found, "docker").Text, "docker is not on the PATH")
		require.Equal(t, OK, bySubject(found)["ports"][0].Verdict)
	})
}

func TestCheckSaysWhatIsNotBuilt(t *testing.T) {
	s := sandbox(t, "")
	fakeDocker(t)
	require.NoError(t, os.Remove(filepath.Join(s.built(), "gpx_heartline_linux_amd64")))
	f := requireFailed(t, s.Check(t.Context()), "files")
	require.Equal(t, "dist/gpx_heartline_linux_amd64 does not exist", f.Text)
	require.Contains(t, f.Remedy, "go tool mage build")

	require.NoError(t, os.RemoveAll(s.built()))
	f = requireFailed(t, s.Check(t.Context()), "files")
	require.Equal(t, "dist does not exist", f.Text)
	require.Equal(t, "run go tool mage build", f.Remedy)
}

func TestCheckNamesTheVariableOfAFileThatIsNotThere(t *testing.T) {
	s := sandbox(t, "")
	fakeDocker(t)
	t.Setenv("HEARTLINE_DATASOURCE", "/no/such/heartline.yaml")
	f := requireFailed(t, s.Check(t.Context()), "files")
	require.Equal(t, "/no/such/heartline.yaml does not exist", f.Text)
	require.Equal(t, "set HEARTLINE_DATASOURCE to what there is", f.Remedy)
}

func TestCheckWeighsDiskAndMemory(t *testing.T) {
	s := sandbox(t, Milvus)
	small, err := json.Marshal(map[string]any{"ServerVersion": "28.2.2", "OSType": "linux", "Architecture": "x86_64", "MemTotal": 2 << 30, "DockerRootDir": "/no/such/folder"})
	require.NoError(t, err)
	fakeDocker(t, part{Words: "info", Answers: []string{string(small)}})
	found := s.Check(t.Context())
	require.Equal(t, "Docker has 2GiB, 4GiB are needed", requireFailed(t, found, "memory").Text)
	require.Contains(t, bySubject(found)["disk"][0].Text, fmt.Sprintf("free at %s, 10GiB are needed", s.dir), "the engine's folder is another machine's")
}

func TestAddressesAreThoseOfTheProfile(t *testing.T) {
	for profile, want := range map[string][]string{
		"":     {"grafana", "prometheus", "alertmanager", "jaeger", "loki", "checkout", standin},
		Milvus: {"grafana", "prometheus", "alertmanager", "jaeger", "loki", "checkout", Milvus, Milvus},
	} {
		s := sandbox(t, profile)
		all, err := s.Addresses()
		require.NoError(t, err)
		var got []string
		for _, a := range all {
			got = append(got, a.Service)
			require.NotEmpty(t, a.What)
		}
		require.Equal(t, want, got)
		require.Equal(t, "http://127.0.0.1:"+os.Getenv("GRAFANA_PORT"), all[0].URL)
	}
}
