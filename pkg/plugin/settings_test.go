package plugin

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

func TestSettingsAreRead(t *testing.T) {
	s, err := parseSettings([]byte(`{
		"events": {"kind": "filetree", "path": " /srv/monitor_db ", "timezone": "Asia/Shanghai", "levels": ["low", "high"]},
		"heartbeat": {"grace": "2m"}, "metrics": {"url": "http://prometheus:9090"}
	}`), nil)
	require.NoError(t, err)
	require.Equal(t, 2*time.Minute, s.grace)
	require.Equal(t, "/srv/monitor_db", s.events.path)
	require.Equal(t, "Asia/Shanghai", s.events.zone.String())
	require.Equal(t, []string{"low", "high"}, s.events.levels)
}

func TestSettingsHaveDefaults(t *testing.T) {
	for _, zone := range []string{"", "utc", "UTC"} {
		s, err := parseSettings([]byte(`{"events": {"kind": "filetree", "path": "/srv", "timezone": "`+zone+`"}, "heartbeat": {}}`), nil)
		require.NoError(t, err)
		require.Equal(t, time.UTC, s.events.zone)
		require.Equal(t, event.Levels, s.events.levels)
		require.Zero(t, s.grace)
	}
}

func TestSettingsWithoutAStoreAreNotWrong(t *testing.T) {
	for _, raw := range []string{``, `{}`, `null`, `{"events": {}}`, `{"events": null}`, `{"events": {"kind": "filetree", "path": ""}}`} {
		s, err := parseSettings([]byte(raw), nil)
		require.NoError(t, err, raw)
		require.Nil(t, s.events, raw)
	}
}

func TestWrongSettingsAreNamedWithTheirRemedy(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"no object", `[]`, "jsonData is not an object"},
		{"misspelt", `{"events": {"kind": "filetree", "path": "/srv", "timezon": "Asia/Shanghai"}}`, `setting events: unknown field "timezon"`},
		{"wrong type", `{"events": {"path": 5}}`, "setting events: cannot unmarshal number"},
		{"unknown kind", `{"events": {"kind": "mongodb", "path": "/srv"}}`, `events.kind "mongodb" is unknown: use one of ["filetree"]`},
		{"no kind", `{"events": {"path": "/srv"}}`, `events.kind "" is unknown: use one of`},
		{"url for a folder", `{"events": {"kind": "filetree", "path": "/srv", "url": "http://loki:3100"}}`, "events.url does not belong to kind"},
		{"url alone", `{"events": {"kind": "filetree", "url": "http://loki:3100"}}`, "events.url does not belong to kind"},
		{"wrong zone", `{"events": {"kind": "filetree", "path": "/srv", "timezone": "Asia/Shangai"}}`, `events.timezone "Asia/Shangai" is no time zone: use a name of the IANA database`},
		{"zone as a path", `{"events": {"kind": "filetree", "path": "/srv", "timezone": "../../etc/passwd"}}`, "is no time zone"},
		{"zone of the browser", `{"events": {"kind": "filetree", "path": "/srv", "timezone": "browser"}}`, "says nothing about the store"},
		{"zone of the server", `{"events": {"kind": "filetree", "path": "/srv", "timezone": "Local"}}`, "says nothing about the store"},
		{"empty level", `{"events": {"kind": "filetree", "path": "/srv", "levels": ["Info", " "]}}`, "events.levels has an empty level"},
		{"level twice", `{"events": {"kind": "filetree", "path": "/srv", "levels": ["Info", "Info"]}}`, `events.levels names "Info" twice`},
		{"no duration", `{"heartbeat": {"grace": "soon"}}`, `heartbeat.grace "soon" is no duration`},
		{"negative grace", `{"heartbeat": {"grace": "-2m"}}`, "heartbeat.grace"},
		{"no grace", `{"heartbeat": {"grace": "0s"}}`, "leave it empty for a tenth of the period"},
		{"absurd grace", `{"heartbeat": {"grace": "10000h"}}`, "heartbeat.grace"},
		{"misspelt grace", `{"heartbeat": {"gracious": "2m"}}`, `setting heartbeat: unknown field "gracious"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parseSettings([]byte(tt.raw), nil)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestTooManyLevelsAreAnError(t *testing.T) {
	_, err := parseLevels(make([]string, maxLevels+1))
	require.ErrorContains(t, err, "use at most 50")
}

func TestAllWrongSettingsAreNamedAtOnce(t *testing.T) {
	_, err := parseSettings([]byte(`{"events": {"kind": "tape", "path": "/srv", "timezone": "Mars/Base"}, "heartbeat": {"grace": "x"}}`), nil)
	require.ErrorContains(t, err, "events.kind")
	require.ErrorContains(t, err, "events.timezone")
	require.ErrorContains(t, err, "heartbeat.grace")
}
