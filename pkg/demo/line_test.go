package demo

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

func TestLinesAreThoseOfTheExistingWriter(t *testing.T) {
	at := time.Date(2024, 11, 1, 16, 56, 36, 0, time.UTC)
	heartbeat := AppendHeartbeat(nil, event.Heartbeat{Time: at, User: "root", Host: "10.232.158.36", Script: "/path/check.py"}, time.UTC)
	require.Equal(t, `{"time": "2024-11-01 16:56:36", "user": "root", "host": "10.232.158.36", "script": "/path/check.py"}`+"\n", string(heartbeat))

	log := AppendLog(nil, event.Log{Time: at, Level: "Error", Message: "磁盘 \"满\" \\ a\tb\x01\x7f <b>&\u2028😀"}, shanghai(t))
	require.Equal(t, `{"time": "2024-11-02 00:56:36", "message_level": "Error", "message": "磁盘 \"满\" \\ a\tb\u0001`+"\x7f <b>&\u2028😀\"}\n", string(log))

	alarm := AppendAlarm(nil, event.Alarm{Time: at, Receivers: []string{"a", "b"}, SendResult: "FAILED", Message: "down"}, time.UTC)
	require.Equal(t, `{"time": "2024-11-01 16:56:36", "md5": "d803a51e4163ffd7ea7d69f560e1e91b", "receivers": "a b", "send_alarm_result": "FAILED", "message": "down"}`+"\n", string(alarm))
}

func TestLinesOfTheSampleStoreAreWrittenAlike(t *testing.T) {
	sample := filepath.Join("..", "..", "..", "shared", "samples", "monitor_db")
	if _, err := os.Stat(sample); err != nil {
		t.Skipf("no sample store: %v", err)
	}
	checked := 0
	for path, content := range tree(t, sample) {
		parts := strings.Split(path, "/")
		if len(parts) != 4 || parts[2] == "heartbeat" {
			continue
		}
		scanner := bufio.NewScanner(strings.NewReader(content))
		for scanner.Scan() {
			l := lines(t, scanner.Text())[0]
			at, err := time.Parse(time.DateTime, l.Time)
			require.NoError(t, err)
			var again []byte
			if parts[2] == "log" {
				again = AppendLog(nil, event.Log{Time: at, Level: l.Level, Message: l.Message}, time.UTC)
			} else {
				again = AppendAlarm(nil, event.Alarm{Time: at, Receivers: strings.Split(l.Receivers, " "), SendResult: l.Result, Message: l.Message}, time.UTC)
			}
			require.Equal(t, scanner.Text(), string(bytes.TrimSuffix(again, []byte("\n"))))
			checked++
		}
		require.NoError(t, scanner.Err())
	}
	require.Greater(t, checked, 1_000)
}
