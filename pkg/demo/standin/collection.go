package standin

import "fmt"

// collection is what is stored, and how busy it is.
type collection struct {
	db, name string
	id       string
	dim      float64
	weight   float64 // share of all requests
	channels []*channel

	rows    float64 // all of them
	deleted float64 // since the last compaction
	growing float64 // of them in growing segments
	flushed float64 // segments
}

// channel is a virtual channel, a shard of a collection, on a physical one.
type channel struct {
	virtual, physical string
	index             int // of the physical one
}

const (
	physicalChannels = 4
	shards           = 2
	segmentRows      = 40000.0 // in a flushed segment, once compacted
	sealRows         = 4000.0  // growing rows that are flushed
)

func physicalChannel(i int) string { return fmt.Sprintf("by-dev-rootcoord-dml_%d", i) }

func newCollections() []*collection {
	all := []*collection{
		{db: "default", name: "products", dim: 768, weight: 0.42, rows: 610_000},
		{db: "default", name: "articles", dim: 768, weight: 0.25, rows: 305_000},
		{db: "default", name: "images", dim: 512, weight: 0.17, rows: 420_000},
		{db: "support", name: "tickets", dim: 384, weight: 0.11, rows: 150_000},
		{db: "support", name: "faq", dim: 384, weight: 0.05, rows: 21_000},
	}
	for i, c := range all {
		c.id = fmt.Sprint(452_911_300_000_000_000 + int64(i)*73_113)
		c.growing = sealRows * (0.2 + 0.15*float64(i))
		c.flushed = float64(int(c.rows/segmentRows) + 2)
		for shard := range shards {
			n := (i*shards + shard) % physicalChannels
			c.channels = append(c.channels, &channel{
				physical: physicalChannel(n),
				virtual:  fmt.Sprintf("%s_%sv%d", physicalChannel(n), c.id, shard),
				index:    n,
			})
		}
	}
	return all
}

// size is that of some rows in memory or in files, in bytes: vectors, keys and a
// few scalar fields.
func (c *collection) size(rows float64) float64 { return rows * (c.dim*4 + 180) }

// grow writes and deletes rows, and flushes the growing segment when it is full.
func (w *World) grow(c *collection, seconds float64) {
	in, out := w.rowsWritten(c)*seconds, w.rowsDeleted(c)*seconds
	c.rows += in - out
	c.deleted += out
	c.growing += in
	for c.growing >= sealRows {
		c.growing -= sealRows
		c.flushed++
	}
}

// rowsWritten and rowsDeleted are rows per second.
func (w *World) rowsWritten(c *collection) float64 {
	return (w.succeeding("Insert")*rowsPerInsert + w.succeeding("Upsert")*rowsPerUpsert) * c.weight
}

func (w *World) rowsDeleted(c *collection) float64 {
	return (w.succeeding("Delete")*rowsPerDelete + w.succeeding("Upsert")*rowsPerUpsert) * c.weight
}

const (
	rowsPerInsert = 12.0
	rowsPerUpsert = 3.0
	rowsPerDelete = 10.0
)

// compaction merges small segments and clears away what was deleted.
type compaction struct {
	executing float64 // seconds that the running task still needs
	compacted float64 // tasks done since the process began
	dropped   float64 // segments that wait for the garbage collection
}

const (
	compactionLasts = 40.0 // seconds
	mergedSegments  = 6.0
)

func (w *World) compact(seconds float64) {
	w.compaction.dropped *= max(0, 1-seconds/3600)
	if w.compaction.executing > 0 {
		w.compaction.executing -= seconds
		return
	}
	for _, c := range w.collections {
		if c.flushed > c.rows/segmentRows+mergedSegments {
			c.flushed -= mergedSegments - 1
			c.deleted = 0
			w.compaction.dropped += mergedSegments
			w.compaction.compacted++
			w.compaction.executing = compactionLasts
			return
		}
	}
}

// waiting is how many collections have segments to merge.
func (w *World) waiting() (n float64) {
	for _, c := range w.collections {
		if c.flushed > c.rows/segmentRows+mergedSegments-1 {
			n++
		}
	}
	return n
}
