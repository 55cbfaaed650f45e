package plugin

import (
	"context"
	"sync"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"

	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

// metrics hands out the API of the Prometheus of the settings.
type metrics struct {
	settings *metricsSettings // nil where none is configured
	clients  *clients

	once sync.Once
	api  v1.API
	err  error
}

// API returns the API, or says that there is none to ask.
func (m *metrics) API() (v1.API, error) {
	if m.settings == nil {
		return nil, settingsError{errNoMetrics}
	}
	m.once.Do(func() {
		client, err := m.clients.open(m.settings.credentials, metricsTimeout)
		if err != nil {
			m.err = err
			return
		}
		if m.api, err = prometheus.NewAPI(m.settings.url, client); err != nil {
			m.err = settingsError{err}
		}
	})
	return m.api, m.err
}

// check asks the least that a Prometheus can be asked.
func (m *metrics) check(ctx context.Context, now time.Time) (string, error) {
	api, err := m.API()
	if err != nil {
		return "", err
	}
	if _, _, err := prometheus.Query(ctx, api, "vector(1)", now); err != nil {
		return "", err
	}
	return "it answers", nil
}
