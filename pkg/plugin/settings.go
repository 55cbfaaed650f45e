package plugin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

const maxGrace = 7 * 24 * time.Hour

// settings are the checked settings of one data source.
type settings struct {
	events   *eventsSettings  // nil where no store is configured
	grace    time.Duration    // 0 is the default grace
	metrics  *metricsSettings // nil where no Prometheus is configured
	services []serviceSettings
	timeout  time.Duration // of HTTP requests; 0 is the default of each kind
}

// parseSettings reads jsonData and the secrets beside it. It checks all of it,
// so that its error names every wrong setting at once. Whether a path or an
// address can be read is not its business: it may come later.
func parseSettings(raw json.RawMessage, secrets map[string]string) (settings, error) {
	var parts struct {
		Events    json.RawMessage `json:"events"`
		Heartbeat json.RawMessage `json:"heartbeat"`
		Metrics   json.RawMessage `json:"metrics"`
		Services  json.RawMessage `json:"services"`
		Timeout   json.RawMessage `json:"timeout"`
	}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &parts); err != nil {
			return settings{}, fmt.Errorf("jsonData is not an object with events, heartbeat, metrics and services in it: %w", err)
		}
	}
	var s settings
	var errs [5]error
	s.events, errs[0] = parseEvents(parts.Events)
	s.grace, errs[1] = parseHeartbeat(parts.Heartbeat)
	s.metrics, errs[2] = parseMetrics(parts.Metrics, secrets)
	s.services, errs[3] = parseServices(parts.Services, secrets)
	s.timeout, errs[4] = parseTimeout(parts.Timeout)
	return s, errors.Join(errs[:]...)
}

// decodePart is strict: a misspelt setting that is silently left out, such as a
// time zone, would show wrong figures.
func decodePart(name string, raw json.RawMessage, into any) error {
	if len(raw) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("setting %s: %s", name, strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// parseZone reads the zone of a store; setting is its name.
func parseZone(setting, name string) (*time.Location, error) {
	switch strings.ToLower(name) {
	case "", "utc":
		return time.UTC, nil
	case "local", "browser":
		return nil, fmt.Errorf("setting %s %q says nothing about the store: name the zone its writer has, such as Asia/Shanghai", setting, name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("setting %s %q is no time zone: use a name of the IANA database such as Asia/Shanghai or Europe/Berlin, or leave it empty for UTC", setting, name)
	}
	return zone, nil
}

func parseHeartbeat(raw json.RawMessage) (time.Duration, error) {
	var in struct {
		Grace string `json:"grace"`
	}
	if err := decodePart("heartbeat", raw, &in); err != nil {
		return 0, err
	}
	if in.Grace == "" {
		return 0, nil
	}
	grace, err := time.ParseDuration(in.Grace)
	if err != nil || grace < time.Second || grace > maxGrace {
		return 0, fmt.Errorf("setting heartbeat.grace %q is no duration from 1s to 168h: write 90s, 2m or 1h, or leave it empty for a tenth of the period", in.Grace)
	}
	return grace, nil
}

// parseTimeout reads the seconds that Grafana's own HTTP settings have.
func parseTimeout(raw json.RawMessage) (time.Duration, error) {
	var seconds int
	if err := decodePart("timeout", raw, &seconds); err != nil {
		return 0, err
	}
	if seconds < 0 || seconds > 300 {
		return 0, fmt.Errorf("setting timeout is %d: use 1 to 300 seconds, or leave it empty for %d seconds for apps and %d for Prometheus",
			seconds, appTimeout/time.Second, metricsTimeout/time.Second)
	}
	return time.Duration(seconds) * time.Second, nil
}
