package instrument

import (
	"net/http"
	"time"
)

// Middleware counts the requests that next serves. The operation is the pattern of
// http.ServeMux that matched, or what Config.Operation says, never the path. A
// status of 500 and above is an error, and so is a panic, which goes on. A
// connection that is taken over, such as a websocket, is counted at that moment and
// stays in flight until its handler returns.
//
// Which operation a request belongs to is known only once it was routed: while it
// runs it is in flight in the total only. Wrap knows it from the beginning.
func (m *Monitor) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.serve(nil, next, w, r)
	})
}

// Wrap counts the requests that next serves as one operation, otherwise like
// Middleware. A request that passes both is counted twice.
func (m *Monitor) Wrap(operation string, next http.Handler) http.Handler {
	o := m.Operation(operation)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.serve(o, next, w, r)
	})
}

// serve counts a request of an operation, nil where the request has to be served
// before it is known.
func (m *Monitor) serve(o *Operation, next http.Handler, w http.ResponseWriter, r *http.Request) {
	entered := o
	if o == nil {
		entered = m.arriving
	}
	c := exchanges.Get().(*exchange)
	*c = exchange{ResponseWriter: w, request: r, monitor: m, operation: o, entered: entered.begin(), begun: m.clock()}
	defer c.finish()
	next.ServeHTTP(c.writer(), r)
	c.returned = true
}

// finish counts what was not counted yet. Where the handler panicked, the panic
// goes on by itself, its stack unchanged.
func (c *exchange) finish() {
	c.entered.ended.Add(1)
	if !c.hijacked {
		c.conclude(!c.returned || c.status >= http.StatusInternalServerError)
	}
	if c.returned && !c.hijacked {
		*c = exchange{}
		exchanges.Put(c)
	}
}

func (c *exchange) conclude(failed bool) {
	o, counted := c.operation, c.entered
	if o == nil {
		o = c.monitor.routed(c.request)
		counted = o.shard()
	}
	o.conclude(counted, c.begun, failed)
	if o.exemplars != nil {
		o.exemplify(c.request.Context(), c.begun)
	}
}

// routed is the operation of a request that was served.
func (m *Monitor) routed(r *http.Request) *Operation {
	name := r.Pattern
	if m.config.Operation != nil {
		name = m.config.Operation(r)
	}
	if name == "" {
		name = Unmatched
	}
	return m.Operation(name)
}

// exchange is one request and its answer.
type exchange struct {
	http.ResponseWriter
	request   *http.Request
	monitor   *Monitor
	operation *Operation // nil as long as it is not known
	entered   *shard     // where it is in flight
	begun     time.Duration
	status    int
	hijacked  bool
	returned  bool
}
