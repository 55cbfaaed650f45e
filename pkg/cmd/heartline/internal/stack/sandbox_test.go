package stack

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// freePorts are ports of the loopback interface that nobody listens on.
func freePorts(t *testing.T, n int) (all []int) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", loopback+":0")
		require.NoError(t, err)
		defer func() { require.NoError(t, l.Close()) }() // all at the end, so that they differ
		all = append(all, l.Addr().(*net.TCPAddr).Port)
	}
	return all
}

// sandbox is a folder with the shipped docker-compose.yaml, everything that it mounts,
// and ports that are free. What the stack tells goes to the buffer.
func sandbox(t *testing.T, profile string) *told {
	t.Helper()
	clear(t)
	dir := t.TempDir()
	shipped, err := os.ReadFile(filepath.Join(checkout, composeFile))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, composeFile), shipped, 0o600))
	out := &bytes.Buffer{}
	s, err := Open(dir, profile, out)
	require.NoError(t, err)
	s.pause = time.Millisecond
	s.milvus = true
	ports, err := s.file.ports(s.services(), s.env)
	require.NoError(t, err)
	s.milvus = false
	more, err := s.file.ports([]string{standin}, s.env)
	require.NoError(t, err)
	ports = append(ports, more...)
	for i, free := range freePorts(t, len(ports)) {
		t.Setenv(ports[i].variable, strconv.Itoa(free))
	}
	s.milvus = profile == Milvus
	t.Setenv(profilesVariable, profile)
	mounts, err := s.file.mounts(dir, s.services(), s.env)
	require.NoError(t, err)
	for _, m := range mounts {
		if filepath.Ext(m.source) == "" {
			require.NoError(t, os.MkdirAll(m.source, 0o750))
			continue
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(m.source), 0o750))
		require.NoError(t, os.WriteFile(m.source, nil, 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(s.built(), "gpx_heartline_linux_amd64"), nil, 0o600))
	return &told{s, out}
}

// told is a stack with what it told.
type told struct {
	*Stack
	out *bytes.Buffer
}

// allWell are the containers of the stack as they should be.
func (s *told) allWell() (all []container) {
	for _, name := range s.services() {
		c := container{Service: name, State: "running", Health: "healthy"}
		if s.file.ends(name) {
			c = container{Service: name, State: "exited"}
		}
		all = append(all, c)
	}
	return all
}

// with replaces one of some containers.
func with(all []container, one container) []container {
	changed := append([]container(nil), all...)
	for i := range changed {
		if changed[i].Service == one.Service {
			changed[i] = one
		}
	}
	return changed
}
