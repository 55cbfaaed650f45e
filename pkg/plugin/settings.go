package plugin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// kindFileTree is the store that reads the check scripts' own folders.
const kindFileTree = "filetree"

// kinds lists the kinds of event store.
var kinds = []string{kindFileTree}

const (
	maxLevels = 50
	maxGrace  = 7 * 24 * time.Hour
)

// settings are the checked settings of one data source.
type settings struct {
	events *eventsSettings // nil where no store is configured
	grace  time.Duration   // 0 is the default grace
}

// eventsSettings say where the events of check scripts are.
type eventsSettings struct {
	kind   string
	path   string
	zone   *time.Location
	levels []string
}

// parseSettings reads jsonData. It checks all of it, so that its error names
// every wrong setting at once. Whether a path can be read is not its business:
// a folder may be mounted later.
func parseSettings(raw json.RawMessage) (settings, error) {
	var parts struct {
		Events    json.RawMessage `json:"events"`
		Heartbeat json.RawMessage `json:"heartbeat"`
	}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &parts); err != nil {
			return settings{}, fmt.Errorf("jsonData is not an object with events and heartbeat in it: %w", err)
		}
	}
	events, eventsErr := parseEvents(parts.Events)
	grace, graceErr := parseHeartbeat(parts.Heartbeat)
	return settings{events: events, grace: grace}, errors.Join(eventsErr, graceErr)
}

func parseEvents(raw json.RawMessage) (*eventsSettings, error) {
	var in struct {
		Kind     string   `json:"kind"`
		Path     string   `json:"path"`
		URL      string   `json:"url"`
		Timezone string   `json:"timezone"`
		Levels   []string `json:"levels"`
	}
	if err := decodePart("events", raw, &in); err != nil {
		return nil, err
	}
	in.Path, in.URL = strings.TrimSpace(in.Path), strings.TrimSpace(in.URL)
	if in.Path == "" && in.URL == "" {
		return nil, nil // not configured is not an error
	}
	zone, zoneErr := parseZone(in.Timezone)
	levels, levelsErr := parseLevels(in.Levels)
	err := errors.Join(checkKind(in.Kind, in.URL), zoneErr, levelsErr)
	return &eventsSettings{kind: in.Kind, path: in.Path, zone: zone, levels: levels}, err
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

func checkKind(kind, url string) error {
	switch {
	case !slices.Contains(kinds, kind):
		return fmt.Errorf("setting events.kind %q is unknown: use one of %q", kind, kinds)
	case url != "":
		return fmt.Errorf("setting events.url does not belong to kind %q: remove it, and name the folder in events.path", kind)
	}
	return nil
}

func parseZone(name string) (*time.Location, error) {
	switch strings.ToLower(name) {
	case "", "utc":
		return time.UTC, nil
	case "local", "browser":
		return nil, fmt.Errorf("setting events.timezone %q says nothing about the store: name the zone its scripts write in, such as Asia/Shanghai", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("setting events.timezone %q is no time zone: use a name of the IANA database such as Asia/Shanghai or Europe/Berlin, or leave it empty for UTC", name)
	}
	return zone, nil
}

func parseLevels(levels []string) ([]string, error) {
	if len(levels) == 0 {
		return event.Levels, nil
	}
	if len(levels) > maxLevels {
		return nil, fmt.Errorf("setting events.levels has %d levels: use at most %d", len(levels), maxLevels)
	}
	for i, level := range levels {
		if strings.TrimSpace(level) == "" {
			return nil, errors.New("setting events.levels has an empty level: remove it")
		}
		if slices.Contains(levels[:i], level) {
			return nil, fmt.Errorf("setting events.levels names %q twice: remove one", level)
		}
	}
	return levels, nil
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
