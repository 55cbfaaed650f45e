package app

import (
	"fmt"
	"net/http"
	"time"
)

// Credentials are what an app wants to be shown: a bearer token, or a user and a
// password. A token wins.
type Credentials struct {
	User, Password, Token string
}

// Sign shows the credentials with a request; where there are none it does nothing.
func (c Credentials) Sign(r *http.Request) {
	switch {
	case c.Token != "":
		r.Header.Set("Authorization", "Bearer "+c.Token)
	case c.User != "":
		r.SetBasicAuth(c.User, c.Password)
	}
}

// NewClient makes an HTTP client that shows the credentials with every request,
// gives up after the timeout (of everything, from the connection to the end of
// the answer) and follows no redirect, which could carry the credentials away.
func NewClient(c Credentials, timeout time.Duration) *http.Client {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		transport = &http.Transport{Proxy: http.ProxyFromEnvironment}
	}
	transport = transport.Clone()
	transport.MaxResponseHeaderBytes = 64 << 10
	return &http.Client{Transport: authorized{transport, c}, Timeout: timeout, CheckRedirect: keepRedirect}
}

// keepRedirect hands out the answer that redirects instead of following it.
func keepRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// direct turns redirects into errors. An http.Client that does not follow them
// still parses where they lead to, and repeats it whole in an error.
type direct struct {
	next http.RoundTripper // nil is the default one
}

// RoundTrip implements http.RoundTripper.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	next := d.next
	if next == nil {
		next = http.DefaultTransport
	}
	resp, err := next.RoundTrip(r)
	if err != nil || resp.StatusCode < 300 || resp.StatusCode >= 400 {
		return resp, err
	}
	_ = resp.Body.Close()
	return nil, redirectError(destination(resp))
}

// CloseIdleConnections does so in the transport, which need not have any.
func (d direct) CloseIdleConnections() {
	if c, ok := d.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// redirectError says where an answer points to.
type redirectError string

// Error implements error.
func (e redirectError) Error() string {
	return "redirects to " + string(e) + ": set the url to the final address"
}

// destination is where an answer points to, without user, password and query.
func destination(resp *http.Response) string {
	to, err := resp.Location()
	if err != nil {
		return "nowhere"
	}
	return fmt.Sprintf("%.200q", to.Host+to.Path)
}

type authorized struct {
	*http.Transport

	credentials Credentials
}

// RoundTrip implements http.RoundTripper.
func (a authorized) RoundTrip(r *http.Request) (*http.Response, error) {
	if a.credentials != (Credentials{}) {
		r = r.Clone(r.Context())
		a.credentials.Sign(r)
	}
	return a.Transport.RoundTrip(r)
}
