package plugin

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

var (
	errNoServices = errors.New("no services are configured: add them to services in the data source's settings")
	errNoMetrics  = errors.New("no Prometheus is configured: set metrics.url in the data source's settings")
)

// openSourceFunc opens the source of a service; path is that of a request log,
// checked and with its links resolved.
type openSourceFunc func(settings serviceSettings, path string) (signal.Source, error)

// services hands out the sources of the services and keeps them open between
// queries. The path of a request log is checked again each time: it may come
// later, and a link may be turned round.
type services struct {
	settings []serviceSettings
	allowed  allowList
	open     openSourceFunc

	mu     sync.Mutex
	opened map[string]openSource // by name
	closed bool
}

type openSource struct {
	signal.Source
	path string
}

// choose finds services by their names, in the order of the settings; no names
// are all. It fails where there are none at all, or one is unknown.
func (s *services) choose(names []string) ([]serviceSettings, error) {
	if len(s.settings) == 0 {
		return nil, settingsError{errNoServices}
	}
	if len(names) == 0 {
		return s.settings, nil
	}
	chosen := slices.DeleteFunc(slices.Clone(s.settings), func(one serviceSettings) bool { return !slices.Contains(names, one.Name) })
	for _, name := range names {
		if !slices.ContainsFunc(chosen, func(one serviceSettings) bool { return one.Name == name }) {
			return nil, queryError{fmt.Errorf("service %q is unknown: the settings have %s", name, s.names())}
		}
	}
	return chosen, nil
}

// names lists some of the services, for errors.
func (s *services) names() string {
	const most = 20
	var names []string
	for _, one := range s.settings[:min(most, len(s.settings))] {
		names = append(names, fmt.Sprintf("%q", one.Name))
	}
	if more := len(s.settings) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// Source returns the source of a service, or says what is wrong with its
// settings. A request log that is not there is a fault of the service.
func (s *services) Source(one serviceSettings) (signal.Source, error) {
	path, err := s.path(one)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errDisposed
	}
	known, ok := s.opened[one.Name]
	if ok && known.path == path {
		return known.Source, nil
	}
	source, err := s.open(one, path)
	if err != nil {
		return nil, err
	}
	if ok {
		s.close(one.Name, known)
	}
	if s.opened == nil {
		s.opened = map[string]openSource{}
	}
	s.opened[one.Name] = openSource{source, path}
	return source, nil
}

func (s *services) path(one serviceSettings) (string, error) {
	if one.Kind != signal.RequestLog {
		return "", nil
	}
	path, err := s.allowed.resolve(one.path, target{setting: "path", remedy: "name the SQLite file that the app writes"})
	if _, wrong := errors.AsType[settingsError](err); err != nil && !wrong {
		err = &signal.Fault{Err: err}
	}
	return path, err
}

func (s *services) close(name string, source openSource) {
	if err := source.Close(); err != nil {
		backend.Logger.Warn("Source of a service was not closed cleanly", "service", name, "error", err)
	}
}

func (s *services) disposed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Close closes all sources for good.
func (s *services) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for name, source := range s.opened {
		s.close(name, source)
	}
	s.opened = nil
}
