package standin

import (
	"fmt"
	"maps"

	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/heartline-monitor/heartline/pkg/milvus"
)

// subject is what a series is about.
type subject struct {
	*World

	process    *Process
	labels     map[string]string
	collection *collection // nil where the series is about all of them
	channel    *channel    // nil likewise
}

func (s *subject) label(name string) string { return s.labels[name] }

// with is the same subject with one label more.
func (s subject) with(name, value string) subject {
	s.labels = maps.Clone(s.labels)
	s.labels[name] = value
	return s
}

// populate gives a process its series.
func (w *World) populate(p *Process) error {
	for _, f := range w.release.Families() {
		if !p.exposes(f) {
			continue
		}
		l, ok := lives[f.Name]
		if !ok {
			return fmt.Errorf("the stand-in has no life for %s of Milvus %s", f.Name, w.release.Version)
		}
		own := &family{Family: f, life: l, buckets: f.Buckets}
		if f.Type == milvus.Histogram && len(f.Buckets) == 0 {
			own.buckets = coreBuckets(f.Name)
		}
		labels := withoutQuantile(f.Labels)
		own.desc = prometheus.NewDesc(f.Name, f.Help, labels, nil)
		p.descs = append(p.descs, own)
		subjects, err := w.expand(p, own, labels)
		if err != nil {
			return err
		}
		p.series = append(p.series, newSeries(own, labels, subjects)...)
	}
	for _, s := range p.series {
		s.begin(w.lived.Sub(p.started).Seconds())
	}
	return nil
}

// withoutQuantile leaves away what the exposition of a summary adds by itself.
func withoutQuantile(labels []string) []string {
	return slices.DeleteFunc(slices.Clone(labels), func(l string) bool { return l == "quantile" })
}

func newSeries(f *family, labels []string, subjects []subject) []*series {
	all := make([]*series, len(subjects))
	for i, about := range subjects {
		s := &series{family: f, subject: about, counts: make([]float64, len(f.buckets))}
		for _, l := range labels {
			s.values = append(s.values, about.labels[l])
		}
		all[i] = s
	}
	if status := slices.Index(labels, "status"); f.Type == milvus.Counter && status >= 0 {
		addUp(all, status)
	}
	return all
}

// addUp makes each series with the status total the sum of those that differ from it
// in the status only.
func addUp(all []*series, status int) {
	key := func(s *series) string {
		values := slices.Clone(s.values)
		values[status] = ""
		return strings.Join(values, "\x00")
	}
	parts := map[string][]*series{}
	for _, s := range all {
		if s.values[status] != "total" {
			parts[key(s)] = append(parts[key(s)], s)
		}
	}
	for _, s := range all {
		if s.values[status] == "total" {
			s.parts = parts[key(s)]
		}
	}
}

// expand lists what the series of a family are about: everything that its labels can
// be.
func (w *World) expand(p *Process, f *family, labels []string) ([]subject, error) {
	all := w.stored(p, f.Name, labels)
	for _, l := range labels {
		var next []subject
		for _, s := range all {
			values, err := s.valuesOf(f, l)
			if err != nil {
				return nil, err
			}
			for _, v := range values {
				next = append(next, s.with(l, v))
			}
		}
		all = next
	}
	return all, nil
}

// stored are the databases, collections and channels that the labels ask for, those
// of this process where a channel has one home.
func (w *World) stored(p *Process, name string, labels []string) []subject {
	whole := subject{World: w, process: p, labels: map[string]string{}}
	channels := slices.Contains(labels, "channel_name") || slices.Contains(labels, "source_channel_name")
	switch {
	case channels && isPhysical(name):
		var all []subject
		for i := range physicalChannels {
			s := whole
			s.channel = &channel{virtual: physicalChannel(i), physical: physicalChannel(i), index: i}
			if p.homes(name, s.channel) {
				all = append(all, s)
			}
		}
		return all
	case channels:
		var all []subject
		for _, c := range w.collections {
			for _, ch := range c.channels {
				s := whole
				s.collection, s.channel = c, ch
				if p.homes(name, ch) {
					all = append(all, s)
				}
			}
		}
		return all
	case slices.Contains(labels, "collection_id") || slices.Contains(labels, "collection_name"):
		var all []subject
		for _, c := range w.collections {
			s := whole
			s.collection = c
			all = append(all, s)
		}
		return all
	}
	return []subject{whole}
}

// isPhysical says whether a family's channels are those of the log itself, not the
// shards of collections.
func isPhysical(name string) bool {
	for _, p := range []string{"milvus_wal_", "milvus_streaming", "milvus_cdc_", "milvus_proxy_", "milvus_rootcoord_"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// homes says whether a process is the one that a channel is assigned to. Coordinators,
// proxies and the replication see all channels.
func (p *Process) homes(name string, c *channel) bool {
	for role, prefixes := range map[string][]string{
		"streamingnode": {"milvus_wal_", "milvus_streamingnode_"},
		"querynode":     {"milvus_querynode_"},
		"datanode":      {"milvus_datanode_"},
	} {
		for _, prefix := range prefixes {
			if strings.HasPrefix(name, prefix) {
				of := p.world.of(role)
				return len(of) == 0 || p.world.home(role, c) == p
			}
		}
	}
	return true
}

// home is the process of a role that a channel is assigned to.
func (w *World) home(role string, c *channel) *Process {
	of := w.of(role)
	return of[c.index%len(of)]
}
