package instrument

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync"
)

// exchanges are used again, so that a request costs no allocation: handlers must
// not keep their ResponseWriter, as net/http has it too. Those of requests that
// panicked or took the connection over are not.
var exchanges = sync.Pool{New: func() any { return new(exchange) }}

// writer is what the handler gets: a ResponseWriter that can flush and be taken
// over if the one below can.
func (c *exchange) writer() http.ResponseWriter {
	_, flushes := c.ResponseWriter.(http.Flusher)
	_, hijacks := c.ResponseWriter.(http.Hijacker)
	switch {
	case flushes && hijacks: // HTTP/1
		return hijacker{flusher{c}}
	case flushes: // HTTP/2
		return flusher{c}
	default:
		return c
	}
}

// WriteHeader implements http.ResponseWriter.
func (c *exchange) WriteHeader(status int) {
	if c.status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (c *exchange) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// ReadFrom implements io.ReaderFrom: the writer below may know a short way for
// files.
func (c *exchange) ReadFrom(from io.Reader) (int64, error) {
	return io.Copy(c.ResponseWriter, from)
}

// WriteString implements io.StringWriter.
func (c *exchange) WriteString(text string) (int, error) {
	return io.WriteString(c.ResponseWriter, text)
}

// flusher adds http.Flusher, for handlers that ask for it by type.
type flusher struct{ *exchange }

// Flush implements http.Flusher.
func (f flusher) Flush() {
	_ = http.NewResponseController(f.ResponseWriter).Flush()
}

// FlushError is what http.ResponseController calls.
func (f flusher) FlushError() error {
	return http.NewResponseController(f.ResponseWriter).Flush()
}

// hijacker adds http.Hijacker, for handlers that ask for it by type.
type hijacker struct{ flusher }

// Hijack implements http.Hijacker. What happens on the connection from here on is
// no request any more: this one is counted now, by its status up to here.
func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err == nil && !h.hijacked {
		h.hijacked = true
		h.conclude(h.status >= http.StatusInternalServerError)
	}
	return conn, rw, err
}
