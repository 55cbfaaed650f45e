// Package plugin is the face towards Grafana: it holds a data source's store
// between requests, answers its queries, health checks and resource calls, and
// streams new log lines.
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
	tails     *tails
	queries   *datasource.QueryTypeMux
	now       func() time.Time

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
func NewDatasource(_ context.Context, s backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
	return newDatasource(s, openStore, channels), nil
}

func newDatasource(s backend.DataSourceInstanceSettings, open openFunc, known *memory) *Datasource {
	parsed, err := parseSettings(s.JSONData)
	d := &Datasource{
		grace:     parsed.grace,
		events:    &events{settings: parsed.events, allowed: parseAllowList(os.Getenv(allowedPathsVariable)), open: open},
		schedules: newSchedules(),
		tails:     &tails{uid: s.UID, id: s.ID, memory: known},
		queries:   datasource.NewQueryTypeMux(),
		now:       time.Now,
	}
	if err != nil {
		d.broken = settingsError{err}
	}
	d.life, d.end = context.WithCancel(context.Background())
	d.CallResourceHandler = d.resources()
	d.queries.Handle(string(query.TypeMonitors), handle(d, query.TypeMonitors, d.monitors))
	d.queries.Handle(string(query.TypeHeartbeats), handle(d, query.TypeHeartbeats, d.heartbeats))
	d.queries.Handle(string(query.TypeLogs), handle(d, query.TypeLogs, d.logs))
	d.queries.Handle(string(query.TypeAlarms), handle(d, query.TypeAlarms, d.alarms))
	d.queries.HandleFunc("", unknownType)
	return d
}

// QueryData implements backend.QueryDataHandler.
func (d *Datasource) QueryData(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	return d.queries.QueryData(ctx, req)
}

// Dispose ends the streams and closes the store.
func (d *Datasource) Dispose() {
	d.end()
	if err := d.events.Close(); err != nil {
		backend.Logger.Warn("Event store was not closed cleanly", "datasource", d.tails.uid, "error", err)
	}
}

// rule judges heartbeats in the zone of the store.
func (d *Datasource) rule(zone *time.Location) heartbeat.Rule {
	return heartbeat.Rule{Grace: d.grace, Location: zone}
}
