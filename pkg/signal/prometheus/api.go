package prometheus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

// maxAnswer is the largest answer that is read, in bytes, after decompression:
// some hundred thousand points.
const maxAnswer = 32 << 20

// client is an API that knows where it leads, for errors.
type client struct {
	v1.API

	address string // host and port
}

// NewAPI makes an API to the Prometheus, or whatever speaks its HTTP API, at a
// base URL such as http://prometheus:9090. The HTTP client carries credentials
// and timeouts; it is not changed. Redirects are not followed, so that neither
// questions nor credentials go where nobody sent them.
func NewAPI(address string, httpClient *http.Client) (v1.API, error) {
	u, err := url.Parse(address)
	if err != nil {
		// The parser's own words may hold a password.
		return nil, errors.New("setting metrics.url is no URL: write it as http://prometheus:9090")
	}
	if u.User != nil {
		return nil, errors.New("setting metrics.url holds a user or password: put them into metrics.user and the secret metricsPassword, or a token into metricsToken")
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, fmt.Errorf("setting metrics.url %q must begin with http:// or https:// and name a host: write it as http://prometheus:9090", address)
	}
	guarded := *httpClient
	guarded.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	guarded.Transport = &guard{next: httpClient.Transport}
	c, err := api.NewClient(api.Config{Address: u.String(), Client: &guarded})
	if err != nil {
		return nil, fmt.Errorf("setting metrics.url %q: %w", address, err)
	}
	return &client{API: v1.NewAPI(c), address: u.Host}, nil
}

// guard turns answers that no Prometheus gives into errors, and bounds their size.
type guard struct {
	next http.RoundTripper // nil is the default one
}

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	next := g.next
	if next == nil {
		next = http.DefaultTransport
	}
	resp, err := next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if err := refuse(r, resp); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	resp.Body = &bounded{ReadCloser: resp.Body, left: maxAnswer}
	return resp, nil
}

// answerError is an answer that is of no use, in words that follow "Prometheus at
// prometheus:9090".
type answerError string

// Error implements error.
func (e answerError) Error() string { return string(e) }

// errTooLarge says that an answer exceeds maxAnswer.
var errTooLarge = fmt.Errorf("the answer is larger than %d MiB: narrow the labels, or ask for a shorter range or a longer interval", maxAnswer>>20)

func refuse(r *http.Request, resp *http.Response) error {
	switch status := resp.StatusCode; {
	case status >= 300 && status < 400:
		return answerError("redirects to " + destination(resp) + ": set metrics.url to the final address")
	case status == http.StatusUnauthorized:
		return answerError("refuses the credentials (401): set metricsToken, or metrics.user and metricsPassword")
	case status == http.StatusForbidden && r.Method == http.MethodGet: // a POST is tried again as a GET
		return answerError("forbids this (403): give the user or token of the settings the right to query")
	case status == http.StatusOK:
		if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err == nil && kind != "application/json" {
			return answerError(fmt.Sprintf("answers with %.60q, not with JSON: metrics.url must be the base address of a Prometheus, without a login page before it", kind))
		}
	}
	return nil
}

// destination is where an answer points to, without user, password and query.
func destination(resp *http.Response) string {
	to, err := resp.Location()
	if err != nil {
		return "nowhere"
	}
	return fmt.Sprintf("%.200q", (&url.URL{Scheme: to.Scheme, Host: to.Host, Path: to.Path}).String())
}

// bounded fails, rather than ends, where a body is too long.
type bounded struct {
	io.ReadCloser

	left int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// Query evaluates a PromQL expression at an instant. The value is a scalar, a
// vector, or a matrix where the expression is a range. That Prometheus cannot be
// asked is a signal.Fault; any other error is the expression's.
func Query(ctx context.Context, api v1.API, expr string, at time.Time) (model.Value, v1.Warnings, error) {
	// The library does not read an answer that is a text.
	if parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expr); err == nil && parsed.Type() == parser.ValueTypeString {
		return nil, nil, fmt.Errorf("the query %s is a text: ask for numbers", expr)
	}
	v, warnings, err := api.Query(ctx, expr, at)
	if err != nil {
		return nil, nil, classify(ctx, api, err)
	}
	return v, warnings, nil
}

// QueryRange evaluates a PromQL expression at from and every step after it, up to
// and including to. Errors are those of Query.
func QueryRange(ctx context.Context, api v1.API, expr string, from, to time.Time, step time.Duration) (model.Value, v1.Warnings, error) {
	v, warnings, err := api.QueryRange(ctx, expr, v1.Range{Start: from, End: to, Step: step})
	if err != nil {
		return nil, nil, classify(ctx, api, err)
	}
	return v, warnings, nil
}
