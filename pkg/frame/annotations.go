package frame

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
)

// asHTML keeps a text readable in annotations, which Grafana shows as HTML: it
// would take <name> for a tag and leave it out.
var asHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// mark is an annotation in the fields that Grafana's annotation support looks
// for.
type mark struct {
	time        time.Time
	title, text string
	tags        []string
}

// Annotations is a row for each alarm in the fields that Grafana's annotation
// support looks for: time, title (direction/monitor), text (the message), tags
// (direction, monitor, send result) and id.
func Annotations(alarms []event.Alarm) *data.Frame {
	return marks(pluck(alarms, func(a event.Alarm) mark {
		return mark{a.Time, a.Direction + "/" + a.Item, a.Message, []string{a.Direction, a.Item, a.SendResult}}
	}))
}

// Gap is a time in which a monitor was late or down, as far as it lies in the
// range of the query.
type Gap struct {
	Monitor  event.Monitor
	From, To time.Time
	// Late and Down are how long it was either, also before the range.
	Late, Down time.Duration
	Ended      bool // and not still so at the end of the range
}

// Gaps is a region for each gap in the fields that Grafana's annotation support
// looks for: time, timeEnd, title (direction/monitor), text (how long it was
// late and down), tags (direction, monitor, the worse status) and id.
func Gaps(gaps []Gap) *data.Frame {
	f := marks(pluck(gaps, func(g Gap) mark {
		return mark{g.From, g.Monitor.Name(), g.text(), []string{g.Monitor.Direction, g.Monitor.Item, string(g.worst())}}
	}))
	ends := data.NewField("timeEnd", nil, pluck(gaps, func(g Gap) time.Time { return g.To }))
	f.Fields = append(f.Fields, ends)
	return f
}

func (g Gap) worst() heartbeat.Status {
	if g.Down > 0 {
		return heartbeat.Down
	}
	return heartbeat.Late
}

func (g Gap) text() string {
	said := "Late for " + length(g.Late)
	switch {
	case g.Down > 0 && g.Late > 0:
		said += ", then down for " + length(g.Down)
	case g.Down > 0:
		said = "Down for " + length(g.Down)
	}
	if !g.Ended {
		said += " so far"
	}
	if g.Monitor.ExecuteFrequency != "" {
		said += "; execute frequency: " + g.Monitor.ExecuteFrequency
	}
	return said
}

// length is a duration in the words of PromQL, such as 1d2h.
func length(d time.Duration) string { return model.Duration(d.Round(time.Second)).String() }

func marks(all []mark) *data.Frame {
	f := build(data.FrameTypeTable, "",
		data.NewField("time", nil, pluck(all, func(m mark) time.Time { return m.time })),
		data.NewField("title", nil, pluck(all, func(m mark) string { return asHTML.Replace(m.title) })),
		data.NewField("text", nil, pluck(all, func(m mark) string { return asHTML.Replace(m.text) })),
		// A list, not a text with commas: names may hold commas themselves.
		data.NewField("tags", nil, pluck(all, func(m mark) json.RawMessage {
			raw, _ := json.Marshal(m.tags)
			return raw
		})),
		// Grafana offers to edit and to delete an annotation unless its id is 0.
		data.NewField("id", nil, make([]int64, len(all))),
	)
	f.Meta.DataTopic = data.DataTopicAnnotations
	return f
}
