package plugin

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// SubscribeStream implements backend.SubscribeStreamHandler. Grafana has already
// checked that the user may query this data source.
func (d *Datasource) SubscribeStream(_ context.Context, req *backend.SubscribeStreamRequest) (*backend.SubscribeStreamResponse, error) {
	if d.broken != nil {
		return nil, d.broken
	}
	if d.streamOf(req.Path) == nil {
		return &backend.SubscribeStreamResponse{Status: backend.SubscribeStreamStatusNotFound}, nil
	}
	// No initial data: the query's answer is the beginning of the stream, and a
	// frame from here would take the place of its notices.
	return &backend.SubscribeStreamResponse{Status: backend.SubscribeStreamStatusOK}, nil
}

// PublishStream implements backend.PublishStreamHandler: nobody may write.
func (d *Datasource) PublishStream(context.Context, *backend.PublishStreamRequest) (*backend.PublishStreamResponse, error) {
	return &backend.PublishStreamResponse{Status: backend.PublishStreamStatusPermissionDenied}, nil
}

// RunStream implements backend.RunStreamHandler: it sends what is new until
// nobody listens any more. Grafana runs one for each channel, however many
// listen. Each frame has its schema, so that it can be read without those before
// it.
func (d *Datasource) RunStream(ctx context.Context, req *backend.RunStreamRequest, sender *backend.StreamSender) error {
	if d.broken != nil {
		return d.broken
	}
	run := d.streamOf(req.Path)
	if run == nil {
		// Not an error: Grafana would try again for ever. The next query of the
		// panel makes the channel known.
		backend.Logger.FromContext(ctx).Warn("Stream of an unknown channel was asked for", "path", req.Path)
		return nil
	}
	following, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(d.life, stop)()
	err := run(following, sender)
	switch {
	case ctx.Err() != nil:
		return nil
	case d.life.Err() != nil:
		return errDisposed
	}
	return err
}

// streamOf finds what sends the frames of a channel, nil where nobody knows it.
func (d *Datasource) streamOf(path string) func(context.Context, *backend.StreamSender) error {
	if q, ok := d.tails.query(path); ok {
		return func(ctx context.Context, sender *backend.StreamSender) error {
			return d.followLines(ctx, path, q, sender)
		}
	}
	if q, ok := d.pulses.query(path); ok {
		return func(ctx context.Context, sender *backend.StreamSender) error {
			return d.followSignals(ctx, path, q, sender)
		}
	}
	return nil
}
