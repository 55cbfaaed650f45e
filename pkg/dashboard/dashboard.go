// Package dashboard holds the dashboards that Heartline ships, as Go code. Their
// queries are built from the structs of pkg/query, so that a renamed field
// breaks the build and not a panel. Write renders them as Grafana's classic JSON.
package dashboard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// PluginID is the data source plugin that answers every query.
const PluginID = "heartline-monitor-datasource"

// The uids of the dashboards. They are part of links that users keep: never
// change one, and never use one again for something else.
const (
	OverviewUID   = "heartline-overview"
	MonitorsUID   = "heartline-monitors"
	HeartbeatsUID = "heartline-heartbeats"
	LogsUID       = "heartline-logs"
	AlarmsUID     = "heartline-alarms"
	ServicesUID   = "heartline-services"
	ServiceUID    = "heartline-service"
	GoRuntimeUID  = "heartline-go-runtime"
	LiveUID       = "heartline-live"

	MilvusOverviewUID  = "heartline-milvus-overview"
	MilvusRequestsUID  = "heartline-milvus-requests"
	MilvusStorageUID   = "heartline-milvus-storage"
	MilvusStreamingUID = "heartline-milvus-streaming"
	MilvusRuntimeUID   = "heartline-milvus-runtime"
)

// tag marks every dashboard of Heartline, and a second one what it is about: those
// about the same link to each other, and all are in a menu.
const tag = "heartline"

// What dashboards are about.
const (
	aboutScripts  = "check scripts"
	aboutServices = "services"
	aboutMilvus   = "milvus"
)

// schemaVersion is that of Grafana 10.4, the oldest that reads all we use. The
// rules of 40 to 42 are kept too, so that a newer Grafana has nothing to migrate.
const schemaVersion = 39

// Dashboard is one dashboard and the name of its file.
type Dashboard struct {
	File string
	sdk.Dashboard
}

// All builds every dashboard in the order of the menu. It fails when one is not
// what Grafana's schema asks for, or a query of one is not valid.
func All() ([]Dashboard, error) {
	var all []Dashboard
	for _, shipped := range []struct {
		file  string
		build func() *sdk.DashboardBuilder
	}{
		{"overview.json", overview},
		{"monitors.json", monitors},
		{"heartbeats.json", heartbeats},
		{"logs.json", logs},
		{"alarms.json", alarms},
		{"services.json", services},
		{"service.json", service},
		{"go-runtime.json", goRuntime},
		{"live.json", live},
		{"milvus-overview.json", milvusOverview.build},
		{"milvus-requests.json", milvusRequests.build},
		{"milvus-storage.json", milvusStorage.build},
		{"milvus-streaming.json", milvusStreaming.build},
		{"milvus-runtime.json", milvusRuntime.build},
	} {
		built, err := shipped.build().Build()
		if err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", shipped.file, err)
		}
		tidy(&built)
		all = append(all, Dashboard{File: shipped.file, Dashboard: built})
	}
	return all, nil
}

// tidy undoes what the SDK presets otherwise than we want it.
func tidy(d *sdk.Dashboard) {
	d.SchemaVersion = schemaVersion
	for i := range d.Links {
		d.Links[i].Placement = nil // in view, not in a menu
	}
	for i := range d.Annotations.List {
		d.Annotations.List[i].Placement = nil
	}
	for i := range d.Templating.List {
		v := &d.Templating.List[i]
		v.Auto, v.AutoMin, v.AutoCount = nil, nil, nil // only intervals have them
	}
}

// Write renders every dashboard into a file of dir, which is made where it is
// missing. The same code always writes the same bytes.
func Write(dir string) error {
	all, err := All()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // Grafana reads them as another user
		return fmt.Errorf("write dashboards: %w", err)
	}
	for _, d := range all {
		body, err := d.render()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, d.File), body, 0o644); err != nil { //nolint:gosec // see above
			return fmt.Errorf("write dashboards: %w", err)
		}
	}
	return nil
}

// PanelIDs lists the panels of the dashboard, also those in collapsed rows.
func (d Dashboard) PanelIDs() []uint32 {
	var ids []uint32
	for _, p := range d.Panels {
		if p.Panel != nil {
			ids = append(ids, *p.Panel.Id)
			continue
		}
		for _, inner := range p.RowPanel.Panels {
			ids = append(ids, *inner.Id)
		}
	}
	return ids
}

func (d Dashboard) render() ([]byte, error) {
	body, err := json.Marshal(d.Dashboard)
	if err != nil {
		return nil, fmt.Errorf("render dashboard %s: %w", d.File, err)
	}
	// The SDK's own marshallers write & in links as \u0026, which nobody can read:
	// only a second pass can undo it.
	var plain any
	if err := json.Unmarshal(body, &plain); err != nil {
		return nil, fmt.Errorf("render dashboard %s: %w", d.File, err)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(plain); err != nil {
		return nil, fmt.Errorf("render dashboard %s: %w", d.File, err)
	}
	return out.Bytes(), nil
}

// newBoard starts a dashboard with what all of them share.
func newBoard(uid, title, description, from, about string) *sdk.DashboardBuilder {
	return sdk.NewDashboardBuilder("Heartline / "+title).
		Uid(uid).
		Description(description).
		Tags([]string{tag, about}).
		Time(from, "now").
		Refresh("1m").
		Tooltip(sdk.DashboardCursorSyncCrosshair).
		WithVariable(datasourceVariable()).
		Link(siblings(about)).
		Link(allOfHeartline())
}

// newMonitorBoard starts a dashboard about check scripts.
func newMonitorBoard(uid, title, description, from string) *sdk.DashboardBuilder {
	return newBoard(uid, title, description, from, aboutScripts).
		WithVariable(listVariable{name: "direction", label: "Direction", kind: "directions"}).
		WithVariable(listVariable{name: "monitor", label: "Monitor", kind: "monitors", directions: []string{"$direction"}})
}

// newServiceBoard starts a dashboard about services. Alarms of check scripts can be
// drawn into it: they often say why a service is as it is.
func newServiceBoard(uid, title, description, from string, choice serviceVariable) *sdk.DashboardBuilder {
	return newBoard(uid, title, description, from, aboutServices).
		WithVariable(choice).
		Annotation(alarmMarks(false, query.Scope{}))
}

// selected is what the variables of every dashboard select.
func selected() query.Scope {
	return query.Scope{Directions: query.List{"$direction"}, Monitors: query.List{"$monitor"}}
}

// total counts over the whole range: one number.
func total() query.Grouping { return query.Grouping{Instant: true} }

// most counts over the whole range and keeps the largest counts, the largest first.
func most(rows int, by ...event.Dimension) query.Grouping {
	return query.Grouping{Instant: true, GroupBy: by, Top: rows}
}

// series counts in intervals, one series for each value of the dimension.
func series(by event.Dimension) query.Grouping {
	return query.Grouping{GroupBy: []event.Dimension{by}}
}
