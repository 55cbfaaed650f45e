package standin_test

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/demo/standin"
	"github.com/heartline-monitor/heartline/pkg/program"
	"github.com/heartline-monitor/heartline/pkg/rule"
	"github.com/heartline-monitor/heartline/rules"
)

// A story is told in minutes: calm, steered, and calm again.
const (
	calm  = 20
	heals = 36
)

// story is what a Prometheus would have scraped, each minute: values by series.
type story struct {
	wanted  map[string]bool
	steered int // minutes
	values  map[string][]string
}

func (s story) ends() int { return calm + s.steered + heals }

func (s story) tell(t *testing.T, cluster bool, turn map[string]float64) {
	t.Helper()
	c := &clock{at: time.Unix(0, 0)} // where promtool's time begins
	w, err := standin.New(standin.Config{Cluster: cluster, Now: c.now})
	require.NoError(t, err)
	for minute := range s.ends() {
		switch minute {
		case calm:
			require.NoError(t, w.Steer(turn))
		case calm + s.steered:
			w.Reset()
		}
		s.scrape(t, w, minute)
		c.pass(time.Minute)
	}
}

// scrape appends a minute; a target that does not answer has no series but up.
func (s story) scrape(t *testing.T, w *standin.World, minute int) {
	t.Helper()
	all := gather(t, w)
	for _, p := range w.Processes() {
		code, _ := ask(t, p.Handler(), http.MethodGet, "/healthz")
		target := fmt.Sprintf(`job="milvus", instance="%s"`, p.Name())
		s.put(minute, "up", target, 1)
		if code != http.StatusOK {
			s.values["up{"+target+"}"][minute] = "0"
			continue
		}
		for name, family := range all[p.Name()] {
			if !s.wanted[name] && !s.wanted[name+"_bucket"] && !s.wanted[name+"_count"] {
				continue
			}
			for _, m := range family.Metric {
				s.sample(minute, name, target, m)
			}
		}
	}
}

func (s story) sample(minute int, name, target string, m *dto.Metric) {
	for _, l := range m.Label {
		target += fmt.Sprintf(", %s=%q", l.GetName(), l.GetValue())
	}
	if m.Histogram == nil {
		s.put(minute, name, target, m.GetGauge().GetValue()+m.GetCounter().GetValue())
		return
	}
	for _, b := range m.Histogram.Bucket {
		s.put(minute, name+"_bucket", fmt.Sprintf("%s, le=%q", target, strconv.FormatFloat(b.GetUpperBound(), 'g', -1, 64)), float64(b.GetCumulativeCount()))
	}
	s.put(minute, name+"_bucket", target+`, le="+Inf"`, float64(m.Histogram.GetSampleCount()))
	s.put(minute, name+"_count", target, float64(m.Histogram.GetSampleCount()))
}

func (s story) put(minute int, name, labels string, v float64) {
	if !s.wanted[name] {
		return
	}
	key := name + "{" + labels + "}"
	if s.values[key] == nil {
		s.values[key] = slices.Repeat([]string{"_"}, s.ends())
	}
	s.values[key][minute] = strconv.FormatFloat(v, 'f', -1, 64)
}

// write makes the story a unit test of promtool: these alerts, and no others, fire while
// the knobs are turned, and none does before or in the end.
func (s story) write(out io.Writer, after int, alerts []string) {
	fmt.Fprint(out, "rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n  input_series:\n")
	for key, values := range s.values {
		fmt.Fprintf(out, "  - {series: '%s', values: '%s'}\n", key, strings.Join(values, " "))
	}
	fmt.Fprint(out, "  promql_expr_test:\n")
	for _, quiet := range []int{calm - 1, s.ends() - 1} {
		fmt.Fprintf(out, "  - {expr: 'count by (alertname) (ALERTS{alertstate=\"firing\"})', eval_time: %dm, exp_samples: []}\n", quiet)
	}
	fmt.Fprintf(out, "  - expr: 'group by (alertname) (ALERTS{alertstate=\"firing\"})'\n    eval_time: %dm\n    exp_samples:\n", calm+after)
	for _, a := range alerts {
		fmt.Fprintf(out, "    - {labels: '{alertname=\"%s\"}', value: 1}\n", a)
	}
}

// milvusRules renders the shipped rules for Prometheus.
func milvusRules(t *testing.T) []byte {
	t.Helper()
	packs, err := rule.Load(rules.Files, "milvus.yml")
	require.NoError(t, err)
	content, err := rule.RenderPrometheus(packs[0])
	require.NoError(t, err)
	return content
}

// Knobs that change what others do are turned in stories of their own.
var stories = map[string]struct {
	cluster bool
	turn    map[string]float64
	steered int // minutes
	after   int // minutes until all alerts fire; 0 is as long as the knobs are turned
	alerts  []string
}{
	"reading and writing": {turn: map[string]float64{"latency": 2000, "queueLatency": 400, "readQueueLatency": 900, "tsafe": 2000, "mqLatency": 3000, "slowQueries": 6, "partialResults": 1, "rateLimited": 5, "errors": 20},
		alerts: []string{"MilvusMQSendSlow", "MilvusPartialResults", "MilvusProxyQueueSlow", "MilvusQueryNodeReadQueueSlow", "MilvusRateLimited", "MilvusRequestErrorRatioHigh", "MilvusSearchLatencyHigh", "MilvusSlowQueries", "MilvusWaitTSafeHigh"}},
	"storing, and denied writes": {steered: 42, turn: map[string]float64{"flushBacklog": 80, "growingSegments": 800, "compactionBacklog": 200, "indexBacklog": 200, "indexFailures": 2, "metaErrors": 10, "metaLatency": 900, "storageErrors": 20, "loadFailures": 2, "writeDenied": 1},
		alerts: []string{"MilvusCompactionBacklog", "MilvusFlushStuck", "MilvusGrowingSegmentsHigh", "MilvusIndexBacklog", "MilvusIndexTaskFailed", "MilvusLoadFailed", "MilvusMetaStoreErrors", "MilvusMetaStoreSlow", "MilvusObjectStoreErrors", "MilvusRateLimited", "MilvusRequestErrorRatioHigh", "MilvusWriteDenied"}},
	"the log, with no request": {turn: map[string]float64{"load": 0, "checkpointLag": 5000, "consumeLag": 90_000, "walErrors": 2, "walLatency": 2, "walStalled": 120, "heartbeatStale": 60},
		alerts: []string{"MilvusChannelCheckpointLag", "MilvusConsumeLag", "MilvusQueryNodeHeartbeatStale", "MilvusWALAppendErrors", "MilvusWALAppendSlow", "MilvusWALTimeTickStalled"}},
	"processes":       {turn: map[string]float64{"memoryBytes": 6e9, "cpu": 95, "restart": 500}, alerts: []string{"MilvusHighCPUUsage", "MilvusHighMemoryUsage", "MilvusRestartLoop"}},
	"nothing answers": {turn: map[string]float64{"down": 1}, alerts: []string{"MilvusTargetDown"}},
	"a node is gone":  {cluster: true, after: 13, turn: map[string]float64{"nodesLost": 1}, alerts: []string{"MilvusNodeLost", "MilvusTargetDown"}},
}

func TestTheShippedAlertsFireAsTheKnobsSayAndResolve(t *testing.T) {
	promtool, err := program.Find(t.Context(), "promtool")
	require.NoError(t, err)
	rendered := milvusRules(t)
	wanted := map[string]bool{"up": true}
	for _, name := range regexp.MustCompile(`\b(milvus|go|process)_\w+`).FindAllString(string(rendered), -1) {
		wanted[name] = true
	}
	for name, s := range stories {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "rules.yml"), rendered, 0o600))
			var test bytes.Buffer
			told := story{wanted: wanted, steered: cmp.Or(s.steered, 25), values: map[string][]string{}}
			told.tell(t, s.cluster, s.turn)
			told.write(&test, cmp.Or(s.after, told.steered-1), s.alerts)
			file := filepath.Join(dir, "test.yml")
			require.NoError(t, os.WriteFile(file, test.Bytes(), 0o600))
			said, err := exec.CommandContext(t.Context(), promtool, "test", "rules", file).CombinedOutput()
			require.NoError(t, err, string(said))
		})
	}
}

func TestEveryAlertThatAKnobNamesIsToldOf(t *testing.T) {
	w, _ := newWorld(t, "", false)
	rendered := string(milvusRules(t))
	for _, k := range w.Knobs() {
		for _, alert := range k.Alerts {
			require.Contains(t, rendered, "alert: "+alert+"\n", "%s names an alert that is not shipped", k.Name)
			if alert == "MilvusBalanceStuck" {
				continue // it takes an hour
			}
			told := false
			for _, s := range stories {
				_, turned := s.turn[k.Name]
				told = told || turned && slices.Contains(s.alerts, alert)
			}
			require.True(t, told || k.Name == "rejected", "%s fires %s in no story", k.Name, alert)
		}
	}
}
