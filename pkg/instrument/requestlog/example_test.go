package requestlog_test

import (
	"log"
	"time"

	"github.com/heartline-monitor/heartline/pkg/instrument"
	"github.com/heartline-monitor/heartline/pkg/instrument/requestlog"
)

// The request log is opened first and closed last.
func Example() {
	requests, err := requestlog.Open(requestlog.Config{Path: "performance.db", Retention: 30 * 24 * time.Hour})
	if err != nil {
		log.Fatal(err)
	}
	defer func() {
		if err := requests.Close(); err != nil {
			log.Print(err)
		}
	}()
	monitor, err := instrument.New(instrument.Config{Service: "checkout", RequestLog: requests})
	if err != nil {
		log.Fatal(err)
	}
	defer monitor.Close()
}
