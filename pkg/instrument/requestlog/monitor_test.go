package requestlog

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/instrument"
)

func TestEveryRequestThatAMonitorCountsIsInTheLog(t *testing.T) {
	w := open(t, Config{})
	m, err := instrument.New(instrument.Config{Service: "test", RequestLog: w, Logger: quiet()})
	require.NoError(t, err)
	h := m.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/fail" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	const workers, each = 4, 500
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range each {
				path := "/"
				if i%5 == 0 {
					path = "/fail"
				}
				h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
			}
		})
	}
	begun := time.Now()
	wg.Wait()
	m.Observe("work", time.Second, errors.New("failed"))
	m.Close()
	require.NoError(t, w.Close())

	stats, err := m.Stats()
	require.NoError(t, err)
	require.Equal(t, instrument.RequestLogCounts{Written: workers*each + 1}, *stats.RequestLog)

	var rows, failed, early int
	err = reader(t, w.config.Path).QueryRowContext(t.Context(), "SELECT count(*), sum(status = 'error'), sum(timestamp < ?) FROM request_logs",
		begun.Add(-time.Second).Format(microLayout)).Scan(&rows, &failed, &early)
	require.NoError(t, err)
	require.Equal(t, []int{workers*each + 1, workers*each/5 + 1, 0}, []int{rows, failed, early})
}
