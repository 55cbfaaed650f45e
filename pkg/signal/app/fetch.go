package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// The endpoints of an app.
const (
	statsPath  = "/api/monitor/stats"
	healthPath = "/api/monitor/health"
)

// maxAnswer is the largest answer that is read, in bytes, after decompression.
const maxAnswer = 8 << 20

// maxExpected bounds the room that is made for an answer before it comes, in
// bytes: the first one, with all that the app remembers, is far larger than those
// that follow each second.
const maxExpected = 64 << 10

var (
	errNotServed = errors.New("there is nothing (404)")
	errTooLarge  = fmt.Errorf("the answer is larger than %d MiB", maxAnswer>>20)
)

// get fetches an endpoint. Errors are Faults that name the address; they hold
// errNotServed where the app has no such endpoint and errTooLarge where it says
// too much.
func (s *Source) get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	u := s.base.JoinPath(path)
	address := u.String()
	u.RawQuery = query.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, signal.Faultf("%s cannot be asked: %w", address, err)
	}
	r.Header.Set("Accept", "application/json")
	resp, err := s.client.Do(r)
	if err != nil {
		return nil, s.unreachable(address, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := refusal(resp); err != nil {
		return nil, signal.Faultf("%s %w", address, err)
	}
	var body bytes.Buffer
	body.Grow(int(s.expected.Load()))
	if _, err := body.ReadFrom(io.LimitReader(resp.Body, maxAnswer+1)); err != nil {
		return nil, s.unreachable(address, err)
	}
	s.expected.Store(min(int64(body.Len())+bytes.MinRead, maxExpected))
	if body.Len() > maxAnswer {
		return nil, signal.Faultf("%s does not answer with figures, or with too many: %w: see that the url leads to the app itself", address, errTooLarge)
	}
	return body.Bytes(), nil
}
