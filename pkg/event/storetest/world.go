package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

func worlds(t testing.TB) []World {
	t.Helper()
	worlds := []World{
		small(t),
		random(t, 1, "Europe/Berlin", "2026-03-28 00:00:00"),
		random(t, 2, "America/New_York", "2026-10-31 00:00:00"),
		random(t, 3, "Australia/Lord_Howe", "2026-04-04 00:00:00"),
		busy(t, 4, "America/Sao_Paulo", "2018-11-03 06:00:00"),
	}
	for i := range worlds {
		worlds[i].zoned = i >= 2
	}
	return worlds
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

// local reads a time of the world's zone.
func (w World) local(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(time.DateTime, text, w.Zone)
	require.NoError(t, err)
	return at.UTC()
}

// small is a world written by hand: names in several scripts, one item in two
// directions, texts that are hard to store, and events at the ends of days.
func small(t testing.TB) World {
	t.Helper()
	w := World{Name: "small", Zone: zone(t, "Asia/Shanghai")}
	w.Monitors = []event.Monitor{
		{
			Direction: "LSF", Item: "check_disk", Admin: "ann", Author: "bob", Host: "hpc01", StartupMethod: "crontab",
			ExecuteFrequency: "every 10 minutes", AlarmFrequency: "max 3 times", Receivers: []string{"ann", "bob"}, Script: "/ic/scripts/check_disk.py",
		},
		{Direction: "storage", Item: "check_disk", Admin: "zoë ann.x", Host: "nas01", ExecuteFrequency: "once a day", AlarmFrequency: "everytime", Receivers: []string{"zoë"}},
		{Direction: "storage", Item: "check_quota", Host: "nas01", ExecuteFrequency: "every hour", Receivers: []string{"ann", "张伟"}},
		{Direction: "许可证", Item: "检查.许可证", Admin: "张伟", Host: "服务器1", ExecuteFrequency: "每10分钟", AlarmFrequency: "everytime", Receivers: []string{"张伟"}},
		{Direction: "许可证", Item: "silent.item-1", Host: "", ExecuteFrequency: "weekly"},
	}
	w.Heartbeats = w.handwrittenBeats(t)
	w.Logs = w.handwrittenLogs(t)
	w.Alarms = w.handwrittenAlarms(t)
	return w
}

func (w World) handwrittenBeats(t testing.TB) []event.Heartbeat {
	t.Helper()
	var beats []event.Heartbeat
	beat := func(m event.Monitor, host string, times ...string) {
		for _, at := range times {
			beats = append(beats, event.Heartbeat{Time: w.local(t, at), Direction: m.Direction, Item: m.Item, User: "root", Host: host, Script: m.Script})
		}
	}
	beat(w.Monitors[0], "hpc01", "2026-03-04 23:50:00", "2026-03-05 00:00:00", "2026-03-05 00:10:00", "2026-03-05 00:10:00", "2026-03-05 23:59:59")
	beat(w.Monitors[0], "hpc02", "2026-03-06 00:00:00")
	beat(w.Monitors[1], "nas01", "2026-02-01 06:00:00", "2026-03-05 06:00:00")
	beat(w.Monitors[2], "nas01", "2025-12-31 23:59:59")
	beat(w.Monitors[3], "服务器1", "2026-03-05 08:00:00", "2026-03-05 08:20:00", "2026-03-05 08:10:00")
	return beats
}

func (w World) handwrittenLogs(t testing.TB) []event.Log {
	t.Helper()
	var logs []event.Log
	log := func(m event.Monitor, at, level, message string) {
		logs = append(logs, event.Log{Time: w.local(t, at), Direction: m.Direction, Item: m.Item, Level: level, Message: message})
	}
	lsf, storage, quota, license := w.Monitors[0], w.Monitors[1], w.Monitors[2], w.Monitors[3]
	log(lsf, "2026-03-04 23:59:59", "Info", "the last second of a day")
	log(lsf, "2026-03-05 00:00:00", "Info", "the first second of a day")
	log(lsf, "2026-03-05 10:00:00", "Error", "Disk FULL on /data")
	log(lsf, "2026-03-05 10:00:00", "Error", "disk full on /scratch")
	log(lsf, "2026-03-05 10:00:00", "Info", "same second, third line")
	log(lsf, "2026-03-05 09:59:58", "Warning", "two writers: an older line behind a newer one")
	log(lsf, "2026-03-05 10:00:59", "Error", `quotes "x", back\slashes \d \u0041, <script>alert(1)</script>`)
	log(lsf, "2026-03-05 10:01:00", "Fatal", "two\nlines\tand a tab\r\n")
	log(storage, "2026-03-05 10:00:00", "Error", "disk full, too")
	log(storage, "2026-03-05 10:00:30", "Notice", "a level of no list")
	log(quota, "2026-03-05 11:30:00", "Error", "quota at 100% {\"user\": \"ann\"}")
	log(quota, "2026-03-05 11:30:01", "Debug", strings.Repeat("a long line; ", 6_000))
	log(quota, "2026-03-05 11:30:02", "Debug", "  spaces around  ")
	log(license, "2026-03-05 12:00:00", "Error", "许可证服务器连接超时")
	log(license, "2026-03-05 12:00:00", "Warning", "磁盘使用率 95%，请尽快清理 🔥")
	log(license, "2026-03-06 23:59:59", "Info", "Ärger über Straße")
	return logs
}

func (w World) handwrittenAlarms(t testing.TB) []event.Alarm {
	t.Helper()
	var alarms []event.Alarm
	alarm := func(m event.Monitor, at, result, message string, receivers ...string) {
		alarms = append(alarms, event.Alarm{
			Time: w.local(t, at), Direction: m.Direction, Item: m.Item, MD5: fmt.Sprintf("%032x", len(alarms)),
			Receivers: receivers, SendResult: result, Message: message,
		})
	}
	alarm(w.Monitors[0], "2026-03-05 10:00:00", "PASSED", "Disk FULL on /data", "ann", "bob")
	alarm(w.Monitors[0], "2026-03-05 10:00:00", "FAILED", "disk full on /scratch", "bob")
	alarm(w.Monitors[0], "2026-03-05 10:05:00", "PASSED", "one receiver named twice", "ann", "ann")
	alarm(w.Monitors[1], "2026-03-05 10:05:00", "PASSED", "disk full, too", "zoë")
	alarm(w.Monitors[1], "2026-03-06 00:00:00", "QUEUED", "a result of no list", "zoë", "ann")
	alarm(w.Monitors[2], "2026-03-06 12:00:00", "PASSED", "nobody to tell")
	alarm(w.Monitors[3], "2026-03-06 12:00:00", "FAILED", "许可证到期", "张伟")
	return alarms
}
