package plugin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

func TestErrorsAreClassified(t *testing.T) {
	path := func(err error) error { return &fs.PathError{Op: "open", Path: "/srv/db", Err: err} }
	tests := []struct {
		name   string
		err    error
		status int
		source backend.ErrorSource
	}{
		{"query", queryError{errors.New("limit is -1")}, 400, "downstream"},
		{"settings", settingsError{errors.New("no path")}, 400, "downstream"},
		{"too large", fmt.Errorf("count: %w", event.ErrTooLarge), 400, "downstream"},
		{"timeout", fmt.Errorf("read: %w", context.DeadlineExceeded), 504, "downstream"},
		{"given up", fmt.Errorf("read: %w", context.Canceled), 499, "downstream"},
		{"permission", path(syscall.EACCES), 403, "downstream"},
		{"missing", path(syscall.ENOENT), 404, "downstream"},
		{"broken disk", path(syscall.EIO), 502, "downstream"},
		{"said so", backend.DownstreamErrorf("away"), 502, "downstream"},
		{"service", signal.Faultf("gone: %w", syscall.ENOENT), 502, "downstream"},
		{"slow service", signal.Faultf("slow: %w", context.DeadlineExceeded), 504, "downstream"},
		{"signal that is not there", &signal.Unsupported{Signal: signal.QPS, Reason: "no"}, 400, "downstream"},
		{"mistake", errors.New("index out of range"), 500, "plugin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := failure(t.Context(), fmt.Errorf("outer: %w", tt.err))
			require.EqualValues(t, tt.status, res.Status)
			require.Equal(t, tt.source, res.ErrorSource)
			require.ErrorIs(t, res.Error, tt.err)
		})
	}
}

func TestTimeoutSaysTheRemedy(t *testing.T) {
	_, _, err := classify(context.DeadlineExceeded)
	require.ErrorContains(t, err, "shorten the time range or narrow the filter")
	_, _, err = classify(signal.Faultf("the app hangs: %w", context.DeadlineExceeded))
	require.EqualError(t, err, "the app hangs: context deadline exceeded", "a fault says its own")
}
