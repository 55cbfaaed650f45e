// Package plugin is the face towards Grafana: it holds a data source's store and
// the sources of its services between requests, answers its queries, health
// checks and resource calls, and streams new log lines and live figures.
package plugin

import (
	"context"
	"os"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"

	"github.com/heartline-monitor/heartline/pkg/heartbeat"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// ID is the id in plugin.json.
const ID = "heartline-monitor-datasource"

// Datasource serves one configured data source. Grafana makes one when its
// settings are used first and disposes of it when they change.
type Datasource struct {
	backend.CallResourceHandler

	broken    error // wrong settings, the answer to every query
	grace     time.Duration
	events    *events
	schedules *schedules
	metrics   *metrics
	services  *services
	clients   *clients
	tails     *tails
	pulses    *pulses
	queries   *datasource.QueryTypeMux
	now       func() time.Time
	pause     func(context.Context, time.Time) error // until an instant

	life context.Context // ends with the instance, and ends its streams
	end  context.CancelFunc
}

var (
	_ backend.QueryDataHandler      = (*Datasource)(nil)
	_ backend.CheckHealthHandler    = (*Datasource)(nil)
	_ backend.CallResourceHandler   = (*Datasource)(nil)
	_ backend.StreamHandler         = (*Datasource)(nil)
	_ instancemgmt.InstanceDisposer = (*Datasource)(nil)
)

// NewDatasource makes the instance for one data source. It never fails: wrong
// settings are kept, because Grafana would show the error of a factory at the
// first query of a panel only.
func NewDatasource(ctx context.Context, s backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
	return newDatasource(ctx, s, openers{store: openStore}, given), nil
}

// openers open what a data source reads.
type openers struct {
	store  openFunc
	source openSourceFunc // nil opens the sources of the kinds of service
}

func newDatasource(ctx context.Context, s backend.DataSourceInstanceSettings, open openers, known *memory) *Datasource {
	parsed, err := parseSettings(s.JSONData, s.DecryptedSecureJSONData)
	allowed := parseAllowList(os.Getenv(allowedPathsVariable))
	channels := channels{uid: s.UID, id: s.ID, memory: known}
	d := &Datasource{
		grace:     parsed.grace,
		events:    &events{settings: parsed.events, allowed: allowed, open: open.store},
		schedules: newSchedules(),
		clients:   &clients{timeout: parsed.timeout},
		tails:     &tails{channels},
		pulses:    &pulses{channels},
		queries:   datasource.NewQueryTypeMux(),
		now:       time.Now,
		pause:     pause,
	}
	if err == nil {
		d.clients.options, err = s.HTTPClientOptions(ctx)
	}
	if err != nil {
		d.broken = settingsError{err}
	}
	d.metrics = &metrics{settings: parsed.metrics, clients: d.clients}
	d.services = &services{settings: parsed.services, allowed: allowed, open: open.source}
	if open.source == nil {
		d.services.open = d.openSource
	}
	d.life, d.end = context.WithCancel(context.Background())
	d.CallResourceHandler = d.resources()
	d.handleQueries()
	return d
}

func (d *Datasource) handleQueries() {
	d.queries.Handle(string(query.TypeMonitors), handle(d, query.TypeMonitors, ofEvents(d, d.monitors)))
	d.queries.Handle(string(query.TypeHeartbeats), handle(d, query.TypeHeartbeats, ofEvents(d, d.heartbeats)))
	d.queries.Handle(string(query.TypeLogs), handle(d, query.TypeLogs, ofEvents(d, d.logs)))
	d.queries.Handle(string(query.TypeAlarms), handle(d, query.TypeAlarms, ofEvents(d, d.alarms)))
	d.queries.Handle(string(query.TypeSignals), handle(d, query.TypeSignals, d.signals))
	d.queries.Handle(string(query.TypeLive), handle(d, query.TypeLive, d.live))
	d.queries.Handle(string(query.TypePromQL), handle(d, query.TypePromQL, d.promql))
	d.queries.Handle(string(query.TypeReport), handle(d, query.TypeReport, d.report))
	d.queries.HandleFunc("", unknownType)
}

// QueryData implements backend.QueryDataHandler.
func (d *Datasource) QueryData(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	return d.queries.QueryData(ctx, req)
}

// Dispose ends the streams and closes the store and the sources.
func (d *Datasource) Dispose() {
	d.end()
	d.services.Close()
	d.clients.close()
	if err := d.events.Close(); err != nil {
		backend.Logger.Warn("Event store was not closed cleanly", "datasource", d.tails.uid, "error", err)
	}
}

// clock tells the sources the time that the data source has.
func (d *Datasource) clock() time.Time { return d.now() }

// rule judges heartbeats in the zone of the store.
func (d *Datasource) rule(zone *time.Location) heartbeat.Rule {
	return heartbeat.Rule{Grace: d.grace, Location: zone}
}
