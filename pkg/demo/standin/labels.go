package standin

import (
	"fmt"
	"slices"
	"strings"
)

// valuesOf are the values of one label, given those before it.
func (s *subject) valuesOf(f *family, label string) ([]string, error) {
	if own, ok := f.values[label]; ok {
		return own, nil
	}
	if one, ok := s.bound(label); ok {
		return []string{one}, nil
	}
	switch label {
	case "node_id":
		return s.nodes(f.life), nil
	case "db_name":
		return []string{"default", "support"}, nil
	case "role_name":
		return s.rolesOf(f), nil
	}
	if fixed := f.Values(label); fixed != nil {
		return fixed, nil
	}
	if usual, ok := usual[label]; ok {
		return usual, nil
	}
	return nil, fmt.Errorf("the stand-in knows no value of label %s of %s", label, f.Name)
}

// bound is the value of a label that follows from what the subject is about.
func (s *subject) bound(label string) (string, bool) {
	switch label {
	case "version":
		return s.release.Version, true
	case "mq", "wal_name":
		if s.newer() {
			return "woodpecker", true
		}
		return "rocksmq", true
	case "meta":
		return "etcd", true
	}
	if c := s.collection; c != nil {
		switch label {
		case "db_name":
			return c.db, true
		case "collection_name":
			return c.name, true
		case "collection_id":
			return c.id, true
		}
	}
	if s.channel != nil {
		return s.ofChannel(label)
	}
	return "", false
}

func (s *subject) ofChannel(label string) (string, bool) {
	switch label {
	case "channel_name", "source_channel_name":
		return s.channel.virtual, true
	case "target_channel_name":
		return strings.Replace(s.channel.virtual, "by-dev", "by-standby", 1), true
	case "term":
		return fmt.Sprint(2 + s.channel.index), true
	case "streaming_node":
		return s.home("streamingnode", s.channel).id, true
	}
	return "", false
}

// nodes are the ids of the nodes that a life is about, or that of the process itself.
func (s *subject) nodes(l life) []string {
	if l.of == "" {
		return []string{s.process.id}
	}
	var ids []string
	if l.unassigned {
		ids = append(ids, nobody)
	}
	for _, p := range s.World.of(l.of) {
		ids = append(ids, p.id)
	}
	return ids
}

// rolesOf are the roles that a family tells of. The replication counts as a node only
// where it has a process of its own.
func (s *subject) rolesOf(f *family) []string {
	if f.Name != "milvus_num_node" {
		return []string{"proxy", "querynode", "datanode"}
	}
	if s.process.Role == standalone {
		return slices.DeleteFunc(slices.Clone(s.process.roles), func(r string) bool { return r == "cdc" })
	}
	return s.process.roles
}

// node is the process that the series' node_id names.
func (s *subject) node() *Process {
	for _, p := range s.processes {
		if p.id == s.label("node_id") {
			return p
		}
	}
	return s.process
}

// weight is the share of the requests that go to what the series is about.
func (s *subject) weight() float64 {
	if s.collection != nil {
		if s.channel != nil {
			return s.collection.weight / shards
		}
		return s.collection.weight
	}
	if s.channel != nil {
		return 1.0 / physicalChannels
	}
	db, ok := s.labels["db_name"]
	if !ok {
		return 1
	}
	var all float64
	for _, c := range s.collections {
		if c.db == db {
			all += c.weight
		}
	}
	return all
}

// usual are the values of labels that Milvus leaves open.
var usual = map[string][]string{
	"built":              {"2026-02-11 08:31:44 UTC"},
	"git_commit":         {"0000000"},
	"cgo_name":           {"AsyncSearch", "AsyncRetrieve", "LoadFieldData", "LoadIndex"},
	"cgo_type":           {"Async", "Sync"},
	"domain":             {"ResourceDomainCollectionName"},
	"field_id":           {"102"},
	"full_method":        {"/milvus.proto.milvus.MilvusService/Search"},
	"function_provider":  {"openai"},
	"function_type_name": {"TextEmbedding"},
	"index_name":         {"vector"},
	"interceptor_name":   {"redo-append", "lock-append", "time-tick", "shard"},
	"lock_name":          {"channelCheckpointLock"},
	"lock_source":        {"UpdateChannelCheckpoint"},
	"meta":               {"etcd"},
	"module":             {"knowhere"},
	"name":               {"cluster"},
	"path":               {"/v2/vectordb/entities/search", "/v2/vectordb/entities/insert", "/v2/vectordb/entities/query"},
	"policy":             {"capacity", "idle", "hot_time"},
	"pool":               {"search", "load"},
	"priority":           {"high", "middle", "low"},
	"rg":                 {"__default_resource_group"},
	"rk_lock":            {"exclusive", "shared"},
	"state":              {"committed", "rollback"},
	"target_cluster":     {"by-standby"},
	"type":               {"scalar", "vector"},
	"username":           {"root", "search-service"},
}
