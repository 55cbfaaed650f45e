package instrument

import (
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// usage is what the process has used so far, and uses now.
type usage struct {
	alloc      uint64 // bytes of heap objects, as runtime.MemStats.Alloc
	sys        uint64 // bytes got from the operating system
	totalAlloc uint64 // bytes allocated since the start
	gcs        uint64
	gcPause    time.Duration
	cpu        time.Duration
	cpuKnown   bool
}

// processReader reads the figures of the process without stopping it, as
// runtime.ReadMemStats would.
type processReader struct {
	samples []metrics.Sample
	gc      debug.GCStats
}

func newProcessReader() processReader {
	return processReader{samples: []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/total:bytes"},
		{Name: "/gc/heap/allocs:bytes"},
		{Name: "/gc/cycles/total:gc-cycles"},
	}}
}

func (p *processReader) read() usage {
	metrics.Read(p.samples)
	debug.ReadGCStats(&p.gc)
	u := usage{
		alloc: p.samples[0].Value.Uint64(), sys: p.samples[1].Value.Uint64(),
		totalAlloc: p.samples[2].Value.Uint64(), gcs: p.samples[3].Value.Uint64(), gcPause: p.gc.PauseTotal,
	}
	u.cpu, u.cpuKnown = processorTime()
	return u
}
