package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// stackFolder has the shipped docker-compose.yaml and nothing that it mounts, and a
// docker that notes how it is called; said is what docker compose ps answers.
func stackFolder(t *testing.T, said string) (dir string, asked func() string) {
	t.Helper()
	dir, bin := t.TempDir(), t.TempDir()
	shipped, err := os.ReadFile(filepath.Join(module, "docker-compose.yaml"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "docker-compose.yaml"), shipped, 0o600))
	noted := filepath.Join(bin, "noted")
	script := "#!/bin/sh\necho \"$*\" >> " + noted + "\ncase \"$*\" in\n*ps*) printf '%s\\n' '" + said + "' ;;\n*version*) echo 2.36.0 ;;\ninfo*) echo '{\"ServerVersion\": \"28.2.2\"}' ;;\nesac\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "docker"), []byte(script), 0o700))
	t.Setenv("PATH", bin)
	t.Setenv("COMPOSE_PROFILES", "")
	return dir, func() string {
		raw, err := os.ReadFile(noted)
		if !os.IsNotExist(err) {
			require.NoError(t, err)
		}
		return string(raw)
	}
}

func TestStackCheckPrintsWhatIsMissingWithItsRemedy(t *testing.T) {
	dir, _ := stackFolder(t, "")
	o := heartline(t, "stack", "check", "--dir", dir)
	require.Equal(t, exitFailed, o.code)
	require.Contains(t, o.out, "ok       compose    docker compose 2.36.0\n")
	require.Contains(t, o.out, "failed   files      dist does not exist\n                    run go tool mage build\n")
	require.Regexp(t, `heartline: the stack cannot start: \d+ of \d+ prerequisites are not met\n`, o.err)
}

func TestStackUpStartsNothingWhereSomethingIsMissing(t *testing.T) {
	dir, asked := stackFolder(t, "")
	o := heartline(t, "stack", "up", "--dir", dir)
	require.Equal(t, exitFailed, o.code)
	require.Contains(t, o.out, "dist does not exist")
	require.NotContains(t, o.out, "docker compose 2.36.0", "what is well is not told")
	require.NotContains(t, asked(), "compose up")
	require.NoFileExists(t, filepath.Join(dir, ".env"))
}

func TestStackStatusShowsConditionsAndFailsWhereOneIsNotWell(t *testing.T) {
	dir, _ := stackFolder(t, `{"Service":"grafana","State":"running","Health":"starting"}`)
	o := heartline(t, "stack", "status", "--dir", dir)
	require.Equal(t, exitFailed, o.code)
	require.Regexp(t, `(?m)^grafana\s+starting$`, o.out)
	require.Regexp(t, `(?m)^loki\s+not there$`, o.out)
	require.Equal(t, "heartline: 8 of 8 services are not well: see docker compose logs SERVICE\n", o.err)

	dir, _ = stackFolder(t, "")
	o = heartline(t, "stack", "status", "--dir", dir)
	require.Equal(t, exitFailed, o.code)
	require.Equal(t, "heartline: the stack is not there: start it with heartline stack up\n", o.err)
}

func TestStackStatusPrintsAddressesWhereAllIsWell(t *testing.T) {
	all := []string{`{"Service":"notifications","State":"exited"}`}
	for _, name := range []string{"grafana", "prometheus", "alertmanager", "loki", "jaeger", "checkout", "milvus-standin"} {
		all = append(all, `{"Service":"`+name+`","State":"running","Health":"healthy"}`)
	}
	dir, _ := stackFolder(t, strings.Join(all, "\n"))
	t.Setenv("GRAFANA_PORT", "3999")
	o := heartline(t, "stack", "status", "--dir", dir)
	require.Zero(t, o.code, o.err)
	require.Contains(t, o.out, "http://127.0.0.1:3999")
	require.Contains(t, o.out, "a stand-in for Milvus: no real one")
}

func TestStackDownKeepsVolumes(t *testing.T) {
	dir, asked := stackFolder(t, "")
	require.Zero(t, heartline(t, "stack", "down", "--dir", dir).code)
	require.Equal(t, "compose down --remove-orphans\n", asked())
}

// answering runs heartline with an answer to what it asks.
func answering(t *testing.T, answer string, args ...string) outcome {
	t.Helper()
	var out, err bytes.Buffer
	code := run(t.Context(), "1.2.3", args, streams{in: strings.NewReader(answer), out: &out, err: &err})
	return outcome{out: out.String(), err: err.String(), code: code}
}

func TestStackCleanAsksBeforeItDeletes(t *testing.T) {
	for answer, deletes := range map[string]bool{"yes\n": true, "YES\n": true, "y\n": false, "no\n": false, "": false} {
		dir, asked := stackFolder(t, "")
		o := answering(t, answer, "stack", "clean", "--dir", dir)
		require.Contains(t, o.out, "deletes its volumes, with all that is in them:\n  alerting, alertmanager, etcd, grafana, loki, milvus, minio, prometheus, requests\nType yes to go on: ")
		if deletes {
			require.Zero(t, o.code)
			require.Equal(t, "compose down --volumes --remove-orphans\n", asked(), answer)
			continue
		}
		require.Equal(t, exitFailed, o.code)
		require.Equal(t, "heartline: nothing was deleted: type yes, or use --yes\n", o.err)
		require.Empty(t, asked(), answer)
	}
}

func TestStackCleanWithYesDoesNotAsk(t *testing.T) {
	dir, asked := stackFolder(t, "")
	o := answering(t, "", "stack", "clean", "--yes", "--dir", dir)
	require.Zero(t, o.code, o.err)
	require.NotContains(t, o.out, "Type yes")
	require.Equal(t, "compose down --volumes --remove-orphans\n", asked())
}

func TestStackRefusesWhatItDoesNotKnow(t *testing.T) {
	dir, _ := stackFolder(t, "")
	for args, want := range map[string]string{
		"start":                  `unknown command "start": see heartline stack --help`,
		"up --profile gpu":       `--profile "gpu" is unknown: use one of milvus`,
		"down --profile milvus":  "unknown flag: --profile",
		"clean grafana":          `unexpected argument "grafana"`,
		"status --dir /no/such/": "no docker-compose.yaml of Heartline in /no/such or above",
	} {
		t.Run(args, func(t *testing.T) {
			o := heartline(t, append([]string{"stack", "--dir", dir}, strings.Fields(args)...)...)
			require.Contains(t, o.err, want)
			if strings.HasPrefix(args, "status") {
				require.Equal(t, exitFailed, o.code)
			} else {
				require.Equal(t, exitUsage, o.code)
			}
		})
	}
}
