package filetree_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones, also where the machine has none

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree"
	"github.com/heartline-monitor/heartline/pkg/event/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStoreConforms(t *testing.T) { storetest.Run(t, openWorld) }

// tree is a check-script store in a temporary folder, written as its writers
// write it.
type tree struct{ root string }

func newTree(t testing.TB) tree {
	t.Helper()
	return tree{t.TempDir()}
}

func (tr tree) path(name string) string { return filepath.Join(tr.root, filepath.FromSlash(name)) }

// write appends to a file, which it makes with its folders where it is missing.
func (tr tree) write(t testing.TB, name string, texts ...string) {
	t.Helper()
	require.NoError(t, tr.add(name, strings.Join(texts, "")))
}

// add is write for goroutines that are not the test's.
func (tr tree) add(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(tr.path(name)), 0o750); err != nil {
		return err
	}
	f, err := os.OpenFile(tr.path(name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// stretch lengthens a file by n NULs, which take no space on the disk.
func (tr tree) stretch(t testing.TB, name string, n int64) {
	t.Helper()
	info, err := os.Stat(tr.path(name))
	require.NoError(t, err)
	require.NoError(t, os.Truncate(tr.path(name), info.Size()+n))
}

func (tr tree) folder(t testing.TB, name string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(tr.path(name), 0o750))
}

// longAgo is when aged files were changed.
var longAgo = time.Now().Add(-time.Hour)

// age makes a file look as if it had not been changed for an hour, so that what
// is read of it may be kept.
func (tr tree) age(t testing.TB, name string) {
	t.Helper()
	require.NoError(t, os.Chtimes(tr.path(name), longAgo, longAgo))
}

func (tr tree) store(zone *time.Location) *filetree.Store {
	return filetree.New(filetree.Config{Root: tr.root, Location: zone})
}

// digest tells whether anything below the root is another than before: names,
// kinds, modes, times of modification and contents.
func (tr tree) digest(t testing.TB) string {
	t.Helper()
	sum := sha256.New()
	require.NoError(t, filepath.WalkDir(tr.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintln(sum, path, info.Mode(), info.Size(), info.ModTime())
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			_, _ = sum.Write(data)
		}
		return nil
	}))
	return hex.EncodeToString(sum.Sum(nil))
}

// quote writes a JSON string, with the characters outside ASCII escaped or not:
// writers do either.
func quote(text string, ascii bool) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(text); err != nil {
		panic(err)
	}
	quoted := strings.TrimSuffix(b.String(), "\n")
	if !ascii {
		return quoted
	}
	b.Reset()
	for _, r := range quoted {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		}
	}
	return b.String()
}

// logLine is a log line as the existing writer writes it. The time is local.
func logLine(at, level, message string) string {
	return fmt.Sprintf(`{"time": %s, "message_level": %s, "message": %s}`+"\n", quote(at, false), quote(level, false), quote(message, false))
}

func heartbeatLine(at, host string) string {
	return fmt.Sprintf(`{"time": %s, "user": "root", "host": %s, "script": "/ic/check.py"}`+"\n", quote(at, false), quote(host, false))
}

func alarmLine(at, receivers, result, message string) string {
	return fmt.Sprintf(`{"time": %s, "md5": "0f", "receivers": %s, "send_alarm_result": %s, "message": %s}`+"\n",
		quote(at, false), quote(receivers, false), quote(result, false), quote(message, false))
}

// openWorld writes a world to a tree.
func openWorld(t testing.TB, w storetest.World) storetest.Opened {
	t.Helper()
	tr := newTree(t)
	lines := dayLines{zone: w.Zone, text: map[string]*strings.Builder{}}
	for _, m := range w.Monitors {
		tr.write(t, m.Name()+"/monitor_item.yaml", descriptor(m))
	}
	for _, h := range w.Heartbeats {
		lines.add(h.Direction, h.Item, event.Heartbeats, h.Time, "user", h.User, "host", h.Host, "script", h.Script)
	}
	for _, a := range w.Alarms {
		lines.add(a.Direction, a.Item, event.Alarms, a.Time, "md5", a.MD5, "receivers", strings.Join(a.Receivers, " "), "send_alarm_result", a.SendResult, "message", a.Message)
	}
	lines.logs(w.Logs)
	lines.write(t, tr)
	return storetest.Opened{
		Store: tr.store(w.Zone),
		Append: func(t testing.TB, logs ...event.Log) {
			t.Helper()
			more := dayLines{zone: w.Zone, text: map[string]*strings.Builder{}}
			more.logs(logs)
			more.write(t, tr)
		},
	}
}

func descriptor(m event.Monitor) string {
	return fmt.Sprintf("alarm_frequency: %s\nalarm_receivers: %s\ndirection: %s\ndirection_admin: %s\nmonitor_item: %s\nscript_auther: %s\n"+
		"script_execute_frequency: %s\nscript_path: %s\nscript_startup_host: %s\nscript_startup_method: %s\n",
		m.AlarmFrequency, strings.Join(m.Receivers, " "), m.Direction, m.Admin, m.Item, m.Author, m.ExecuteFrequency, m.Script, m.Host, m.StartupMethod)
}

// dayLines gathers lines by day file.
type dayLines struct {
	zone *time.Location
	text map[string]*strings.Builder
	n    int
}

func (d *dayLines) logs(logs []event.Log) {
	for _, l := range logs {
		d.add(l.Direction, l.Item, event.Logs, l.Time, "message_level", l.Level, "message", l.Message)
	}
}

func (d *dayLines) add(direction, item string, kind event.Kind, at time.Time, fields ...string) {
	local := at.In(d.zone)
	name := fmt.Sprintf("%s/%s/%s/%s", direction, item, kind, local.Format("20060102"))
	b := d.text[name]
	if b == nil {
		b = &strings.Builder{}
		d.text[name] = b
	}
	d.n++
	fmt.Fprintf(b, `{"time": %q`, local.Format(time.DateTime))
	for i := 0; i < len(fields); i += 2 {
		fmt.Fprintf(b, `, %q: %s`, fields[i], quote(fields[i+1], d.n%3 == 0))
	}
	b.WriteString("}\n")
}

func (d *dayLines) write(t testing.TB, tr tree) {
	t.Helper()
	for name, b := range d.text {
		tr.write(t, name, b.String())
	}
}
