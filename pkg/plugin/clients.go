package plugin

import (
	"cmp"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/httpclient"
)

// How long an HTTP request may take where the setting timeout does not say it.
const (
	appTimeout     = 5 * time.Second
	metricsTimeout = 30 * time.Second
)

// clients makes the HTTP clients of one data source, with its TLS and proxy
// settings.
type clients struct {
	options httpclient.Options
	timeout time.Duration // 0 is the default of each kind

	mu         sync.Mutex
	transports []*http.Transport
}

// open makes a client that has these credentials and no others. It follows no
// redirects: the address that one leads to would get the credentials too.
func (c *clients) open(cred credentials, timeout time.Duration) (*http.Client, error) {
	o := c.options
	timeouts := httpclient.DefaultTimeoutOptions
	if o.Timeouts != nil {
		timeouts = *o.Timeouts
	}
	timeouts.Timeout = cmp.Or(c.timeout, timeout)
	timeouts.DialTimeout = min(cmp.Or(timeouts.DialTimeout, timeouts.Timeout), timeouts.Timeout)
	o.Timeouts = &timeouts
	// What the data source sends to one address is not meant for all.
	o.BasicAuth, o.Header, o.SigV4, o.ForwardHTTPHeaders = nil, nil, nil, false
	switch {
	case cred.token != "":
		o.Header = http.Header{"Authorization": {"Bearer " + cred.token}}
	case cred.user != "":
		o.BasicAuth = &httpclient.BasicAuthOptions{User: cred.user, Password: cred.password}
	}
	o.ConfigureTransport = func(_ httpclient.Options, t *http.Transport) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.transports = append(c.transports, t)
	}
	o.ConfigureClient = func(_ httpclient.Options, client *http.Client) {
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	client, err := httpclient.New(o)
	if err != nil {
		return nil, settingsError{fmt.Errorf("the TLS or proxy settings cannot be used: %w", err)}
	}
	return client, nil
}

// close ends the connections that are kept open. The clients' own method does
// not reach them through the SDK's middlewares.
func (c *clients) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.transports {
		t.CloseIdleConnections()
	}
}
