package stack

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// fakeVariable names the folder in which a fake docker finds its role.
const fakeVariable = "TEST_FAKE_DOCKER"

// TestMain lets this test binary stand in for docker: it plays it where it is
// started under that name.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != "docker" {
		goleak.VerifyTestMain(m)
		return
	}
	signal.Ignore(os.Interrupt) // what it notes is written whole
	if err := playDocker(os.Getenv(fakeVariable), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// call is how docker was started.
type call struct {
	Args string
	Dir  string
	Env  map[string]string
}

// part is what docker answers to a command that begins with these words. Of several
// answers it gives one after the other, and then the last one again and again.
type part struct {
	Words   string
	Answers []string
	Error   string
}

// playDocker notes how it was started and answers as it was told to.
func playDocker(folder string, args []string) error {
	c := call{Args: strings.Join(args, " "), Env: map[string]string{}}
	c.Dir, _ = os.Getwd()
	for _, name := range []string{profilesVariable, passwordVariable, minioVariable} {
		if value, set := os.LookupEnv(name); set {
			c.Env[name] = value
		}
	}
	calls, err := readCalls(folder)
	if err != nil {
		return err
	}
	before := len(slices.DeleteFunc(slices.Clone(calls), func(old call) bool { return old.Args != c.Args }))
	if err := write(filepath.Join(folder, "calls.json"), append(calls, c)); err != nil {
		return err
	}
	raw, err := os.ReadFile(filepath.Join(folder, "role.json"))
	if err != nil {
		return err
	}
	var role []part
	if err := json.Unmarshal(raw, &role); err != nil {
		return err
	}
	for _, p := range role {
		if !strings.HasPrefix(c.Args, p.Words) {
			continue
		}
		if len(p.Answers) > 0 {
			fmt.Println(p.Answers[min(before, len(p.Answers)-1)])
		}
		if p.Error != "" {
			return errors.New(p.Error)
		}
		return nil
	}
	return errors.New("docker was not told what to answer to " + c.Args)
}

func write(path string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return os.WriteFile(path, raw, 0o600)
}

func readCalls(folder string) (calls []call, err error) {
	raw, err := os.ReadFile(filepath.Join(folder, "calls.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return calls, json.Unmarshal(raw, &calls)
}

// fakeDocker puts a docker on the PATH that answers this, and for the rest as an
// engine that is well. It returns what it was asked.
func fakeDocker(t *testing.T, role ...part) (asked func() []call) {
	t.Helper()
	folder := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, filepath.Join(folder, "docker")))
	require.NoError(t, write(filepath.Join(folder, "role.json"), append(role,
		part{Words: "compose version", Answers: []string{"2.36.0"}},
		part{Words: "info", Answers: []string{engineAnswer(t, t.TempDir())}},
		part{Words: "compose ps", Answers: []string{""}},
		part{Words: "compose "},
	)))
	t.Setenv("PATH", folder)
	t.Setenv(fakeVariable, folder)
	t.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector lets each of them sleep at its end
	return func() []call {
		calls, err := readCalls(folder)
		require.NoError(t, err)
		return calls
	}
}

func engineAnswer(t *testing.T, root string) string {
	t.Helper()
	raw, err := json.Marshal(map[string]any{
		"ServerVersion": "28.2.2", "OSType": "linux", "Architecture": "x86_64", "MemTotal": 64 << 30, "DockerRootDir": root,
	})
	require.NoError(t, err)
	return string(raw)
}

func commands(calls []call) (all []string) {
	for _, c := range calls {
		all = append(all, c.Args)
	}
	return all
}

// lines are containers as docker compose ps has them.
func lines(containers ...container) string {
	var all []string
	for _, c := range containers {
		raw, err := json.Marshal(c)
		if err != nil {
			panic(err)
		}
		all = append(all, string(raw))
	}
	return strings.Join(all, "\n")
}

func TestContainersOfOldAndNewComposeAreRead(t *testing.T) {
	want := map[string]container{
		"grafana":       {Service: "grafana", State: "running", Health: "healthy"},
		"notifications": {Service: "notifications", State: "exited", ExitCode: 3},
	}
	object := `{"ID":"1","Service":"grafana","State":"running","Health":"healthy","Publishers":[]}`
	other := `{"ID":"2","Service":"notifications","State":"exited","ExitCode":3}`
	for name, answer := range map[string]string{"a list": "[" + object + "," + other + "]", "an object a line": object + "\n" + other} {
		t.Run(name, func(t *testing.T) {
			fakeDocker(t, part{Words: "compose ps", Answers: []string{answer}})
			got, err := docker{dir: t.TempDir()}.containers(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
	fakeDocker(t, part{Words: "compose ps", Answers: []string{"WARN: odd"}})
	_, err := docker{dir: t.TempDir()}.containers(t.Context())
	require.ErrorContains(t, err, "docker compose ps: read its answer")
}

func TestConditionsOfContainers(t *testing.T) {
	for _, c := range []struct {
		is   container
		ends bool
		word string
		well bool
	}{
		{container{}, false, "not there", false},
		{container{State: "created"}, false, "created", false},
		{container{State: "restarting"}, false, "restarting", false},
		{container{State: "running"}, false, "running", true},
		{container{State: "running"}, true, "running", false},
		{container{State: "running", Health: "starting"}, false, "starting", false},
		{container{State: "running", Health: "unhealthy"}, false, "unhealthy", false},
		{container{State: "running", Health: "healthy"}, false, "healthy", true},
		{container{State: "exited"}, true, "done", true},
		{container{State: "exited"}, false, "ended with exit code 0", false},
		{container{State: "exited", ExitCode: 137}, true, "ended with exit code 137", false},
	} {
		word, well := c.is.condition(c.ends)
		require.Equal(t, c.word, word)
		require.Equal(t, c.well, well, "%+v", c)
	}
}
