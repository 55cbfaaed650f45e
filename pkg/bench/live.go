//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	sdklive "github.com/grafana/grafana-plugin-sdk-go/live"

	"github.com/heartline-monitor/heartline/pkg/plugin"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// following is what a stream of apps took.
type following struct {
	Processor float64 // of the plugin, of one processor
	Seconds   int     // that came
	Values    int     // that came in them
}

// followApps runs the stream of a live panel over all apps, as Grafana does, for
// some seconds. The apps are in a process of their own, which is not measured;
// nor is the connection between the plugin and Grafana, one message a second.
func followApps(ctx context.Context, short bool) (f following, err error) {
	measured := 20
	if short {
		measured = 4
	}
	addresses, end, err := startApps(ctx)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, end()) }()
	source, err := openApps(ctx, addresses)
	if err != nil {
		return f, err
	}
	defer source.Dispose()
	path, err := ask(ctx, source)
	if err != nil {
		return f, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	v := &viewer{measured: measured, stop: stop}
	if err := source.RunStream(ctx, &backend.RunStreamRequest{Path: path}, backend.NewStreamSender(v)); err != nil {
		return f, err
	}
	return v.result()
}

// openApps makes a data source whose services are the apps.
func openApps(ctx context.Context, addresses []string) (*plugin.Datasource, error) {
	var services []map[string]string
	for i, address := range addresses {
		services = append(services, map[string]string{"name": fmt.Sprintf("app-%02d", i), "kind": string(signal.App), "url": address})
	}
	settings, err := json.Marshal(map[string]any{"services": services})
	if err != nil {
		return nil, err
	}
	instance, err := plugin.NewDatasource(ctx, backend.DataSourceInstanceSettings{UID: "bench", Type: plugin.ID, JSONData: settings})
	if err != nil {
		return nil, err
	}
	return instance.(*plugin.Datasource), nil
}

// ask asks for the last minute, and returns the path of the channel to follow.
func ask(ctx context.Context, source *plugin.Datasource) (string, error) {
	q := &query.Live{Signal: signal.Latency, Stat: signal.P95}
	body, err := query.Encode(q)
	if err != nil {
		return "", err
	}
	now := time.Now()
	response, err := source.QueryData(ctx, &backend.QueryDataRequest{Queries: []backend.DataQuery{{
		RefID: "A", QueryType: string(q.Type()), JSON: body, TimeRange: backend.TimeRange{From: now.Add(-time.Minute), To: now},
	}}})
	if err != nil {
		return "", err
	}
	answer := response.Responses["A"]
	if answer.Error != nil {
		return "", answer.Error
	}
	channel, err := sdklive.ParseChannel(answer.Frames[0].Meta.Channel)
	return channel.Path, err
}

// warmUp is how many messages come before it is measured: connections are made,
// and apps have their first complete second.
const warmUp = 3

// viewer gets what the stream sends.
type viewer struct {
	measured int // messages that are wanted
	stop     context.CancelFunc

	packets  []json.RawMessage
	began    time.Time
	took     time.Duration
	usedThen time.Duration
	used     time.Duration
}

// Send implements backend.StreamPacketSender.
func (v *viewer) Send(p *backend.StreamPacket) error {
	v.packets = append(v.packets, p.Data)
	switch len(v.packets) {
	case warmUp:
		v.began, v.usedThen = time.Now(), processorTime()
	case warmUp + v.measured:
		v.took, v.used = time.Since(v.began), processorTime()-v.usedThen
		v.stop()
	}
	return nil
}

// result counts what came only now: reading the messages is the browser's work.
func (v *viewer) result() (f following, err error) {
	if v.took == 0 {
		return f, fmt.Errorf("the stream ended after %d messages", len(v.packets))
	}
	f.Processor = v.used.Seconds() / v.took.Seconds()
	for _, packet := range v.packets[warmUp:] {
		var frame data.Frame
		if err := json.Unmarshal(packet, &frame); err != nil {
			return f, fmt.Errorf("read what the stream sent: %w", err)
		}
		f.Seconds += frame.Rows()
		for _, field := range frame.Fields[1:] {
			for i := range field.Len() {
				if !field.NilAt(i) {
					f.Values++
				}
			}
		}
	}
	return f, nil
}
