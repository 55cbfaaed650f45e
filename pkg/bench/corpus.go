//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/grafana/dskit/concurrency"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/heartline-monitor/heartline/pkg/demo"
	"github.com/heartline-monitor/heartline/pkg/event"
)

// corpus is the generated store that everything is measured on.
type corpus struct {
	dir   string
	lines int // over all files
}

const (
	directions = 4
	items      = 20
	days       = 30
	// allLines makes about 1.8 GB.
	allLines = 10_000_000
	// generation changes whenever the content does: a corpus of another one is made anew.
	generation = 4
)

// firstDay is the first of the corpus's days, in UTC.
var firstDay = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// all is the range of the whole corpus, lastDay that of its last day.
var (
	all     = event.Range{From: firstDay, To: firstDay.AddDate(0, 0, days).Add(-time.Second)}
	lastDay = event.Range{From: firstDay.AddDate(0, 0, days-1), To: all.To}
)

// stamp says what a folder holds; it is written last.
type stamp struct {
	Generation int
	Lines      int
}

func (c corpus) root() string  { return filepath.Join(c.dir, "monitor_db") }
func (c corpus) stamp() string { return filepath.Join(c.dir, "corpus.json") }

// ensure generates the corpus unless it is there already.
func (c corpus) ensure(ctx context.Context) error {
	want := stamp{generation, c.lines}
	var have stamp
	raw, err := os.ReadFile(c.stamp())
	if err == nil && json.Unmarshal(raw, &have) == nil && have == want {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.RemoveAll(c.root()); err != nil {
		return err
	}
	bar := progressbar.NewOptions(items*days, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(),
		progressbar.OptionSetDescription(fmt.Sprintf("generating %d log lines", c.lines)),
		progressbar.OptionSetVisibility(term.IsTerminal(int(os.Stderr.Fd()))), progressbar.OptionClearOnFinish())
	err = concurrency.ForEachJob(ctx, items*days, 2, func(_ context.Context, i int) error {
		defer func() { _ = bar.Add(1) }()
		return c.writeDay(i/days, i%days)
	})
	if err != nil {
		return fmt.Errorf("generate the corpus: %w", err)
	}
	raw, err = json.Marshal(want)
	if err != nil {
		return err
	}
	return os.WriteFile(c.stamp(), raw, 0o644)
}

func (c corpus) folder(item int) string {
	direction := fmt.Sprintf("area%d", item%directions)
	return filepath.Join(c.root(), direction, fmt.Sprintf("check_%02d", item), "log")
}

func (c corpus) file(item, day int) string {
	return filepath.Join(c.folder(item), firstDay.AddDate(0, 0, day).Format("20060102"))
}

// files lists the log files of the days from first on.
func (c corpus) files(first int) []string {
	var paths []string
	for item := range items {
		for day := first; day < days; day++ {
			paths = append(paths, c.file(item, day))
		}
	}
	return paths
}

func (c corpus) writeDay(item, day int) (err error) {
	if err := os.MkdirAll(c.folder(item), 0o755); err != nil {
		return err
	}
	f, err := os.Create(c.file(item, day))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	number := item*days + day
	n := c.lines*(number+1)/(items*days) - c.lines*number/(items*days)
	rng := rand.New(rand.NewPCG(generation, uint64(number)))
	texts := messages{}
	start := firstDay.AddDate(0, 0, day)
	var line []byte
	for i := range n {
		at := start.Add(time.Duration(float64(i) / float64(n) * float64(24*time.Hour)))
		if rng.IntN(2_000) == 0 && i > 0 { // two writers, or a clock that was set
			at = at.Add(-time.Duration(rng.IntN(min(i, 30))) * time.Second)
		}
		level, message := texts.next(rng)
		line = demo.AppendLog(line[:0], event.Log{Time: at, Level: level, Message: message}, time.UTC)
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return w.Flush()
}

// messages is a stock of texts per level: to make each line's anew would take
// minutes.
type messages map[string][]string

// stock is how many texts a level has in one file.
const stock = 100

// shares of the levels in percent.
var shares = []struct {
	level string
	share int
}{{"Info", 60}, {"Debug", 17}, {"Warning", 16}, {"Error", 6}, {"Fatal", 1}}

func (m messages) next(rng *rand.Rand) (level, message string) {
	n := rng.IntN(100)
	for _, s := range shares {
		if n -= s.share; n < 0 {
			level = s.level
			break
		}
	}
	if texts := m[level]; len(texts) == stock {
		return level, texts[rng.IntN(stock)]
	}
	message = sentence(rng)
	m[level] = append(m[level], message)
	return level, message
}

// sentence is 60 to 160 bytes long, one in four is Chinese.
func sentence(rng *rand.Rand) string {
	words := english
	if rng.IntN(4) == 0 {
		words = chinese
	}
	length := 60 + rng.IntN(100)
	var b strings.Builder
	for b.Len() < length {
		b.WriteString(words[rng.IntN(len(words))])
		fmt.Fprintf(&b, "%d ", rng.IntN(10_000))
	}
	if rng.IntN(20) == 0 {
		b.WriteString("Connection " + strings.ToUpper(needle[:1]) + needle[1:])
	}
	return strings.TrimSpace(b.String())
}

var (
	english = slices.Collect(strings.SplitSeq("job |host hpc|queue normal pending=|ping 10.0.0.1: ms=|connection timed out after |license checkout ok, used |/data/proj/run|retry |took ms=|no \"Error\" in run |disk usage %=|user uid=", "|"))
	chinese = slices.Collect(strings.SplitSeq("磁盘使用率 |节点状态正常，负载 |平均延迟 ms=|请尽快清理 /data/工程/|排队作业 |许可证已用 |端口 eth|连接超时 ", "|"))
)
