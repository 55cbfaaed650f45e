package stack

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const patience = 30 * time.Second

func TestUpStartsTheStackAndWaitsUntilItIsWell(t *testing.T) {
	s := sandbox(t, "")
	well := s.allWell()
	starting := with(well, container{Service: "grafana", State: "running", Health: "starting"})
	asked := fakeDocker(t, part{Words: "compose ps", Answers: []string{"", lines(starting...), lines(starting...), lines(well...)}})
	require.NoError(t, s.Up(t.Context(), patience))

	calls := asked()
	require.Equal(t, []string{
		"compose ps --all --format json",
		"compose up --detach --remove-orphans alertmanager checkout grafana jaeger loki milvus-standin notifications prometheus",
		"compose ps --all --format json", "compose ps --all --format json", "compose ps --all --format json",
	}, commands(calls))
	up := calls[1]
	require.Equal(t, s.dir, up.Dir)
	require.Empty(t, up.Env[profilesVariable])
	require.Len(t, up.Env[passwordVariable], 26)
	require.Empty(t, up.Env[minioVariable])
	kept, err := os.ReadFile(filepath.Join(s.dir, ".env"))
	require.NoError(t, err)
	require.Equal(t, passwordVariable+"="+up.Env[passwordVariable]+"\n", string(kept))

	said := s.out.String()
	require.Contains(t, said, "Made GF_SECURITY_ADMIN_PASSWORD, kept in .env\n")
	require.NotContains(t, said, up.Env[passwordVariable])
	require.Equal(t, 1, strings.Count(said, "grafana: starting\n"), "changes are told, not looks")
	require.Contains(t, said, "grafana: healthy\n")
	require.Contains(t, said, "notifications: done\n")
	require.Contains(t, said, "all 8 services are well\n")
}

func TestUpWithMilvusMakesItsSecretAndTakesTheStandinAway(t *testing.T) {
	s := sandbox(t, Milvus)
	asked := fakeDocker(t, part{Words: "compose ps", Answers: []string{
		lines(container{Service: standin, State: "running", Health: "healthy"}, container{Service: "grafana", State: "running"}), lines(s.allWell()...),
	}})
	require.NoError(t, s.Up(t.Context(), patience))
	calls := asked()
	require.Equal(t, "compose rm --stop --force milvus-standin", calls[1].Args)
	require.Equal(t, "compose up --detach --remove-orphans alertmanager checkout etcd grafana jaeger loki milvus minio notifications prometheus", calls[2].Args)
	require.Equal(t, Milvus, calls[2].Env[profilesVariable])
	require.Len(t, calls[2].Env[minioVariable], 26)
	require.Contains(t, s.out.String(), "Made GF_SECURITY_ADMIN_PASSWORD and MINIO_ROOT_PASSWORD, kept in .env\n")
}

func TestUpWithoutMilvusTakesItAway(t *testing.T) {
	s := sandbox(t, "")
	asked := fakeDocker(t, part{Words: "compose ps", Answers: []string{
		lines(container{Service: Milvus, State: "running"}, container{Service: "etcd", State: "exited"}, container{Service: "stranger", State: "running"}), lines(s.allWell()...),
	}})
	require.NoError(t, s.Up(t.Context(), patience))
	require.Equal(t, "compose rm --stop --force etcd milvus", asked()[1].Args)
}

func TestUpMakesADemoStoreWhereNoOtherIsNamed(t *testing.T) {
	s := sandbox(t, "")
	require.NoError(t, os.RemoveAll(s.demoStore()))
	fakeDocker(t, part{Words: "compose ps", Answers: []string{lines(s.allWell()...)}})
	t.Setenv("HEARTLINE_STORE", s.dir)
	require.NoError(t, s.Up(t.Context(), patience))
	require.NoDirExists(t, s.demoStore())

	t.Setenv("HEARTLINE_STORE", "")
	require.NoError(t, s.Up(t.Context(), patience))
	require.DirExists(t, filepath.Join(s.demoStore(), "host"))
	require.Contains(t, s.out.String(), "Making a demo store of check scripts in demo-store/monitor_db\n")
}

func TestUpShowsTheLogOfWhatIsNotWell(t *testing.T) {
	s := sandbox(t, "")
	ill := with(s.allWell(), container{Service: "loki", State: "restarting", ExitCode: 1})
	asked := fakeDocker(t,
		part{Words: "compose ps", Answers: []string{lines(ill...)}},
		part{Words: "compose logs", Answers: []string{"failed parsing config"}})
	err := s.Up(t.Context(), 500*time.Millisecond)
	require.ErrorContains(t, err, "the services are not well after 500ms")
	require.ErrorContains(t, err, "not well: loki (restarting): see docker compose logs SERVICE")
	require.Contains(t, s.out.String(), "loki is restarting; the end of its log:\nfailed parsing config\n")
	require.Contains(t, commands(asked()), "compose logs --no-color --no-log-prefix --tail 15 loki")
}

func TestUpDoesNotWaitForWhatHasFailedForGood(t *testing.T) {
	s := sandbox(t, "")
	ill := with(s.allWell(), container{Service: "notifications", State: "exited", ExitCode: 1})
	fakeDocker(t, part{Words: "compose ps", Answers: []string{lines(ill...)}})
	err := s.Up(t.Context(), time.Hour)
	require.ErrorContains(t, err, "notifications ended with exit code 1")
}

func TestUpFailsWhereDockerDoes(t *testing.T) {
	s := sandbox(t, "")
	fakeDocker(t, part{Words: "compose up", Error: "no such image"}, part{Words: "compose ps", Answers: []string{""}})
	err := s.Up(t.Context(), patience)
	require.ErrorContains(t, err, "docker compose up: exit status 1")
	require.ErrorContains(t, err, "grafana (not there)")
	require.Contains(t, s.out.String(), "no such image")
}

func TestUpEndsWithTheContext(t *testing.T) {
	s := sandbox(t, "")
	fakeDocker(t, part{Words: "compose ps", Answers: []string{"", lines(with(s.allWell(), container{Service: "loki", State: "created"})...)}})
	ctx, stop := context.WithCancel(t.Context())
	s.Stack.out = writer(func(text string) {
		if strings.Contains(text, "loki: created") {
			stop()
		}
	})
	require.True(t, errors.Is(s.Up(ctx, time.Hour), context.Canceled))
}

// writer calls a function with what is written.
type writer func(string)

func (w writer) Write(p []byte) (int, error) {
	w(string(p))
	return len(p), nil
}

func TestStatusTellsOfEveryServiceAndOfAMilvusThatIsThere(t *testing.T) {
	s := sandbox(t, "")
	fakeDocker(t)
	states, err := s.Status(t.Context())
	require.NoError(t, err)
	require.Empty(t, states, "nothing was started")

	fakeDocker(t, part{Words: "compose ps", Answers: []string{lines(container{Service: Milvus, State: "running", Health: "unhealthy"}, container{Service: "grafana", State: "running", Health: "healthy"})}})
	states, err = s.Status(t.Context())
	require.NoError(t, err)
	require.Contains(t, states, State{Milvus, "unhealthy", false})
	require.Contains(t, states, State{"grafana", "healthy", true})
	require.Contains(t, states, State{"loki", "not there", false})
	require.NotContains(t, states, State{standin, "not there", false})
}

// Compose reads the whole file for whatever it is asked: a password that was never
// made must not keep it from ending the stack.
func TestDownAndCleanNeedNoSecrets(t *testing.T) {
	s := sandbox(t, "")
	asked := fakeDocker(t)
	require.NoError(t, s.Down(t.Context()))
	require.NoError(t, s.Clean(t.Context()))
	calls := asked()
	require.Equal(t, []string{"compose down --remove-orphans", "compose down --volumes --remove-orphans"}, commands(calls))
	for _, c := range calls {
		require.Equal(t, Milvus, c.Env[profilesVariable], "whatever was started is ended")
		require.NotEmpty(t, c.Env[passwordVariable])
		require.NotEmpty(t, c.Env[minioVariable])
	}
	require.NoFileExists(t, filepath.Join(s.dir, ".env"))
}
