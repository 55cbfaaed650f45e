package prometheus_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// standalone is a Milvus of one process, of which nothing has been asked yet.
func standalone(roles ...string) *fleet {
	f := newFleet(aday)
	f.process("milvus", "milvus:9091", roles...)
	f.gauge("milvus_build_info", `,version="2.6.8"`, 0, 60, 1)
	f.gauge("up", "", 0, 60, 1)
	f.figures(8e9, 1e9)
	return f
}

var rolesOf26 = []string{"mixcoord", "proxy", "querynode", "datanode", "streamingnode"}

func TestAMilvusThatWasNotUsedYetHasZerosAndNoShares(t *testing.T) {
	r := standalone(rolesOf26...).open(t)
	none := all(math.NaN())
	r.check(t, []asked{
		{signal.QPS, "", nil, whole(all(0)...), 0},
		{signal.Requests, "", nil, whole(all(0)...), 0},
		{signal.QPS, "", by(signal.Operation), nil, 0},
		{signal.Errors, "", nil, whole(none...), 0},
		{signal.Success, "", nil, whole(none...), 0},
		{signal.Rejections, "", nil, whole(none...), 0},
		{signal.Latency, "", nil, whole(none...), 0},
		{signal.Latency, signal.P99, by(signal.Collection), nil, 0},
		{signal.Queue, "", nil, whole(all(0)...), 0},
		{signal.Segments, "", nil, whole(all(0)...), 0},
		{signal.Segments, "", by(signal.State), nil, 0},
		{signal.Entities, "", nil, whole(all(0)...), 0},
		{signal.CheckpointLag, "", nil, whole(none...), 0},
		{signal.Quota, "", nil, whole(all(0)...), 0},
		{signal.Quota, "", by(signal.State), nil, 0},
		{signal.Nodes, signal.Max, nil, whole(all(5)...), 0},
		{signal.ResidentMemory, "", by(signal.Role), map[string][]float64{"standalone": all(8e9)}, 0},
		{signal.CPU, "", by(signal.Role), map[string][]float64{"standalone": all(12.5)}, 0.001},
	})
	missing, err := r.Missing(t.Context())
	require.NoError(t, err)
	require.NotContains(t, missing, signal.Segments)
	says, err := r.Check(t.Context())
	require.NoError(t, err)
	require.Regexp(t, `^Milvus 2\.6\.8 \(standalone\), 1 of 1 targets up`, says)
}

// The statuses of each release, with what is asked each second, and which share of
// that failed and was refused.
func TestStatusesOfEveryReleaseAreUnderstood(t *testing.T) {
	for release, tc := range map[string]struct {
		total           float64
		ended           map[string]float64
		limited         float64
		errors, refused float64
	}{
		"2.4":          {20, map[string]float64{"success": 14, "fail": 4, "abandon": 2}, 5, 30, 25},
		"2.5":          {20, map[string]float64{"success": 10, "fail": 3, "rejected": 2, "retry": 4, "cancel": 1}, 4, 25, 30},
		"2.6":          {20, map[string]float64{"success": 10, "fail": 3, "rejected": 2, "retry": 4, "cancel": 1}, 0, 25, 30},
		"3.x":          {20, map[string]float64{"success": 10, "fail_input": 1, "fail_system": 2, "rejected_user": 3, "rejected_system": 4}, 0, 30, 35},
		"all rejected": {20, map[string]float64{"rejected": 20}, 0, 100, 100},
	} {
		t.Run(release, func(t *testing.T) {
			t.Parallel()
			f := standalone(rolesOf26...)
			f.requests("Search", books, tc.total, tc.ended)
			f.rate("milvus_proxy_rate_limit_req_count", `,msg_type="DQLSearch",status="fail"`, 0, tc.limited)
			f.open(t).check(t, []asked{
				{signal.QPS, "", nil, whole(all(tc.total)...), near},
				{signal.Errors, "", nil, whole(all(tc.errors)...), near},
				{signal.Success, "", nil, whole(all(100 - tc.errors)...), near},
				{signal.Rejections, "", nil, whole(all(tc.refused)...), near},
				{signal.QPS, "", by(signal.Status), map[string][]float64{"error": all(tc.total * tc.errors / 100), "success": all(tc.total * (1 - tc.errors/100))}, near},
			})
		})
	}
}

func TestEntitiesByDatabaseAreThoseOfTheDataCoordinatorUpTo25(t *testing.T) {
	f := standalone("rootcoord", "querycoord", "datacoord", "proxy", "querynode", "datanode", "indexnode")
	f.gauge("milvus_rootcoord_entity_num", `,collection_name="books",status="total"`, 0, 60, 900)
	f.gauge("milvus_rootcoord_entity_num", `,collection_name="books",status="loaded"`, 0, 60, 400)
	for state, rows := range map[string]float64{"Flushed": 800, "Growing": 200} {
		f.gauge("milvus_datacoord_stored_rows_num", fmt.Sprintf(`%s,collection_id="7",segment_state=%q`, books, state), 0, 60, rows)
	}
	f.open(t).check(t, []asked{
		{signal.Entities, "", nil, whole(all(900)...), 0},
		{signal.Entities, "", by(signal.Collection), map[string][]float64{"books": all(900)}, 0},
		{signal.Entities, "", by(signal.Database), map[string][]float64{"default": all(1_000)}, 1e-9},
		{signal.Nodes, signal.Min, nil, whole(all(7)...), 0},
		{signal.Up, "", by(signal.Role), map[string][]float64{"standalone": all(1)}, 0},
	})
}

func TestWhatNoProcessOfAMilvusTellsIsUnsupportedWithTheRemedy(t *testing.T) {
	f := newFleet(aday)
	f.process("milvus-proxy", "proxy-0", "proxy")
	f.gauge("up", "", 0, 60, 1)
	r := f.open(t)
	missing, err := r.Missing(t.Context())
	require.NoError(t, err)
	require.Contains(t, missing[signal.Segments], `has no milvus_datacoord_segment_num for {job=~"milvus.*"}: see that services[].selector fits a Milvus, and that port 9091 of its datacoord or mixcoord (or standalone) is scraped`)
	require.NotContains(t, missing, signal.QPS)
	_, err = r.Read(t.Context(), signal.Request{Signal: signal.Segments, Windows: r.windows})
	require.ErrorAs(t, err, new(*signal.Unsupported))
	_, err = r.Read(t.Context(), signal.Request{Signal: signal.Latency, SplitBy: by(signal.Status), Windows: r.windows})
	require.ErrorContains(t, err, "leave status out of splitBy")
}

func TestWhatIsUpAndNoMilvusIsAFault(t *testing.T) {
	f := newFleet(aday)
	f.process("milvus-minio", "minio:9000")
	f.gauge("up", "", 0, 60, 1)
	r := f.open(t)
	_, err := r.Check(t.Context())
	require.ErrorAs(t, err, new(*signal.Fault))
	require.ErrorContains(t, err, "but none that is a Milvus: see that services[].selector fits it")
	missing, err := r.Missing(t.Context())
	require.NoError(t, err)
	require.Contains(t, missing[signal.QPS], "has no milvus_proxy_req_count")
}
