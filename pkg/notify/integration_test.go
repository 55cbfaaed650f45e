package notify

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal/prometheus/prometheustest"
)

// server starts a program and returns the first match in what it says.
func server(t *testing.T, says *regexp.Regexp, path string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), path, args...)
	pipe, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	found, said := make(chan string, 1), &bytes.Buffer{}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			fmt.Fprintln(said, lines.Text())
			if m := says.FindStringSubmatch(lines.Text()); m != nil && len(found) == 0 {
				found <- m[1]
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-read
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	select {
	case m := <-found:
		return m
	case <-read:
		require.FailNow(t, "it ended", said.String())
	case <-time.After(time.Minute):
		require.FailNow(t, "it does not say "+says.String())
	}
	return ""
}

var listening = regexp.MustCompile(`Listening on.*address="?(127\.0\.0\.1:\d+)`)

// twoReceivers tell the webhook of everything, and a Chinese channel of service levels.
const twoReceivers = `
receivers:
  - {name: heartline, variables: HEARTLINE}
  - {name: chinese, variables: CHINESE}
routes:
  - {receiver: chinese, rules: ['SLO*']}
  - receiver: heartline
grouping: {wait: 1s, every: 1s}
`

// startAlertmanager starts a real Alertmanager over what is rendered, and returns its URL.
func startAlertmanager(t *testing.T, in *inbox) string {
	t.Helper()
	c, err := read(t, twoReceivers)
	require.NoError(t, err)
	dir, notes := renderedFor(t, c, vars{
		"HEARTLINE_WEBHOOK_URL": in.url, "HEARTLINE_WEBHOOK_TOKEN": "KEY", "HEARTLINE_SLACK_URL": in.url + "/slack/en",
		"CHINESE_WEBHOOK_URL": in.url, "CHINESE_WEBHOOK_TOKEN": "KEY", "CHINESE_SLACK_URL": in.url + "/slack/zh", "CHINESE_NOTIFY_LANGUAGE": "zh",
		"GF_SERVER_ROOT_URL": "http://grafana.example.org/", "HEARTLINE_TIMEZONE": "Asia/Shanghai",
	}, release(t))
	require.Empty(t, notes)
	address := server(t, listening, find(t, "alertmanager"), "--config.file="+filepath.Join(dir, "alertmanager.yml"),
		"--storage.path="+t.TempDir(), "--web.listen-address=127.0.0.1:0", "--cluster.listen-address=")
	return "http://" + address
}

// world is what the test posts: what is told, and what is muted by another alert.
func world(t *testing.T) (alerts []posted, told, muted []string) {
	milvus, _ := renderedRules(t, "milvus.yml")
	services, _ := renderedRules(t, "go-services.yml")
	slo, _ := renderedRules(t, "slo.yml")
	target := func(job, instance string) map[string]string {
		return map[string]string{"job": job, "instance": instance}
	}
	job := func(job string) map[string]string { return map[string]string{"job": job} }
	return []posted{
			// The classic rule: one name, two severities. Other names do not matter to it.
			plain("X", "critical", "instance", "a"), plain("X", "warning", "instance", "a"), plain("X", "warning", "instance", "b"),
			// Two alerts of one name and instance share a message.
			plain("Y", "warning", "instance", "a", "part", "1"), plain("Y", "warning", "instance", "a", "part", "2"),
			// Names of their own, and a topic in common. The critical one knows a container only.
			milvus.of(t, "MilvusHighMemoryUsage", target("milvus", "m1")),
			milvus.of(t, "MilvusMemoryNearLimit", map[string]string{"name": "milvus-standalone"}),
			// One instance speaks for itself, a job for its instances.
			services.of(t, "GoMemoryHigh", target("orders", "o1")), services.of(t, "GoMemoryDangerous", target("orders", "o2")),
			services.of(t, "GoMemoryHigh", target("orders", "o2")),
			services.of(t, "GoServiceDown", job("orders")), services.of(t, "GoInstanceDown", target("orders", "o1")),
			services.of(t, "GoInstanceDown", target("payments", "p1")),
			slo.of(t, "SLOErrorBudgetBurnFast", job("orders")), slo.of(t, "SLOErrorBudgetBurnSlow", job("orders")),
			slo.of(t, "SLOErrorBudgetBurnSlow", job("payments")),
		}, []string{
			"GoInstanceDown warning payments p1", "GoMemoryDangerous critical orders o2", "GoMemoryHigh warning orders o1",
			"GoServiceDown critical orders", "MilvusMemoryNearLimit critical", "SLOErrorBudgetBurnFast critical orders",
			"SLOErrorBudgetBurnSlow warning payments", "X critical a", "X warning b", "Y warning a 1", "Y warning a 2",
		}, []string{
			"GoInstanceDown warning orders o1", "GoMemoryHigh warning orders o2", "MilvusHighMemoryUsage warning milvus m1",
			"SLOErrorBudgetBurnSlow warning orders", "X warning a",
		}
}

func TestAlertmanagerGroupsInhibitsAndTellsTheWebhook(t *testing.T) {
	in := newInbox(t)
	url := startAlertmanager(t, in)
	alerts, told, muted := world(t)
	// Alerts that are older than group_wait are sent at once, and might overtake those that
	// mute them: these are new, and the critical ones come first.
	slices.SortStableFunc(alerts, func(a, b posted) int { return strings.Compare(a.Labels["severity"], b.Labels["severity"]) })
	post(t, url, alerts...)
	arrive(t, in, "firing", told)
	require.Equal(t, muted, suppressed(t, url))

	require.Equal(t, [][]string{{"Y warning a 1", "Y warning a 2"}}, in.shared(), "by name and instance, and nothing else")
	for i := range alerts {
		alerts[i].EndsAt = time.Now()
	}
	post(t, url, alerts...)
	// A message about the end names what was muted, too, where it has the same group.
	require.Eventually(t, func() bool {
		resolved := in.told("resolved")
		return !slices.ContainsFunc(told, func(name string) bool { return !slices.Contains(resolved, name) })
	}, time.Minute, 20*time.Millisecond)
	require.Equal(t, told, in.told("firing"), "what was muted was never told")
}

// Alertmanager fills the templates itself, in the language of the receiver.
func TestAlertmanagerFillsTheTemplates(t *testing.T) {
	in := newInbox(t)
	url := startAlertmanager(t, in)
	slo, _ := renderedRules(t, "slo.yml")
	milvus, _ := renderedRules(t, "milvus.yml")
	one, two := milvus.of(t, "MilvusTargetDown", map[string]string{"job": "milvus", "instance": "m1"}), slo.of(t, "SLOErrorBudgetBurnFast", map[string]string{"job": "orders"})
	one.StartsAt, two.StartsAt = time.Date(2026, 3, 6, 10, 30, 5, 0, time.UTC), time.Date(2026, 3, 6, 10, 30, 5, 0, time.UTC)
	post(t, url, one, two)
	require.Eventually(t, func() bool { return in.slackOf("en") != "" && in.slackOf("zh") != "" }, time.Minute, 20*time.Millisecond)
	for _, part := range []string{
		"🔴 Heartline: MilvusTargetDown, 1 firing", "What: MilvusTargetDown · critical", "Where: instance=m1 job=milvus", "Since: 2026-03-06 18:30:05 +08:00",
		"<" + one.Annotations["runbook_url"] + "|Runbook>", "<http://grafana.example.org" + one.Annotations["dashboard"] + "|Panel>", one.Annotations["summary"],
	} {
		require.Contains(t, in.slackOf("en"), part)
	}
	for _, part := range []string{"🔴 Heartline：SLOErrorBudgetBurnFast，1 条触发", "位置：job=orders", "开始时间：2026-03-06 18:30:05 +08:00", "|处理手册>", "|面板>"} {
		require.Contains(t, in.slackOf("zh"), part)
	}
}

// arrive waits until the webhook was told of exactly these alerts.
func arrive(t *testing.T, in *inbox, status string, want []string) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for tick := time.Tick(20 * time.Millisecond); time.Now().Before(deadline); <-tick {
		if slices.Equal(want, in.told(status)) {
			return
		}
	}
	require.Equal(t, want, in.told(status))
}

// A process of Milvus that takes too much memory, as Prometheus sees it.
func TestPrometheusAndAlertmanagerCarryARenderedAlertToTheWebhook(t *testing.T) {
	in := newInbox(t)
	alertmanager := startAlertmanager(t, in)
	_, body := renderedRules(t, "milvus.yml")
	for _, name := range []string{"for", "interval"} { // at once, not after minutes
		body = regexp.MustCompile(`(?m)^( +(?:- )?`+name+`): .*$`).ReplaceAll(body, []byte("${1}: 1s"))
	}
	file := filepath.Join(t.TempDir(), "milvus.yaml")
	require.NoError(t, os.WriteFile(file, body, 0o600))
	milvus := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes 9e9\n")
	}))
	t.Cleanup(milvus.Close)
	prometheustest.Start(t, t.TempDir(), fmt.Sprintf(`
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [%s]
scrape_configs:
  - {job_name: milvus, static_configs: [{targets: ['%s']}]}
alerting:
  alertmanagers: [{static_configs: [{targets: ['%s']}]}]
`, file, strings.TrimPrefix(milvus.URL, "http://"), strings.TrimPrefix(alertmanager, "http://")))
	arrive(t, in, "firing", []string{"MilvusHighMemoryUsage warning milvus " + strings.TrimPrefix(milvus.URL, "http://")})
	annotations := in.hooks[0].Alerts[0].Annotations
	require.Contains(t, annotations["description"], "uses 8.382GiB of memory")
	require.Contains(t, annotations["runbook_url"], "#milvushighmemoryusage")
	require.Contains(t, annotations["dashboard"], "/d/heartline-milvus-runtime?viewPanel=1")
	require.Eventually(t, func() bool { return strings.Contains(in.slackOf("en"), "uses 8.382GiB of memory") }, time.Minute, 20*time.Millisecond)
}
