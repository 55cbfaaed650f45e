package plugin

import (
	"fmt"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/app"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
	"github.com/heartline-monitor/heartline/pkg/signal/requestlog"
)

// openSource opens the source of a service by its kind; nothing is read yet.
func (d *Datasource) openSource(s serviceSettings, path string) (signal.Source, error) {
	switch s.Kind {
	case signal.RequestLog:
		return requestlog.New(requestlog.Config{Path: path, Location: s.zone, Now: d.clock}), nil
	case signal.App:
		client, err := d.clients.open(s.credentials, appTimeout)
		if err != nil {
			return nil, err
		}
		return app.New(app.Config{URL: s.url, Client: client, Now: d.clock})
	case signal.Go, signal.Milvus:
		api, err := d.metrics.API()
		if err != nil {
			return nil, err
		}
		return prometheus.New(prometheus.Config{API: api, Kind: s.Kind, Selector: s.selector, Now: d.clock})
	}
	// The settings were checked: a kind that comes here is listed but not made.
	return nil, fmt.Errorf("the source of kind %q has no implementation", s.Kind)
}
