package prometheus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// where names the Prometheus behind an API.
func where(api v1.API) string {
	if c, ok := api.(*client); ok {
		return "Prometheus at " + c.address
	}
	return "Prometheus"
}

// excess is a question that asks for more than Prometheus, or we, can bear. It is the
// expression's fault where somebody wrote one; a Source wrote its own.
type excess struct{ error }

// Unwrap implements errors' interface.
func (e excess) Unwrap() error { return e.error }

// blamed makes a Fault of an error of a Source's own question, with which nobody made
// a mistake.
func blamed(err error) error {
	if _, ok := errors.AsType[excess](err); ok {
		return &signal.Fault{Err: err}
	}
	return err
}

// classify tells a Prometheus that cannot be asked, which is a signal.Fault, from
// a question that it cannot answer. A context that was cancelled is neither.
func classify(ctx context.Context, api v1.API, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("asking %s was given up: %w", where(api), context.Canceled)
	}
	if errors.Is(err, errTooLarge) {
		return excess{fmt.Errorf("%s: %w", where(api), errTooLarge)}
	}
	if refused, ok := errors.AsType[answerError](err); ok {
		return signal.Faultf("%s %w", where(api), refused)
	}
	if answered, ok := errors.AsType[*v1.Error](err); ok {
		return answeredWith(api, answered)
	}
	// The URL of a request says nothing that its host does not, and may hold the question.
	if request, ok := errors.AsType[*url.Error](err); ok {
		if timedOut(request.Err) {
			return signal.Faultf("%s did not answer in time: see that it is up and not overloaded, or ask for a shorter range: %w", where(api), request.Err)
		}
		return signal.Faultf("%s cannot be reached: see that it runs and that metrics.url is right: %w", where(api), request.Err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return signal.Faultf("%s did not answer in time: see that it is up and not overloaded, or ask for a shorter range: %w", where(api), context.DeadlineExceeded)
	}
	return signal.Faultf("%s broke off or answered with what cannot be read: see that metrics.url leads to a Prometheus: %s", where(api), unquoted(err))
}

// timedOut looks into errors that middlewares of an HTTP client wrap, which a
// url.Error does not.
func timedOut(err error) bool {
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}

// unquoted is an error without what the JSON decoder quotes of the answer: a server
// that repeats the headers it was sent would have the credentials in it.
func unquoted(err error) string {
	text, _, _ := strings.Cut(err.Error(), ", error found in #")
	return fmt.Sprintf("%.500s", text)
}

func answeredWith(api v1.API, e *v1.Error) error {
	switch e.Type {
	case v1.ErrBadData:
		return fmt.Errorf("%s does not accept the query: %.500s", where(api), e.Msg)
	case v1.ErrExec:
		return excess{fmt.Errorf("%s cannot evaluate the query, narrow it if it asks for too much: %.500s", where(api), e.Msg)}
	case v1.ErrTimeout, v1.ErrCanceled:
		return overloaded(api, e.Msg)
	case v1.ErrServer:
		var body struct {
			Type    v1.ErrorType `json:"errorType"`
			Message string       `json:"error"`
		}
		if err := json.Unmarshal([]byte(e.Detail), &body); err != nil {
			return signal.Faultf("%s fails (%s): look at its log, or at that of the proxy before it", where(api), e.Msg)
		}
		if body.Type == v1.ErrTimeout || body.Type == v1.ErrCanceled {
			return overloaded(api, body.Message)
		}
		return signal.Faultf("%s fails (%s), look at its log: %.500s", where(api), e.Msg, body.Message)
	case v1.ErrClient:
		return signal.Faultf("%s refuses the question (%s): metrics.url must be the base address of a Prometheus, without /api", where(api), e.Msg)
	default:
		return signal.Faultf("%s answers with what no Prometheus says, see that metrics.url leads to one: %s", where(api), unquoted(e))
	}
}

func overloaded(api v1.API, message string) error {
	return signal.Faultf("%s gave the query up, ask for a shorter range or raise its --query.timeout: %.500s", where(api), message)
}
