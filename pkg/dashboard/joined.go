package dashboard

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	tablepanel "github.com/grafana/grafana-foundation-sdk/go/table"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// measure is a column of a joined table: one query that is answered by a number for
// each row.
type measure struct {
	heading    string
	width      uint32
	unit       string
	query      *query.Signals
	thresholds *sdk.ThresholdsConfig // colour the cell; nil leaves it plain
	names      []sdk.ValueMapping    // stand in the place of numbers
	whole      bool                  // without decimals
}

// numberField is the one field of an instant answer that does not say, by its name or
// heading, what a row is about.
const numberField = "/^(?!(service|operation|status)$).+$/i"

// joinedTable draws one row for each value of the field key, with a column for each
// measure, in their order. A row that an answer lacks is empty in that column.
func joinedTable(p panel, key column, sortBy string, measures ...measure) drawn {
	p.unit = "none"
	p.colour = &sdk.FieldColor{Mode: sdk.FieldColorModeIdThresholds}
	p.overrides = append(p.overrides, byName(key.field, append(key.properties, property("custom.width", key.width))...))
	order := map[string]any{headings[key.field]: 0}
	for i, m := range measures {
		order[m.heading] = i + 1
		p.queries = append(p.queries, m.query)
		// The column of a signal that is asked for twice, with two stats, has the same name
		// twice: each answer is told by its query before they are joined.
		named := reshape("renameByRegex", map[string]any{"regex": numberField, "renamePattern": m.heading})
		named.Filter = &sdk.MatcherConfig{Id: "byRefId", Options: refID(i)}
		p.reshape = append(p.reshape, named)
		p.overrides = append(p.overrides, byName(m.heading, m.properties()...))
	}
	p.reshape = append(p.reshape, leaveOut(key.field)...)
	p.reshape = append(p.reshape, reshape("joinByField", map[string]any{"byField": key.field, "mode": "outerTabular"}),
		// Transformations of single answers mix their order up.
		reshape("organize", map[string]any{"indexByName": order}))
	return drawn{panel: p, by: tablepanel.NewPanelBuilder().
		CellHeight(common.TableCellHeightSm).
		Footer(common.NewTableFooterOptionsBuilder()).
		SortBy([]cog.Builder[common.TableSortByFieldState]{
			common.NewTableSortByFieldStateBuilder().DisplayName(sortBy).Desc(true),
		})}
}

// leaveOut drops the service from rows that are told apart by something else: every
// answer repeats it.
func leaveOut(key string) []sdk.DataTransformerConfig {
	if key == "service" {
		return nil
	}
	return []sdk.DataTransformerConfig{
		reshape("filterFieldsByName", map[string]any{"exclude": map[string]any{"names": []string{"service"}}}),
	}
}

func (m measure) properties() []sdk.DynamicConfigValue {
	shown := []sdk.DynamicConfigValue{property("unit", m.unit), property("noValue", "–"), property("custom.align", "right")}
	if m.whole {
		shown = append(shown, property("decimals", 0))
	}
	if m.width > 0 {
		shown = append(shown, property("custom.width", m.width))
	}
	if m.names != nil {
		shown = append(shown, property("mappings", m.names))
	}
	if m.thresholds != nil {
		shown = append(shown, property("thresholds", m.thresholds))
	}
	if m.names != nil || m.thresholds != nil {
		shown = append(shown, property("custom.cellOptions", map[string]any{"type": "color-text"}))
	}
	return shown
}
