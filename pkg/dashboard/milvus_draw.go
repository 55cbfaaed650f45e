package dashboard

import (
	"cmp"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// plot draws expressions over time, a line for each series.
func plot(p panel, asked ...query.Query) drawn { return curves(ofMilvus(p, asked)) }

// stacked draws expressions over time as parts of their sum.
func stacked(p panel, asked ...query.Query) drawn { return shares(ofMilvus(p, asked)) }

// tile draws one number.
func tile(p panel, expr string) drawn {
	p.width, p.height = 6, 4
	return figure(ofMilvus(p, []query.Query{atEnd("", expr)}))
}

// strip draws the states of each series over time.
func strip(p panel, asked ...query.Query) drawn {
	drawing := bands(ofMilvus(p, asked))
	drawing.unit = "none"
	return drawing
}

// ranked draws one horizontal bar for each of the largest values, the largest first.
func ranked(p panel, asked query.Query) drawn {
	p.colour = fixed(blue)
	if p.thresholds != nil {
		p.colour = &sdk.FieldColor{Mode: sdk.FieldColorModeIdThresholds}
	}
	return drawn{panel: ofMilvus(p, []query.Query{asked}), by: gauges(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}))}
}

// ofMilvus fills in what most panels about Milvus have in common.
func ofMilvus(p panel, asked []query.Query) panel {
	p.queries = asked
	p.width, p.height = cmp.Or(p.width, 8), cmp.Or(p.height, 8)
	if p.noValue == "" {
		p.noValue = "Nothing is told of it: a metric begins with its first use"
	}
	p.noValue = p.needs.mark(p.noValue)
	return p
}

// warnFrom and alarmFrom draw the limit of an alert: a warning's, or a critical one's.
func warnFrom(value float64) *sdk.ThresholdsConfig { return thresholds(limit{value, orange}) }

func alarmFrom(value float64) *sdk.ThresholdsConfig { return thresholds(limit{value, red}) }

// statesOfRequests colours series that are named by how requests ended.
func statesOfRequests() []sdk.DashboardFieldConfigSourceOverrides {
	return named([]meaning{
		{"success", green}, {"fail", red}, {"fail_system", red}, {"fail_input", yellow}, {"abandon", darkRed},
		{"rejected", orange}, {"rejected_system", orange}, {"rejected_user", yellow}, {"cancel", blue}, {"retry", purple},
	})
}

// inForce shows 0 as fine and everything from 1 on as a state that is in force.
func inForce(fine, bad string) []sdk.ValueMapping {
	return []sdk.ValueMapping{
		{ValueMap: &sdk.ValueMap{Type: sdk.MappingTypeValueToText, Options: map[string]sdk.ValueMappingResult{
			"0": {Text: &fine, Color: new(green), Index: new(int32(0))},
		}}},
		{RangeMap: &sdk.RangeMap{Type: sdk.MappingTypeRangeToText, Options: sdk.DashboardRangeMapOptions{
			From: new(1.0), Result: sdk.ValueMappingResult{Text: &bad, Color: new(red), Index: new(int32(1))},
		}}},
	}
}
