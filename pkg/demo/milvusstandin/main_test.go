package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs the program until the test ends and returns what it says until all of its
// processes listen.
func start(t *testing.T, processes int, args ...string) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, args, in, io.Discard)
		_ = in.Close()
	}()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
	})
	var said bytes.Buffer
	buffer := make([]byte, 4096)
	for strings.Count(said.String(), " listens on ") < processes {
		n, err := out.Read(buffer)
		require.NoError(t, err, said.String())
		said.Write(buffer[:n])
	}
	return said.String()
}

func get(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	require.Equal(t, http.StatusOK, resp.StatusCode)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(body)
}

var listening = regexp.MustCompile(`(?m)^heartline-milvus-standin listens on (\S+) (http://127\.0\.0\.1:[1-9]\d*)$`)

func TestAStandaloneServesAllOnOnePort(t *testing.T) {
	said := start(t, 1, "-listen", "127.0.0.1:0", "-grpc", "127.0.0.1:0", "-release", "2.5.14")
	require.Contains(t, said, "heartline-milvus-standin stands in for Milvus 2.5.14: its figures are made up\n")
	found := listening.FindStringSubmatch(said)
	require.Equal(t, "standalone", found[1])
	metrics := get(t, found[2]+"/metrics")
	require.Contains(t, metrics, `milvus_build_info{built=`)
	require.Contains(t, metrics, `version="2.5.14"`)

	grpc := regexp.MustCompile(`accepts connections on (\S+)`).FindStringSubmatch(said)
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", grpc[1])
	require.NoError(t, err)
	require.NoError(t, connection.Close())
}

func TestAClusterHasAPortForEachProcess(t *testing.T) {
	said := start(t, 11, "-listen", "127.0.0.1:0", "-mode", "cluster")
	all := listening.FindAllStringSubmatch(said, -1)
	require.Len(t, all, 11)
	ports := map[string]bool{}
	for _, found := range all {
		ports[found[2]] = true
		require.Equal(t, "OK", get(t, found[2]+"/healthz"))
	}
	require.Len(t, ports, 11)
}

func TestWhatIsWrongWithTheFlagsIsNamed(t *testing.T) {
	for args, want := range map[string]string{
		"-release 1.0":                      `Milvus "1.0"`,
		"-mode many":                        `mode "many" is unknown: use one of standalone, cluster`,
		"-listen 9091":                      `address "9091": write it as host:port`,
		"-listen 127.0.0.1:http":            "the port has to be a number",
		"-listen 203.0.113.1:0":             "choose other addresses with -listen and -grpc",
		"-listen 127.0.0.1:0 -grpc nowhere": "choose other addresses with -listen and -grpc",
		"-seed x":                           "invalid value",
		"serve":                             `"serve" is no flag: see -help`,
	} {
		t.Run(args, func(t *testing.T) {
			require.ErrorContains(t, run(t.Context(), strings.Fields(args), &bytes.Buffer{}, &bytes.Buffer{}), want)
		})
	}
}
