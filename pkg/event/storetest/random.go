package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// random is a world of about a thousand events over three days. The seed makes
// it, so that a world which shows a fault can be had again.
func random(t testing.TB, seed uint64, zoneName, start string) World {
	t.Helper()
	w := World{Name: fmt.Sprintf("random %s seed %d", strings.ReplaceAll(zoneName, "/", "-"), seed), Zone: zone(t, zoneName)}
	d := dice{rand.New(rand.NewPCG(seed, 2026))}
	begin := w.local(t, start)
	for _, direction := range []string{"LSF", "storage", "许可证"} {
		for _, item := range []string{"check_disk", "check_quota", "检查.许可证", "license-1.0"} {
			if d.oneIn(3) {
				continue
			}
			m := d.monitor(direction, item)
			w.Monitors = append(w.Monitors, m)
			d.fill(&w, m, d.times(w.Zone, begin, 72*time.Hour, 10+d.IntN(70)))
		}
	}
	return w
}

// busy is a random world in which one monitor writes so much that its files are
// searched rather than read, and another one every half minute.
func busy(t testing.TB, seed uint64, zoneName, start string) World {
	t.Helper()
	w := World{Name: fmt.Sprintf("busy %s seed %d", strings.ReplaceAll(zoneName, "/", "-"), seed), Zone: zone(t, zoneName), large: true}
	d := dice{rand.New(rand.NewPCG(seed, 2027))}
	begin := w.local(t, start)
	much, steady := d.monitor("storage", "check_disk"), d.monitor("storage", "check_quota")
	w.Monitors = []event.Monitor{much, steady}
	d.fill(&w, much, d.times(w.Zone, begin, 24*time.Hour, 4_000))
	times := make([]time.Time, 600)
	for i := range times {
		times[i] = begin.AddDate(0, 0, -5).Add(time.Duration(i) * 30 * time.Second)
	}
	d.fill(&w, steady, times)
	return w
}

type dice struct{ *rand.Rand }

func (d dice) oneIn(n int) bool { return d.IntN(n) == 0 }

func (d dice) of(words ...string) string { return words[d.IntN(len(words))] }

// some draws up to three of the words.
func (d dice) some(words ...string) []string {
	d.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	return slices.Clone(words[:d.IntN(4)])
}

func (d dice) monitor(direction, item string) event.Monitor {
	return event.Monitor{
		Direction: direction, Item: item, Admin: d.of("ann", "张伟", "bob 张伟"), Author: "bob", Host: d.of("hpc01", "nas01", "服务器1"),
		StartupMethod: d.of("crontab", "jenkins"), ExecuteFrequency: d.of("every 10 minutes", "每小时一次", "once a day"),
		AlarmFrequency: d.of("everytime", "max 3 times"), Receivers: d.some("ann", "bob", "zoë", "张伟"), Script: "/ic/scripts/" + item + ".py",
	}
}

// fill gives a monitor a log line at each of the times, and at some of them a
// heartbeat and an alarm.
func (d dice) fill(w *World, m event.Monitor, times []time.Time) {
	for _, at := range times {
		w.Logs = append(w.Logs, event.Log{
			Time: at, Direction: m.Direction, Item: m.Item, Level: d.of("Debug", "Info", "Info", "Warning", "Error", "Fatal", "Notice"), Message: d.message(),
		})
		if d.oneIn(3) {
			w.Heartbeats = append(w.Heartbeats, event.Heartbeat{
				Time: at, Direction: m.Direction, Item: m.Item, User: d.of("root", "ann"), Host: d.of(m.Host, m.Host, "hpc02"), Script: m.Script,
			})
		}
		if d.oneIn(5) {
			w.Alarms = append(w.Alarms, event.Alarm{
				Time: at, Direction: m.Direction, Item: m.Item, MD5: fmt.Sprintf("%032x", d.Uint64()), Receivers: d.some("ann", "bob", "zoë", "张伟"),
				SendResult: d.of("PASSED", "PASSED", "FAILED"), Message: d.message(),
			})
		}
	}
}

// times are n instants, nearly ascending, some of them in the same second.
func (d dice) times(zone *time.Location, begin time.Time, length time.Duration, n int) []time.Time {
	var times []time.Time
	at := begin
	for range n {
		if !d.oneIn(4) {
			at = at.Add(time.Duration(d.Int64N(2*int64(length/time.Second)/int64(n)+1)) * time.Second)
		}
		written := at
		if d.oneIn(20) { // another writer was late
			written = at.Add(-time.Duration(d.IntN(900)) * time.Second)
		}
		if !shownTwice(written, zone) {
			times = append(times, written)
		}
	}
	return times
}

// shownTwice reports whether clocks of the zone show the time of an instant at
// another one too.
func shownTwice(at time.Time, zone *time.Location) bool {
	_, offset := at.In(zone).Zone()
	for _, near := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, other := at.Add(near).In(zone).Zone()
		twin := at.Add(time.Duration(offset-other) * time.Second)
		if _, its := twin.In(zone).Zone(); other != offset && its == other {
			return true
		}
	}
	return false
}

func (d dice) message() string {
	parts := make([]string, 1+d.IntN(8))
	for i := range parts {
		parts[i] = d.of("Disk full", "disk", "/data/proj", `"quoted"`, `back\slash`, "磁盘使用率", "连接超时，", "95%", "🔥", "line\nbreak", "took 12 ms", "ÄRGER")
	}
	return strings.Join(parts, " ")
}
