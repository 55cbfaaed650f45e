package dashboard

import (
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/heartbeat"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// The colours of Grafana's palette that a panel may use; each theme has its own
// shade of them.
const (
	green   = "green"
	yellow  = "yellow"
	orange  = "orange"
	red     = "red"
	darkRed = "dark-red"
	purple  = "purple"
	blue    = "blue"
)

// meaning is a value that has a colour wherever it is shown.
type meaning struct{ value, colour string }

// The values with colours. Levels are coloured as Grafana colours log lines.
var (
	statusColours = []meaning{
		{string(heartbeat.OK), green},
		{string(heartbeat.New), blue},
		{string(heartbeat.Late), orange},
		{string(heartbeat.Down), red},
	}
	levelColours = []meaning{
		{"Debug", blue},
		{"Info", green},
		{"Warning", yellow},
		{"Error", red},
		{"Fatal", purple},
	}
	sendResultColours = []meaning{
		{"PASSED", green},
		{"FAILED", red},
	}
	requestColours = []meaning{
		{signal.StatusSuccess, green},
		{signal.StatusError, red},
	}
)

// mapped colours values where they stand in cells or bands.
func mapped(meanings []meaning) []sdk.ValueMapping {
	options := map[string]sdk.ValueMappingResult{}
	for i, m := range meanings {
		options[m.value] = sdk.ValueMappingResult{
			Text: new(m.value), Color: new(m.colour), Index: new(int32(i)),
		}
	}
	return []sdk.ValueMapping{{ValueMap: &sdk.ValueMap{Type: sdk.MappingTypeValueToText, Options: options}}}
}

// named colours series and bars that are named by the values.
func named(meanings []meaning) []sdk.DashboardFieldConfigSourceOverrides {
	var overrides []sdk.DashboardFieldConfigSourceOverrides
	for _, m := range meanings {
		overrides = append(overrides, byName(m.value, property("color", fixed(m.colour))))
	}
	return overrides
}

func fixed(colour string) *sdk.FieldColor {
	return &sdk.FieldColor{Mode: sdk.FieldColorModeIdFixed, FixedColor: &colour}
}

// limit colours values from a number on.
type limit struct {
	from   float64
	colour string
}

// thresholds are green below the first limit.
func thresholds(limits ...limit) *sdk.ThresholdsConfig {
	steps := []sdk.Threshold{{Color: green}}
	for _, l := range limits {
		steps = append(steps, sdk.Threshold{Value: new(l.from), Color: l.colour})
	}
	return &sdk.ThresholdsConfig{Mode: sdk.ThresholdsModeAbsolute, Steps: steps}
}

func byName(field string, properties ...sdk.DynamicConfigValue) sdk.DashboardFieldConfigSourceOverrides {
	return sdk.DashboardFieldConfigSourceOverrides{
		Matcher:    sdk.MatcherConfig{Id: "byName", Options: field},
		Properties: properties,
	}
}

func property(id string, value any) sdk.DynamicConfigValue {
	return sdk.DynamicConfigValue{Id: id, Value: value}
}
