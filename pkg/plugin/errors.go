package plugin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// statusGivenUp is what web servers log for a client that closed the request.
const statusGivenUp backend.Status = 499

// queryError is a query that cannot be answered as it is.
type queryError struct{ error }

// Unwrap implements errors' interface.
func (e queryError) Unwrap() error { return e.error }

// settingsError is a setting that is wrong or missing.
type settingsError struct{ error }

// Unwrap implements errors' interface.
func (e settingsError) Unwrap() error { return e.error }

// classify is the one place that says whose fault an error is. What is neither
// the query's, the settings', the store's nor the service's is a mistake of this
// plugin.
func classify(err error) (backend.Status, backend.ErrorSource, error) {
	downstream := backend.ErrorSourceDownstream
	if _, ok := errors.AsType[queryError](err); ok || errors.Is(err, event.ErrTooLarge) {
		return backend.StatusBadRequest, downstream, err
	}
	if _, ok := errors.AsType[settingsError](err); ok {
		return backend.StatusBadRequest, downstream, err
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded) && isFault(err):
		return backend.StatusTimeout, downstream, err
	case errors.Is(err, context.DeadlineExceeded):
		return backend.StatusTimeout, downstream, fmt.Errorf("the store did not answer in time, shorten the time range or narrow the filter: %w", err)
	case errors.Is(err, context.Canceled):
		return statusGivenUp, downstream, fmt.Errorf("the query was given up: %w", err)
	case isFault(err):
		return backend.StatusBadGateway, downstream, err
	case errors.Is(err, fs.ErrPermission):
		return backend.StatusForbidden, downstream, err
	case errors.Is(err, fs.ErrNotExist):
		return backend.StatusNotFound, downstream, err
	}
	if _, ok := errors.AsType[*signal.Unsupported](err); ok {
		return backend.StatusBadRequest, downstream, err
	}
	if _, ok := errors.AsType[syscall.Errno](err); ok || backend.IsDownstreamError(err) {
		return backend.StatusBadGateway, downstream, err
	}
	return backend.StatusInternal, backend.ErrorSourcePlugin, err
}

// failure is the response to one query that failed.
func failure(ctx context.Context, err error) backend.DataResponse {
	status, source, err := classify(err)
	logger := backend.Logger.FromContext(ctx)
	if source == backend.ErrorSourcePlugin {
		logger.Error("Query failed by a mistake of the plugin", "error", err)
	} else {
		logger.Debug("Query could not be answered", "status", int(status), "error", err)
	}
	return backend.DataResponse{Status: status, Error: err, ErrorSource: source}
}
