package requestlog

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkRecord is what a request pays; the queue is emptied now and then.
func BenchmarkRecord(b *testing.B) {
	w := &Writer{queue: newQueue(1 << 12)}
	taken := make([]entry, 0, 1<<12)
	now, n := time.Now(), 0
	b.ReportAllocs()
	for b.Loop() {
		w.Record(now, time.Millisecond, false)
		if n++; n%(1<<11) == 0 {
			taken = w.queue.pop(taken[:0])
		}
	}
	require.Zero(b, w.dropped.Load())
}

// BenchmarkSustained keeps 50,000 rows a second coming: what does the process need
// for them, and does one get lost?
func BenchmarkSustained(b *testing.B) {
	const perMillisecond = 50
	for b.Loop() {
		w := open(b, Config{})
		before := processorTime(b)
		begun := time.Now()
		ticker := time.NewTicker(time.Millisecond)
		for sent := 0; sent < 5000*perMillisecond; {
			<-ticker.C
			for due := int(time.Since(begun)/time.Millisecond) * perMillisecond; sent < due; sent++ {
				w.Record(time.Now(), time.Millisecond, false)
			}
		}
		ticker.Stop()
		require.NoError(b, w.Close())
		used, elapsed := processorTime(b)-before, time.Since(begun)
		written, dropped := w.Counts()
		require.Zero(b, dropped)
		b.ReportMetric(float64(written)/elapsed.Seconds(), "rows/s")
		b.ReportMetric(100*used.Seconds()/elapsed.Seconds(), "%cpu")
		b.ReportMetric(float64(used.Nanoseconds())/float64(written), "cpu-ns/row")
	}
}

// BenchmarkWrite is as fast as the file takes rows.
func BenchmarkWrite(b *testing.B) {
	d, err := openDatabase(b.TempDir() + "/performance.db")
	require.NoError(b, err)
	defer d.close()
	batch := make([]entry, batchRows)
	times := &stamp{zone: shanghai}
	next := time.Now().UnixNano()
	b.ReportAllocs()
	for b.Loop() {
		for i := range batch {
			next += 20_000
			batch[i] = entry{ended: next, took: 1_234_567}
		}
		require.NoError(b, d.write(batch, nil, times))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/batchRows, "ns/row")
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
