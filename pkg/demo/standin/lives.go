package standin

import (
	"maps"
	"math"
)

// lives says for every family of every release how its series come about.
var lives = func() map[string]life {
	all := map[string]life{}
	for _, part := range []map[string]life{proxyLives, rootLives, queryCoordLives, dataCoordLives, queryNodeLives, dataNodeLives,
		streamingLives, walLives, replicationLives, sharedLives, runtimeLives, coreLives()} {
		maps.Copy(all, part)
	}
	return all
}()

// gauge is the life of one that has a value at each moment.
func gauge(is value) life { return life{is: is} }

// constant is the life of a gauge that never changes.
func constant(v float64) life { return gauge(func(*subject) float64 { return v }) }

// counter is the life of one that counts so many per second.
func counter(rate value) life { return life{rate: rate} }

// rare is the life of a counter of what happens hardly ever: it happened in the past.
func rare(past float64) life {
	return life{rate: func(*subject) float64 { return 0 }, past: times(past)}
}

// times is that often.
func times(n float64) value { return func(*subject) float64 { return n } }

// histogram is the life of one that observes so many values per second.
func histogram(rate value, median, sigma float64) life {
	return life{rate: rate, spread: func(s *subject) spread { return s.msOf(median, sigma) }}
}

// slowed is a histogram whose values a knob makes longer; factor turns the knob's unit
// into that of the histogram.
func slowed(l life, knob string, factor float64) life {
	usual := l.spread
	l.spread = func(s *subject) spread {
		d := usual(s)
		d.moved += factor * s.knobs[knob]
		return d
	}
	return l
}

// among gives a label values.
func (l life) among(label string, values ...string) life {
	l.values = maps.Clone(l.values)
	if l.values == nil {
		l.values = map[string][]string{}
	}
	l.values[label] = values
	return l
}

// about makes node_id name the nodes of a role.
func (l life) about(role string) life {
	l.of = role
	return l
}

// orNobody lets node_id also be what Milvus writes for no node.
func (l life) orNobody() life {
	l.unassigned = true
	return l
}

// nobody is the node_id of what no node has yet.
const nobody = "-1"

// fractions makes a counter count in parts.
func (l life) fractions() life {
	l.fractional = true
	return l
}

// every is a rate of one in so many seconds.
func every(seconds float64) value { return func(*subject) float64 { return 1 / seconds } }

// absent is the value of a gauge that has no series at the moment.
var absent = math.NaN()

// unix is a time in seconds, some seconds ago.
func (w *World) unix(ago float64) float64 { return float64(w.lived.UnixMilli())/1000 - ago }

// jitter wanders from 0 to 1, differently for each series.
func (s *subject) jitter() float64 {
	name := s.label("node_id")
	if s.channel != nil {
		name += s.channel.virtual
	}
	if s.collection != nil {
		name += s.collection.name
	}
	return s.noise(name, 20e9)
}
