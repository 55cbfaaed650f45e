// Package frame turns domain values into the data frames Grafana draws and
// alerts on. Every frame states its type and a version, so that server-side
// expressions read it by the data plane contract
// (https://grafana.github.io/dataplane/contract/) and not by guessing; units
// are in the field configuration.
package frame

import (
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// contract is the version of the data plane contract the frames follow. It must
// not be zero: Grafana's expressions take untyped frames a legacy way on which
// tables with several numbers, and nulls, fail.
var contract = data.FrameTypeVersion{0, 1}

// headings are the names people read in tables and legends. The names of the
// fields stay those of the dimensions, because a filter that is made from a
// table's cell uses the field's name as its key.
var headings = map[string]string{
	"time":                   "Time",
	string(event.Direction):  "Direction",
	string(event.Item):       "Monitor",
	string(event.Host):       "Host",
	string(event.Level):      "Level",
	string(event.Receiver):   "Receiver",
	string(event.SendResult): "Send result",
	string(event.Admin):      "Admin",
	"startupMethod":          "Startup method",
	"executeFrequency":       "Execute frequency",
	"alarmFrequency":         "Alarm frequency",
	"receivers":              "Receivers",
	"script":                 "Script",
	"lastHeartbeat":          "Last heartbeat",
	"status":                 "Status",
	"overdue":                "Overdue",
	"due":                    "Due",
	"user":                   "User",
	"message":                "Message",
	"md5":                    "MD5",
	serviceLabel:             "Service",
	"operation":              "Operation",
	"figure":                 "Figure",
	"value":                  "Value",
	"unit":                   "Unit",
	"text":                   "Reading",
	"grade":                  "Grade",
	"advice":                 "Advice",
	"report":                 "Report",
}

func build(kind data.FrameType, vis data.VisType, fields ...*data.Field) *data.Frame {
	f := data.NewFrame("", fields...)
	f.Meta = &data.FrameMeta{Type: kind, TypeVersion: contract, PreferredVisualization: vis}
	return f
}

// column is a field of a table: its name, a heading and its values.
func column(name string, values any) *data.Field {
	f := data.NewField(name, nil, values)
	f.Config = &data.FieldConfig{DisplayNameFromDS: headings[name]}
	return f
}

// filterable is a column whose values can be filtered by.
func filterable(name string, values []string) *data.Field {
	f := column(name, values)
	f.Config.SetFilterable(true)
	return f
}

// dimension is the column of a dimension of events.
func dimension(dim event.Dimension, values []string) *data.Field {
	return filterable(string(dim), values)
}

func inSeconds(f *data.Field) *data.Field {
	f.Config.Unit = "s"
	return f
}

func stat(name string, value float64) data.QueryStat {
	return data.QueryStat{FieldConfig: data.FieldConfig{DisplayName: name, Unit: "short"}, Value: value}
}

// pluck makes a column of one property of every row.
func pluck[R, V any](rows []R, property func(R) V) []V {
	values := make([]V, len(rows))
	for i, r := range rows {
		values[i] = property(r)
	}
	return values
}
