//go:build linux

package main

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain lets compare start this binary as it starts bench.
func TestMain(m *testing.M) {
	if slices.Contains(os.Args, "-work") {
		main()
		return
	}
	os.Exit(m.Run())
}

func sized(t *testing.T, lines int) corpus {
	t.Helper()
	return corpus{dir: t.TempDir(), lines: lines}
}

func TestCorpusHasTheLinesItIsAskedFor(t *testing.T) {
	c := sized(t, 3_001)
	require.NoError(t, c.ensure(t.Context()))
	require.Len(t, c.files(0), items*days)
	total := 0
	for _, path := range c.files(0) {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		total += bytes.Count(content, []byte("\n"))
	}
	require.Equal(t, c.lines, total)
}

func TestCorpusIsMadeOnceAndAnewWhenItIsAnother(t *testing.T) {
	c := sized(t, 3_001)
	require.NoError(t, c.ensure(t.Context()))
	file := c.files(0)[7]
	first, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte("touched"), 0o644))
	require.NoError(t, c.ensure(t.Context()))
	again, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "touched", string(again))

	require.NoError(t, os.Remove(c.stamp()))
	require.NoError(t, c.ensure(t.Context()))
	again, err = os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(first), string(again))
}

func TestCompareFindsWhatTheProgramsFind(t *testing.T) {
	for _, program := range []string{"rg", "sqlite3"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("nothing to compare with: %v", err)
		}
	}
	c := sized(t, 100_000)
	require.NoError(t, c.ensure(t.Context()))
	require.NoError(t, c.ensureRequestLog(t.Context()))
	m, err := compare(t.Context(), c, 2)
	require.NoError(t, err)
	rows, err := m.judge(c)
	require.NoError(t, err)
	require.NotEmpty(t, rows)
	for name, runs := range m.runs {
		require.Len(t, runs, 2, name)
		for _, r := range runs {
			require.Positive(t, r.wall, name)
		}
	}
	for work := range works {
		require.Greater(t, m.peak[work], uint64(1<<20), work)
	}
}

// measuredAs makes the measurements of a run in which all is as it should be.
func measuredAs(c corpus) *measured {
	took := func(d time.Duration, answer int) []once { return []once{{wall: d, cpu: d, answer: answer}} }
	return &measured{
		runs: map[string][]once{
			"rg count": took(100*time.Millisecond, 7), "counts": took(200*time.Millisecond, 7), "counts again": took(maxAgain, 7),
			"counts process": took(time.Second, 7), "newest": took(maxNewest, 1_000), "wc": took(time.Second, c.lines),
			"rg search": took(time.Second, 3), "search": took(time.Second, 3), "search process": took(time.Second, 3),
			"sqlite3 day": took(time.Second, 5), "requests day": took(2*time.Second, 5), "requests day again": took(maxDayAgain, 5),
			"requests day process": took(time.Second, 5), "requests month process": took(time.Second, 9),
			"sqlite3 month": took(time.Second, 9), "requests month": took(time.Second, 9), "requests month again": took(maxMonthAgain, 9),
		},
		peak: map[string]uint64{"counts": maxPeak, "newest": 1, "search": 1},
	}
}

func TestJudgeHoldsMediansAgainstTheTargets(t *testing.T) {
	c := corpus{lines: 10}
	rows, err := measuredAs(c).judge(c)
	require.NoError(t, err)
	require.Zero(t, report(&bytes.Buffer{}, rows), "what is exactly at its target is good")

	for name, spoil := range map[string]func(*measured){
		"counts":       func(m *measured) { m.runs["counts"][0].wall = 201 * time.Millisecond },
		"counts again": func(m *measured) { m.runs["counts again"][0].wall = maxAgain + 1 },
		"newest":       func(m *measured) { m.runs["newest"][0].wall = maxNewest + 1 },
		"search":       func(m *measured) { m.runs["rg search"][0].wall = time.Millisecond },
		"day":          func(m *measured) { m.runs["requests day"][0].wall = 2*time.Second + 1_000 },
		"day again":    func(m *measured) { m.runs["requests day again"][0].wall = maxDayAgain + 1 },
		"month":        func(m *measured) { m.runs["requests month"][0].wall = time.Second + 1_000 },
		"month again":  func(m *measured) { m.runs["requests month again"][0].wall = maxMonthAgain + 1 },
		"memory":       func(m *measured) { m.peak["newest"] = maxPeak + 1 },
	} {
		m := measuredAs(c)
		spoil(m)
		rows, err := m.judge(c)
		require.NoError(t, err)
		var out bytes.Buffer
		require.Equal(t, 1, report(&out, rows), name)
		require.Contains(t, out.String(), "MISSED")
	}
}

func TestJudgeRefusesNumbersOfDifferentAnswers(t *testing.T) {
	c := corpus{lines: 10}
	for _, name := range []string{"counts", "search", "newest", "wc", "requests day", "sqlite3 month"} {
		m := measuredAs(c)
		m.runs[name][0].answer++
		_, err := m.judge(c)
		require.Error(t, err, name)
	}
	m := measuredAs(c)
	require.ErrorContains(t, m.add("counts", once{answer: 8}), "counts found 8, and 7 the time before")
}

func TestMedianIsTheMiddle(t *testing.T) {
	runs := []once{{wall: 5}, {wall: 100}, {wall: 1}}
	require.Equal(t, time.Duration(5), median(runs, func(r once) time.Duration { return r.wall }))
}

func TestOutputsOfTheProgramsAreRead(t *testing.T) {
	sum, err := sumCounts([]byte("a/b:c:3\nd:4\n"))
	require.NoError(t, err)
	require.Equal(t, 7, sum)
	_, err = sumCounts([]byte("no count\n"))
	require.Error(t, err)
	total, err := lastTotal([]byte("  3 a\n  4 b\n  7 total\n"))
	require.NoError(t, err)
	require.Equal(t, 7, total)
	requests, err := sumColumn([]byte("2026-03-01T00:00|231|0.09\n2026-03-01T00:01|2|0.1\n"))
	require.NoError(t, err)
	require.Equal(t, 233, requests)
	_, err = sumColumn([]byte("Error: no such table\n"))
	require.Error(t, err)
	n, err := countLines([]byte("x\ny\n"))
	require.NoError(t, err)
	require.Equal(t, 2, n)
}
