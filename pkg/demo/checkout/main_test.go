package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// heard ends a context once a text was written to it.
type heard struct {
	bytes.Buffer

	until string
	stop  context.CancelFunc
}

func (h *heard) Write(p []byte) (int, error) {
	n, err := h.Buffer.Write(p)
	if strings.Contains(h.String(), h.until) {
		h.stop()
	}
	return n, err
}

func TestCheckoutSaysWhatHappensAndAtLastWhereItListens(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &heard{until: "listens on", stop: stop}
	log := filepath.Join(t.TempDir(), "checkout.db")
	require.NoError(t, run(ctx, []string{"-listen", "127.0.0.1:0", "-log", log, "-begin", "leak"}, out, &bytes.Buffer{}))

	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Regexp(t, `^Request log .*checkout\.db, \d{6} requests of the week added:$`, lines[0])
	require.Contains(t, out.String(), "CST, 18 minutes: an outage: no request at all\n")
	require.Contains(t, out.String(), "Live, and again every 15 minutes:\n")
	require.Contains(t, out.String(), ", 4.5 minutes: 8000 goroutines leak, and heal at the end\n")
	require.Regexp(t, `^heartline-checkout listens on http://127\.0\.0\.1:[1-9]\d*$`, lines[len(lines)-1])
	require.FileExists(t, log)
}

func TestCheckoutNamesWhatIsWrongWithItsFlags(t *testing.T) {
	for args, want := range map[string]string{
		"-begin storm":           `phase "storm" is unknown`,
		"-listen 127.0.0.1:none": "none",
		"-seed x":                "invalid value",
		"serve":                  `"serve" is no flag: see -help`,
		"-log /no/such/folder/x": "its folder cannot be read",
	} {
		t.Run(args, func(t *testing.T) {
			require.ErrorContains(t, run(t.Context(), strings.Fields(args), &bytes.Buffer{}, &bytes.Buffer{}), want)
		})
	}
}
