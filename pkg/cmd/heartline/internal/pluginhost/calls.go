package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/genproto/pluginv2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// errStillOpen ends a stream that has been followed long enough.
var errStillOpen = errors.New("the stream is still open")

// Within bounds a call by time: when it runs out, the call fails with the cause.
// It is no deadline, because the plugin would know that and could give up, with
// an error of its own, a moment before the caller does.
func Within(ctx context.Context, length time.Duration, cause error) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(length, func() { cancel(cause) })
	return ctx, func() {
		timer.Stop()
		cancel(context.Canceled)
	}
}

// CheckHealth asks the plugin to check the data source.
func (p *Process) CheckHealth(ctx context.Context) (*backend.CheckHealthResult, error) {
	res, err := p.health.CheckHealth(ctx, &pluginv2.CheckHealthRequest{PluginContext: backend.ToProto().PluginContext(p.context)})
	if err != nil {
		return nil, p.failed(ctx, "check health", err)
	}
	return backend.FromProto().CheckHealthResponse(res), nil
}

// QueryData answers queries in one request, as for a panel. Headers say who
// asks. Each query has a response of its own, with frames or an error.
func (p *Process) QueryData(ctx context.Context, headers map[string]string, queries ...backend.DataQuery) (backend.Responses, error) {
	req := &backend.QueryDataRequest{PluginContext: p.context, Headers: headers, Queries: queries}
	res, err := p.data.QueryData(ctx, backend.ToProto().QueryDataRequest(req))
	if err != nil {
		return nil, p.failed(ctx, "query", err)
	}
	answer, err := backend.FromProto().QueryDataResponse(res)
	if err != nil {
		return nil, fmt.Errorf("read the answer's frames: %w", err)
	}
	return answer.Responses, nil
}

// Resource gets a resource of the data source, such as "monitors", with the
// query of its URL. An answer with a status of 400 or more is an error.
func (p *Process) Resource(ctx context.Context, path, rawQuery string) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	url := path
	if rawQuery != "" {
		url += "?" + rawQuery
	}
	stream, err := p.resource.CallResource(ctx, backend.ToProto().CallResourceRequest(&backend.CallResourceRequest{
		PluginContext: p.context, Path: path, Method: http.MethodGet, URL: url,
	}))
	if err != nil {
		return nil, p.failed(ctx, "resource "+path, err)
	}
	var body []byte
	code := 0
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, p.failed(ctx, "resource "+path, err)
		}
		if part.Code != 0 {
			code = int(part.Code)
		}
		body = append(body, part.Body...)
	}
	if code >= http.StatusBadRequest {
		return nil, fmt.Errorf("resource %s: status %d: %s", path, code, body)
	}
	return body, nil
}

// Follow subscribes to a live channel of the data source and runs its stream. It
// returns when the stream has sent a packet, or has stayed open for the given
// time: a stream without news is silent.
func (p *Process) Follow(ctx context.Context, path string, open time.Duration) error {
	what := "live channel " + path
	subscribed, err := p.stream.SubscribeStream(ctx, backend.ToProto().SubscribeStreamRequest(
		&backend.SubscribeStreamRequest{PluginContext: p.context, Path: path}))
	if err != nil {
		return p.failed(ctx, what, err)
	}
	if s := backend.FromProto().SubscribeStreamResponse(subscribed).Status; s != backend.SubscribeStreamStatusOK {
		return fmt.Errorf("%s: the plugin refused the subscription with status %d", what, s)
	}
	running, stop := Within(ctx, open, errStillOpen)
	defer stop()
	stream, err := p.stream.RunStream(running, backend.ToProto().RunStreamRequest(
		&backend.RunStreamRequest{PluginContext: p.context, Path: path}))
	if err == nil {
		_, err = stream.Recv()
	}
	switch {
	case err == nil || errors.Is(context.Cause(running), errStillOpen):
		return nil
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%s: the plugin ended the stream at once", what)
	}
	return p.failed(ctx, what, err)
}

// failed says what an error of a call means: that time ran out, that the
// plugin is gone, or what the plugin answered.
func (p *Process) failed(ctx context.Context, what string, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("%s: %w", what, cause)
	}
	if status.Code(err) == codes.Unavailable {
		return fmt.Errorf("%s: %w", what, p.said.explain(errors.New("the plugin ended unexpectedly")))
	}
	return fmt.Errorf("%s: %s", what, status.Convert(err).Message())
}
