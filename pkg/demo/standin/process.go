package standin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/milvus"
)

// Process is one that a Prometheus scrapes.
type Process struct {
	Role string // standalone, or the one role that it has in a cluster

	world   *World
	id      string   // node_id
	index   int      // among those of its role
	roles   []string // what it does
	started time.Time
	series  []*series
	descs   []*family
}

// Name tells the process from the others, such as querynode-1.
func (p *Process) Name() string {
	if p.Role == standalone {
		return p.Role
	}
	return fmt.Sprintf("%s-%d", p.Role, p.index)
}

const standalone = "standalone"

// The roles, and how many processes of each a cluster has.
type instances struct {
	role string
	n    int
}

func (w *World) roles() []instances {
	if w.newer() {
		return []instances{{"mixcoord", 1}, {"proxy", 2}, {"querynode", 3}, {"datanode", 2}, {"streamingnode", 2}, {"cdc", 1}}
	}
	return []instances{{"rootcoord", 1}, {"querycoord", 1}, {"datacoord", 1}, {"proxy", 2}, {"querynode", 3}, {"datanode", 2}, {"indexnode", 2}}
}

func (w *World) newProcesses(cluster bool) []*Process {
	var all []*Process
	var every []string
	id := 7
	for _, r := range w.roles() {
		every = append(every, r.role)
		for i := range r.n {
			id++
			all = append(all, &Process{Role: r.role, world: w, id: fmt.Sprint(id), index: i, roles: []string{r.role}, started: w.started(id)})
		}
	}
	if cluster {
		return all
	}
	return []*Process{{Role: standalone, world: w, id: "7", roles: every, started: w.started(7)}}
}

func (w *World) started(id int) time.Time {
	return w.lived.Add(-age + time.Duration(id)*2300*time.Millisecond)
}

// restart begins anew: counters at zero, a new start time.
func (p *Process) restart() {
	p.started = p.world.lived
	for _, s := range p.series {
		s.reset()
	}
}

func (p *Process) does(role string) bool { return slices.Contains(p.roles, role) }

// of are the processes that do a role.
func (w *World) of(role string) []*Process {
	var all []*Process
	for _, p := range w.processes {
		if p.does(role) {
			all = append(all, p)
		}
	}
	return all
}

// gone says whether a process is one of the lost query nodes: of a cluster, the last
// ones. A standalone that lost its query node runs on, and only lacks its series.
func (p *Process) gone() bool {
	lost := int(p.world.knobs["nodesLost"])
	return lost > 0 && p.Role == "querynode" && p.index >= len(p.world.of("querynode"))-lost
}

// lostRole says whether a role of a process is lost.
func (p *Process) lostRole(role string) bool {
	return role == "querynode" && (p.gone() || p.Role == standalone && p.world.knobs["nodesLost"] > 0)
}

// alive counts the processes that do a role.
func (w *World) alive(role string) (n float64) {
	for _, p := range w.of(role) {
		if !p.lostRole(role) {
			n++
		}
	}
	return n
}

// owners says which roles expose the families that begin so; the first match counts.
// It is read from which of Milvus' Register functions register them.
var owners = []struct {
	prefix string
	roles  []string
}{
	{"milvus_rootcoord_", []string{"rootcoord", "mixcoord"}},
	{"milvus_querycoord_", []string{"querycoord", "mixcoord"}},
	{"milvus_datacoord_", []string{"datacoord", "mixcoord"}},
	{"milvus_flushed_", []string{"datacoord", "mixcoord"}},
	{"milvus_streamingcoord_", []string{"mixcoord"}},
	{"milvus_proxy_", []string{"proxy"}},
	{"milvus_querynode_", []string{"querynode"}},
	{"milvus_datanode_", []string{"datanode"}},
	{"milvus_indexnode_", []string{"indexnode", "datanode"}},
	{"milvus_streaming_", []string{"proxy"}},
	{"milvus_streamingnode_", []string{"streamingnode"}},
	{"milvus_wal_", []string{"streamingnode"}},
	{"milvus_cdc_", []string{"cdc"}},
	{"milvus_meta_", []string{"rootcoord", "datacoord", "querycoord", "mixcoord"}},
	{"milvus_storage_", []string{"datacoord", "mixcoord", "querynode", "datanode", "indexnode"}},
	{"milvus_msgstream_", []string{"proxy", "datanode"}},
	{"milvus_msg_queue_", []string{"querynode", "datanode"}},
	{"milvus_cgo_", []string{"querynode", "datanode"}},
	{"milvus_", nil},
	{"go_", nil},
	{"process_", nil},
	{"", []string{"querynode", "datanode", "indexnode"}}, // the C++ core
}

// exposes says whether a process has a family. Without the streaming service, which
// 2.5 only has switched off, its families have no series.
func (p *Process) exposes(f milvus.Family) bool {
	if !p.world.newer() && (strings.HasPrefix(f.Name, "milvus_wal_") || strings.HasPrefix(f.Name, "milvus_streaming")) {
		return false
	}
	for _, o := range owners {
		if !strings.HasPrefix(f.Name, o.prefix) {
			continue
		}
		if o.prefix == "milvus_indexnode_" && p.Role == "datanode" && !p.world.newer() {
			return false
		}
		return o.roles == nil || slices.ContainsFunc(o.roles, p.does)
	}
	return false
}
