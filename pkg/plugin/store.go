package plugin

import (
	"errors"
	"fmt"
	"sync"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree"
)

// errNotConfigured says that no event store is set.
var errNotConfigured = errors.New("no store of check scripts is configured: set events.kind and events.path in the data source's settings")

// errDisposed ends what an instance whose settings were changed was still doing.
// Streams that end with an error are run again by Grafana, on the next instance.
var errDisposed = backend.DownstreamErrorf("the data source's settings were changed, ask again")

// eventsFolder is what events.path must name.
var eventsFolder = target{setting: "events.path", folder: true, remedy: "name the folder that holds the directions"}

// openFunc opens the store on a checked folder.
type openFunc func(settings eventsSettings, root string) (event.Store, error)

func openStore(s eventsSettings, root string) (event.Store, error) {
	if s.kind == kindFileTree {
		return filetree.New(filetree.Config{Root: root, Location: s.zone}), nil
	}
	// The settings were checked: a kind that comes here is listed but not made.
	return nil, fmt.Errorf("the event store of kind %q has no implementation", s.kind)
}

// events hands out the store of check scripts and keeps it open between
// queries. The path is checked again each time: a folder may be mounted later,
// and a link may be turned round.
type events struct {
	settings *eventsSettings
	allowed  allowList
	open     openFunc

	mu     sync.Mutex
	root   string
	store  event.Store
	closed bool
}

// Store returns the store, or says what is wrong with its settings.
func (e *events) Store() (event.Store, error) {
	if e.settings == nil {
		return nil, settingsError{errNotConfigured}
	}
	root, err := e.allowed.resolve(e.settings.path, eventsFolder)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, errDisposed
	}
	if e.store != nil && e.root == root {
		return e.store, nil
	}
	store, err := e.open(*e.settings, root)
	if err != nil {
		return nil, err
	}
	if e.store != nil {
		if err := e.store.Close(); err != nil {
			backend.Logger.Warn("Event store was not closed cleanly", "root", e.root, "error", err)
		}
	}
	e.root, e.store = root, store
	return store, nil
}

// Close closes the store for good.
func (e *events) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	if e.store == nil {
		return nil
	}
	err := e.store.Close()
	e.store = nil
	return err
}

func (e *events) levels() []string {
	if e.settings == nil {
		return event.Levels
	}
	return e.settings.levels
}
