package plugin

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"
)

func TestAppThatStopsLeavesNullsAndComesBack(t *testing.T) {
	m := &moody{}
	srv := httptest.NewServer(m)
	defer srv.Close()
	d := openedWith(t, fmt.Sprintf(`{"services": [{"name": "checkout", "kind": "app", "url": %q}]}`, srv.URL), nil, nil)
	w := newWheel(noon.Add(100 * time.Millisecond))
	d.now, d.pause = w.time, w.pause
	_, path := askLive(t, d, `{"signal": "goroutines"}`)
	r := run(t, d, path)
	second := func() *data.Frame {
		w.turn(time.Second)
		return receive(t, r.frames)
	}
	for range 3 {
		second()
	}
	require.Equal(t, "1234", fmt.Sprint(*second().Fields[1].At(0).(*float64)))
	srv.CloseClientConnections()
	m.fail()
	second()
	second()
	require.Contains(t, notices(second()), `service "checkout": `)
	m.mood.Store(nil)
	require.Eventually(t, func() bool { return !second().Fields[1].NilAt(0) }, 10*time.Second, time.Millisecond, "it recovers by itself")
	r.end(t)
	res := respond(t, d, backend.DataQuery{RefID: "A", QueryType: "live", JSON: []byte(`{"signal": "qps"}`), TimeRange: backend.TimeRange{From: w.time().Add(-time.Minute), To: w.time()}}, nil)
	require.ErrorContains(t, res.Error, "the app serves no /api/monitor/stats", "the only service cannot give the signal")
}
