package standin

import "math"

// usualRates are requests per second at a load of 1, by the functions of the proxy.
var usualRates = map[string]float64{
	"Search": 38, "HybridSearch": 4, "Query": 11, "Insert": 2, "Upsert": 0.7, "Delete": 2,
	"DescribeCollection": 3, "HasCollection": 0.6, "ShowCollections": 0.2, "GetLoadState": 0.3, "GetLoadingProgress": 0.1,
	"GetCollectionStatistics": 0.1, "ShowPartitions": 0.1, "DescribeIndex": 0.15, "GetIndexState": 0.05, "Flush": 1.0 / 300,
	"GetFlushState": 1.0 / 150, "CreateCollection": 1.0 / 7200, "DropCollection": 1.0 / 7200, "LoadCollection": 1.0 / 3600,
	"ReleaseCollection": 1.0 / 7200, "CreateIndex": 1.0 / 7200, "CreateDatabase": 1.0 / 80_000, "ImportV2": 1.0 / 14_400,
	"ListDatabases": 0.05, "GetImportProgress": 1.0 / 600,
}

// usualTimes are how long requests take, in ms.
var usualTimes = map[string]spread{
	"Search": {median: 13, sigma: 0.6}, "HybridSearch": {median: 29, sigma: 0.55}, "Query": {median: 6, sigma: 0.7},
	"Insert": {median: 9, sigma: 0.5}, "Upsert": {median: 14, sigma: 0.5}, "Delete": {median: 6, sigma: 0.5},
	"Flush": {median: 900, sigma: 0.6}, "CreateCollection": {median: 260, sigma: 0.4}, "DropCollection": {median: 140, sigma: 0.4},
	"LoadCollection": {median: 70, sigma: 0.4}, "CreateIndex": {median: 90, sigma: 0.4}, "ReleaseCollection": {median: 60, sigma: 0.4},
}

// byQueryType and byMessage name the function that a label stands for.
var byQueryType = map[string]string{
	"search": "Search", "query": "Query", "hybrid_search": "HybridSearch",
	"insert": "Insert", "upsert": "Upsert", "delete": "Delete",
	"DQLSearch": "Search", "DQLQuery": "Query", "DMLInsert": "Insert", "DMLUpsert": "Upsert", "DMLDelete": "Delete",
	"DDLCollection": "CreateCollection", "DDLFlush": "Flush", "DDLIndex": "CreateIndex", "DDLDB": "CreateDatabase", "DMLBulkLoad": "ImportV2",
}

// function is what the series is about, under whichever label that stands.
func (s *subject) function() string {
	if f, ok := s.labels["function_name"]; ok {
		return f
	}
	for _, l := range []string{"query_type", "msg_type"} {
		if v, ok := s.labels[l]; ok {
			return byQueryType[v]
		}
	}
	return ""
}

// requests come per second for one function, of all collections.
func (w *World) requests(function string) float64 { return usualRates[function] * w.load() }

// succeeding are those of them that are answered well.
func (w *World) succeeding(function string) float64 {
	return w.requests(function) * w.ratio(function, "success")
}

// usualRatios are the shares of requests that do not end well.
var usualRatios = map[string]float64{"fail": 0.0003, "abandon": 0.00004, "retry": 0.0001, "rejected": 0.00003, "cancel": 0.00008}

// ratio is the share of a function's requests that end with a status. Requests that
// the quota denies have failed; before 2.6 they are not counted at all, and nothing is
// ever rejected.
func (w *World) ratio(function, status string) float64 {
	if w.denied(function) {
		if status == "fail" && w.newer() {
			return 1
		}
		return 0
	}
	rejected := 0.0
	if w.newer() {
		rejected = math.Max(usualRatios["rejected"], w.knobs["rejected"]/100)
	}
	if status == "rejected" {
		return rejected
	}
	failed := math.Max(usualRatios["fail"], w.knobs["errors"]/100)
	switch status {
	case "fail":
		return (1 - rejected) * failed
	case "success":
		return (1 - rejected) * math.Max(1-failed-usualRatios["abandon"]-usualRatios["retry"]-usualRatios["cancel"], 0)
	}
	return (1 - rejected) * math.Min(usualRatios[status], 1-failed)
}

// denied says whether the quota denies a function.
func (w *World) denied(function string) bool {
	return w.knobs["writeDenied"] > 0 && (function == "Insert" || function == "Upsert" || function == "Delete")
}

// limited are requests per second beyond the rate limits: mostly inserts.
func (w *World) limited(function string) float64 {
	switch function {
	case "Insert":
		return w.knobs["rateLimited"] * 0.7
	case "Search":
		return w.knobs["rateLimited"] * 0.3
	}
	return 0
}

// ended are the requests of a series' function, database, collection and status. The
// rate limits tell clients to try again, which 2.6 counts as such.
func (s *subject) ended() float64 {
	f, status := s.function(), s.label("status")
	n := s.requests(f)
	if n == 0 {
		return 0
	}
	n *= s.ratio(f, status)
	if status == "retry" && s.newer() {
		n += s.limited(f)
	}
	return n * s.weight() * s.part("proxy")
}

// part is what one of the processes of a role does of its work.
func (w *World) part(role string) float64 { return 1 / math.Max(w.alive(role), 1) }

// answered are requests that were answered well, on this proxy.
func (s *subject) answered() float64 {
	return s.succeeding(s.function()) * s.weight() * s.part("proxy")
}

// takes is how long the series' requests take at the proxy, in ms.
func (s *subject) takes() spread {
	f := s.function()
	d, ok := usualTimes[f]
	if !ok {
		d = spread{median: 1.5, sigma: 0.5}
	}
	d.median *= s.strain()
	switch f {
	case "Search", "HybridSearch", "Query":
		d.moved += s.knobs["latency"] + s.knobs["readQueueLatency"] + s.knobs["tsafe"]
	case "Insert", "Upsert", "Delete":
		d.moved += s.knobs["mqLatency"] + 1000*s.knobs["walLatency"]
	}
	d.moved += s.knobs["queueLatency"]
	return d
}

// strain is how much longer everything takes when much is to do.
func (w *World) strain() float64 { return 1 + 0.4*math.Max(w.load()-1, 0) }

// reads are the searches and queries per second that all query nodes together get;
// a hybrid search makes two searches.
func (w *World) reads(queryType string) float64 {
	if queryType == "query" {
		return w.succeeding("Query")
	}
	return w.succeeding("Search") + 2*w.succeeding("HybridSearch")
}

// read is the series' share of them on this query node.
func (s *subject) read() float64 {
	return s.reads(s.label("query_type")) * s.weight() * s.part("querynode")
}

// msOf is a spread in ms that grows with the strain.
func (w *World) msOf(median, sigma float64) spread {
	return spread{median: median * w.strain(), sigma: sigma}
}
