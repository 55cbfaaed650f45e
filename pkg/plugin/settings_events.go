package plugin

import (
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

const maxLevels = 50

// eventsSettings say where the events of check scripts are.
type eventsSettings struct {
	kind   string
	path   string
	zone   *time.Location
	levels []string
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
	zone, zoneErr := parseZone("events.timezone", in.Timezone)
	levels, levelsErr := parseLevels(in.Levels)
	err := errors.Join(checkKind(in.Kind, in.URL), zoneErr, levelsErr)
	return &eventsSettings{kind: in.Kind, path: in.Path, zone: zone, levels: levels}, err
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
