package filetree_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

var replacements = regexp.MustCompile("\uFFFD+")

// folded makes texts comparable: encoding/json puts a U+FFFD for every byte of
// invalid UTF-8, the store puts one for a run of them.
func folded(s string) string {
	return replacements.ReplaceAllString(strings.ToValidUTF8(s, "\uFFFD"), "\uFFFD")
}

// plainText is a value as encoding/json gives it: the text of a string, else the
// JSON as it stands.
func plainText(raw json.RawMessage) string {
	var s string
	if raw[0] == '"' && json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// plainly reads a log file line by line with encoding/json, oldest first. It
// leaves out what that does not accept, which the store may serve still.
func plainly(data []byte, r event.Range) []event.Log {
	var logs []event.Log
	for piece := range bytes.SplitSeq(data, []byte("\n")) {
		line := bytes.TrimSpace(piece)
		if len(line) == 0 {
			continue
		}
		var fields map[string]json.RawMessage
		if json.Unmarshal(line, &fields) != nil {
			continue
		}
		at, level, message := fields["time"], fields["message_level"], fields["message"]
		if at == nil || level == nil || message == nil || !asWritten(line, "time", "message_level", "message") {
			continue
		}
		when, err := time.Parse(`"`+time.DateTime+`"`, string(at))
		if err != nil || when.Format(`"`+time.DateTime+`"`) != string(at) || !r.Contains(when) {
			continue
		}
		logs = append(logs, event.Log{Time: when, Level: folded(plainText(level)), Message: folded(plainText(message))})
	}
	slices.SortStableFunc(logs, func(a, b event.Log) int { return a.Time.Compare(b.Time) })
	return logs
}

// asWritten reports whether the keys stand in the line without escapes.
func asWritten(line []byte, keys ...string) bool {
	return !slices.ContainsFunc(keys, func(key string) bool { return !bytes.Contains(line, []byte(`"`+key+`"`)) })
}

// messy is a random line, or some, in one of the forms that stores hold.
func messy(rng *rand.Rand, at time.Time, n int) string {
	clock := at.Format(time.DateTime)
	level := []string{"Debug", "Info", "Info", "Warning", "Error", "Fatal", "Notice", "Critical error", "\xb4\xc5"}[rng.IntN(9)]
	line := logLine(clock, level, fmt.Sprintf("line %d 磁盘 %s", n, strings.Repeat("x", rng.IntN(200))))
	switch rng.IntN(30) {
	case 0:
		return "garbage " + line
	case 1:
		return "\n \r\n" + line
	case 2:
		return strings.ReplaceAll(line, "\n", "\r\n")
	case 3:
		return strings.ReplaceAll(strings.ReplaceAll(line, `": "`, `":"`), `", "`, `","`)
	case 4:
		return fmt.Sprintf(`{"message": "line %d", "time": %q, "message_level": %q}`+"\n", n, clock, level)
	case 5:
		return fmt.Sprintf(`{"time": %q, "message_level": "Info", "message": {"n": [%d, {"a": "}"}]}}`+"\n", clock, n)
	case 6:
		return strings.Replace(line, "磁盘", "\xb4\xc5\xc5\xcc", 1)
	case 7:
		return strings.Replace(line, "磁盘", `\d+ \ud83d \u12 \x`, 1)
	case 8:
		return strings.Replace(line, "磁盘", `\u78c1\u76d8 \ud83d\udd25 \ud83d \n\"`, 1)
	case 9:
		return line[:rng.IntN(len(line))] + "\n"
	case 10:
		return line[:rng.IntN(len(line))]
	case 11:
		return "\xef\xbb\xbf" + line
	case 12:
		return strings.Repeat("\x00", rng.IntN(600)) + line
	case 13:
		return strings.Replace(line, "磁盘", "\x00\x1b\t", 1)
	case 14:
		return strings.Replace(line, "}\n", `, "pid": 7, "message": "the last counts"}`+"\n", 1)
	case 15:
		return strings.Replace(line, clock, "2026-02-30 10:00:00", 1)
	}
	return line
}

// checkFile holds a file's pages and counts against each other and against a
// plain reading.
func checkFile(t testing.TB, data []byte) {
	t.Helper()
	tr := newTree(t)
	tr.write(t, dayLog, string(data))
	s := tr.store(nil)
	served, problems := everything(t, s, march)
	messages(t, s, march) // the same from the other end
	require.Equal(t, minutesOf(served), perMinute(t, s, march))
	counts, ofCount := byLevel(t, s, march)
	total := 0
	for _, n := range counts {
		total += int(n)
	}
	require.Equal(t, len(served), total)
	require.Equal(t, problems, ofCount)
	want := plainly(data, march)
	i := 0
	for _, l := range served {
		if i < len(want) && l.Time.Equal(want[i].Time) && folded(l.Level) == want[i].Level && folded(l.Message) == want[i].Message {
			i++
		}
	}
	require.Equal(t, len(want), i, "%d lines that encoding/json accepts are not served, or not in order", len(want)-i)
	for _, level := range []string{"Error", "Info"} {
		checkLevel(t, s, served, level)
	}
}

// checkLevel filters by a level and a text.
func checkLevel(t testing.TB, s event.Store, all []event.Log, level string) {
	t.Helper()
	f := only(t, event.Level, level)
	f.Text, _ = event.ParseText("LINE 1")
	want := []event.Log{}
	for _, l := range all {
		if l.Level == level && strings.Contains(strings.ToLower(l.Message), "line 1") {
			want = append(want, l)
		}
	}
	p, err := s.Logs(t.Context(), event.PageRequest{Filter: f, Range: march, Limit: event.MaxPage, Order: event.OldestFirst})
	require.NoError(t, err)
	require.Equal(t, want, p.Items)
	h, err := s.Count(t.Context(), event.CountRequest{Kind: event.Logs, Filter: f, Range: march, Buckets: []time.Time{march.From}})
	require.NoError(t, err)
	total := uint64(0)
	for _, g := range h.Groups {
		total += g.Total()
	}
	require.EqualValues(t, len(want), total)
}

func TestMessyFilesAreReadAsAPlainReadingReadsThem(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(seed, 3))
			n := []int{5, 60, 300, 2_500}[seed%4] // the last make files that are searched
			var b bytes.Buffer
			for i := range n {
				at := time.Date(2026, 3, 5, 0, 0, i*86_400/n, 0, time.UTC).Add(-time.Duration(rng.IntN(1_800)) * time.Second)
				b.WriteString(messy(rng, at, i))
			}
			checkFile(t, b.Bytes())
		})
	}
}

// FuzzDayFile reads any bytes as a day file.
func FuzzDayFile(f *testing.F) {
	for seed := range uint64(8) {
		rng := rand.New(rand.NewPCG(seed, 4))
		var b bytes.Buffer
		for i := range 6 {
			b.WriteString(messy(rng, time.Date(2026, 3, 5, 12, i, 0, 0, time.UTC), i))
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkFile(t, data) })
}
