package frame

import (
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Live is the frame of a stream, timeseries-wide: the seconds, and a field for
// each reading. Grafana appends a frame to the one before it where the names of
// all fields are the same, and takes the old values by name where they are not,
// so that a field has the name of its service. The readings share the times of
// the first.
func Live(s Signal, seconds []time.Time, readings []Reading) *data.Frame {
	fields := []*data.Field{timeField(seconds, time.Second)}
	for _, r := range readings {
		value := s.value(r.labels(nil), r.Values)
		value.Name, value.Config.DisplayNameFromDS = r.Service, r.Service
		fields = append(fields, value)
	}
	return build(data.FrameTypeTimeSeriesWide, data.VisTypeGraph, fields...)
}
