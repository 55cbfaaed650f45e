package dashboard

import (
	"cmp"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	tablepanel "github.com/grafana/grafana-foundation-sdk/go/table"
)

// headings are what the plugin's answers call their fields: Grafana orders and
// sorts the columns of a table by these, not by the names of the fields.
var headings = map[string]string{
	"time":             "Time",
	"direction":        "Direction",
	"monitor":          "Monitor",
	"host":             "Host",
	"admin":            "Admin",
	"startupMethod":    "Startup method",
	"executeFrequency": "Execute frequency",
	"alarmFrequency":   "Alarm frequency",
	"receivers":        "Receivers",
	"script":           "Script",
	"lastHeartbeat":    "Last heartbeat",
	"status":           "Status",
	"overdue":          "Overdue",
	"due":              "Due",
	"sendResult":       "Send result",
	"message":          "Message",
	"service":          "Service",
	"operation":        "Operation",
	"figure":           "Figure",
	"text":             "Reading",
	"grade":            "Grade",
}

// column says how a table shows a field.
type column struct {
	field      string
	width      uint32 // in pixels; 0 shares what is left
	empty      string // for a row without a value; a dash when empty
	properties []sdk.DynamicConfigValue
}

// table draws rows, the columns in the order given; fields that are not named
// are left out. It is sorted by the field sortBy, the largest first.
func table(p panel, sortBy string, columns ...column) drawn {
	p.unit = "none"
	p.colour = &sdk.FieldColor{Mode: sdk.FieldColorModeIdThresholds}
	order := map[string]any{}
	names := make([]string, 0, len(columns))
	for i, c := range columns {
		order[headings[c.field]] = i
		names = append(names, c.field)
		// The panel's own text for no value is about the whole table.
		shown := append([]sdk.DynamicConfigValue{property("noValue", cmp.Or(c.empty, "–"))}, c.properties...)
		if c.width > 0 {
			shown = append(shown, property("custom.width", c.width))
		}
		p.overrides = append(p.overrides, byName(c.field, shown...))
	}
	p.reshape = append(p.reshape,
		reshape("filterFieldsByName", map[string]any{"include": map[string]any{"names": names}}),
		reshape("organize", map[string]any{"indexByName": order}))
	return drawn{panel: p, by: tablepanel.NewPanelBuilder().
		CellHeight(common.TableCellHeightSm).
		Filterable(p.columnFilters).
		Footer(common.NewTableFooterOptionsBuilder()).
		SortBy([]cog.Builder[common.TableSortByFieldState]{
			common.NewTableSortByFieldStateBuilder().DisplayName(headings[sortBy]).Desc(true),
		})}
}

// statusColumn is coloured by the status.
func statusColumn() column {
	return column{field: "status", width: 80, properties: []sdk.DynamicConfigValue{
		property("mappings", mapped(statusColours)),
		property("custom.cellOptions", map[string]any{"type": "color-background", "mode": "basic"}),
	}}
}

// monitorColumn leads to everything else that is known of the row's monitor.
func monitorColumn() column {
	return column{field: "monitor", width: 220, properties: []sdk.DynamicConfigValue{
		property("links", []sdk.DashboardLink{
			toMonitor("Heartbeats of this monitor", HeartbeatsUID),
			toMonitor("Logs of this monitor", LogsUID),
			toMonitor("Alarms of this monitor", AlarmsUID),
		}),
	}}
}

// lastBeatColumn says never for a script that has not run yet.
func lastBeatColumn(width uint32) column {
	return column{field: "lastHeartbeat", width: width, empty: "never"}
}

// overdueColumn is a length of time, coloured where there is one.
func overdueColumn() column {
	return column{field: "overdue", width: 110, properties: []sdk.DynamicConfigValue{
		property("unit", "s"),
		property("thresholds", thresholds(limit{1, orange})),
		property("custom.cellOptions", map[string]any{"type": "color-text"}),
	}}
}
