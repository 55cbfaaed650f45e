package dashboard

import (
	"fmt"
	"math"

	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/band"
)

// What the scales of pkg/band look like. No panel has a number of its own.

// severityColour is the colour of a band.
func severityColour(s band.Severity) string {
	return map[band.Severity]string{band.Fine: green, band.Watch: yellow, band.Warning: orange, band.Critical: red}[s]
}

// bandColours are the colours of a scale's bands. The second of two critical bands
// is darker than the first.
func bandColours(s band.Scale) []string {
	colours := make([]string, len(s.Bands))
	for i, b := range s.Bands {
		colours[i] = severityColour(b.Severity)
		if i > 0 && b.Severity == band.Critical && s.Bands[i-1].Severity == band.Critical {
			colours[i] = darkRed
		}
	}
	return colours
}

// ofScale colours numbers by the bands of a scale.
func ofScale(s band.Scale) *sdk.ThresholdsConfig {
	colours := bandColours(s)
	t := &sdk.ThresholdsConfig{Mode: sdk.ThresholdsModeAbsolute, Steps: []sdk.Threshold{{Color: colours[0]}}}
	for i, b := range s.Bands[1:] {
		t.Steps = append(t.Steps, sdk.Threshold{Value: new(b.From), Color: colours[i+1]})
	}
	return t
}

// bandNames shows the names of a scale's bands in the place of numbers.
func bandNames(s band.Scale) []sdk.ValueMapping {
	colours := bandColours(s)
	mappings := make([]sdk.ValueMapping, len(s.Bands))
	for i, b := range s.Bands {
		end := math.Inf(1)
		if i+1 < len(s.Bands) {
			end = s.Bands[i+1].From
		}
		mappings[i] = inRange(i, b.From, end, b.Name, colours[i])
	}
	return mappings
}

// expectedGoroutines shows how many goroutines a Go service is expected to have in
// the place of its request rate.
func expectedGoroutines() []sdk.ValueMapping {
	mappings := make([]sdk.ValueMapping, len(band.Loads))
	for i, l := range band.Loads {
		from, end := l.FromQPS, math.Inf(1)
		if i == 0 {
			from = math.Inf(-1)
		}
		if i+1 < len(band.Loads) {
			end = band.Loads[i+1].FromQPS
		}
		mappings[i] = inRange(i, from, end, fmt.Sprintf("%.0f to %.0f", l.Low, l.High), blue)
	}
	return mappings
}

// inRange shows a text in the place of numbers from one to below another. Grafana's
// ranges include both ends.
func inRange(index int, from, end float64, text, colour string) sdk.ValueMapping {
	options := sdk.DashboardRangeMapOptions{
		Result: sdk.ValueMappingResult{Text: &text, Color: &colour, Index: new(int32(index))}, //nolint:gosec // a handful
	}
	if !math.IsInf(from, -1) {
		options.From = &from
	}
	if !math.IsInf(end, 1) {
		options.To = new(math.Nextafter(end, math.Inf(-1)))
	}
	return sdk.ValueMapping{RangeMap: &sdk.RangeMap{Type: sdk.MappingTypeRangeToText, Options: options}}
}

// errorRates colour the share of requests that failed: the success rate's bands
// turned round, their edges still good.
func errorRates() *sdk.ThresholdsConfig {
	return thresholds(limit{past(100 - band.Success.Begin("good")), red})
}

// growths colour how much something grew, in percent.
func growths() *sdk.ThresholdsConfig { return thresholds(limit{past(100 * band.GrowthLimit), orange}) }

// past is the next number: Grafana's thresholds begin at their value.
func past(v float64) float64 { return math.Nextafter(v, math.Inf(1)) }

// upOrDown shows whether a service can be read.
func upOrDown() []sdk.ValueMapping {
	return []sdk.ValueMapping{{ValueMap: &sdk.ValueMap{Type: sdk.MappingTypeValueToText, Options: map[string]sdk.ValueMappingResult{
		"0": {Text: new("down"), Color: new(red), Index: new(int32(1))},
		"1": {Text: new("up"), Color: new(green), Index: new(int32(0))},
	}}}}
}
