package act

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Alert is an alert as Grafana and Alertmanager send it to a webhook.
type Alert struct {
	Status      string             `json:"status"`
	Labels      map[string]string  `json:"labels"`
	Annotations map[string]string  `json:"annotations"`
	StartsAt    time.Time          `json:"startsAt"`
	Fingerprint string             `json:"fingerprint"`
	Values      map[string]float64 `json:"values"` // Grafana's, by query
}

// message is the body of a webhook, of which the rest is of no use here.
type message struct {
	Alerts []Alert `json:"alerts"`
}

const firing = "firing"

// key is the same for each message of one firing of one alert.
func (a Alert) key() string {
	labels := a.Fingerprint
	if labels == "" {
		for _, name := range slices.Sorted(maps.Keys(a.Labels)) {
			labels += fmt.Sprintf("%q=%q,", name, a.Labels[name])
		}
	}
	return labels + "@" + a.StartsAt.UTC().Format(time.RFC3339Nano)
}

// environment are the variables by which the command learns of the alert.
func (a Alert) environment() []string {
	out := []string{
		"HEARTLINE_ALERT=" + clean(a.Labels["alertname"]),
		"HEARTLINE_STARTS_AT=" + a.StartsAt.UTC().Format(time.RFC3339),
		"HEARTLINE_SUMMARY=" + clean(a.Annotations["summary"]),
	}
	if value, known := a.Values["A"]; known {
		out = append(out, fmt.Sprintf("HEARTLINE_VALUE=%v", value))
	}
	taken := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(a.Labels)) {
		if variable := "HEARTLINE_LABEL_" + upper(name); !taken[variable] {
			taken[variable] = true
			out = append(out, variable+"="+clean(a.Labels[name]))
		}
	}
	return out
}

// clean takes away the zero bytes, which an environment cannot hold.
func clean(text string) string { return strings.ReplaceAll(text, "\x00", "") }

// upper makes a label's name that of a variable.
func upper(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, cmp.Or(name, "_"))
}
