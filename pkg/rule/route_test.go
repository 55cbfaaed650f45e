package rule

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// told says who is told of a rule: uid and receiver, in the order of the ways.
func told(t *testing.T, r Rule, routes ...Route) []string {
	t.Helper()
	ways, err := routed(r, routes)
	require.NoError(t, err)
	var all []string
	for _, w := range ways {
		receiver := "-"
		if w.settings != nil {
			receiver = w.settings.Receiver
		}
		all = append(all, w.rule.UID+" "+receiver)
	}
	return all
}

func TestTheFirstRouteThatMatchesIsTaken(t *testing.T) {
	r := ruleOf(t, pack(t, "requests"), "HeartlineCpuHigh")
	for _, c := range []struct {
		routes []Route
		want   string
	}{
		{nil, "-"},
		{[]Route{{Receiver: "a"}}, "a"},
		{[]Route{{Receiver: "a", Rules: []string{"Milvus*"}}, {Receiver: "b"}}, "b"},
		{[]Route{{Receiver: "a", Rules: []string{"Milvus*", "*Cpu*"}}, {Receiver: "b"}}, "a"},
		{[]Route{{Receiver: "a", Rules: []string{"HeartlineCpu"}}}, "-"},
		{[]Route{{Receiver: "a", Severities: []string{"critical"}}, {Receiver: "b", Severities: []string{"info", "warning"}}}, "b"},
		{[]Route{{Receiver: "a", Directions: []string{"storage"}}}, "-"},
		{[]Route{{Receiver: "up to $5"}}, "up to $$5"},
	} {
		require.Equal(t, []string{"heartline-cpu-high " + c.want}, told(t, r, c.routes...))
	}
}

func TestARouteOfTeamsTakesRulesThatSetTheLabelThemselves(t *testing.T) {
	r := ruleOf(t, ours(t), "SearchSlow")
	require.Equal(t, []string{"search-slow b"}, told(t, r, Route{Receiver: "a", Teams: []string{"search"}}, Route{Receiver: "b", Teams: []string{"x", "vectors"}}))
	r = ruleOf(t, ours(t), "SearchesStopped")
	require.Equal(t, []string{"searches-stopped a"}, told(t, r, Route{Receiver: "a", Teams: []string{"search"}}), "of its group")
	r = ruleOf(t, pack(t, "requests"), "HeartlineCpuHigh")
	require.Equal(t, []string{"heartline-cpu-high -"}, told(t, r, Route{Receiver: "a", Teams: []string{"search"}}))
}

func TestARuleIsSplitByDirections(t *testing.T) {
	r := ruleOf(t, pack(t, "check-scripts"), "HeartlineMonitorLate")
	routes := []Route{
		{Receiver: "dba", Directions: []string{"mysql", "redis"}},
		{Receiver: "storage", Directions: []string{"disks"}, Severities: []string{"warning"}},
		{Receiver: "dba", Directions: []string{"mongo"}},
		{Receiver: "all"},
	}
	require.Equal(t, []string{
		"heartline-monitor-late-dba dba", "heartline-monitor-late-storage storage", "heartline-monitor-late-dba-2 dba", "heartline-monitor-late all",
	}, told(t, r, routes...))

	ways, err := routed(r, routes)
	require.NoError(t, err)
	filters := func(i int) []query.AdHoc { return ways[i].rule.Terms[0].Query.(*query.Heartbeats).Filters }
	without := query.AdHoc{Key: "direction", Operator: "!=|", Values: []string{"mysql", "redis"}}
	require.Equal(t, []query.AdHoc{{Key: "direction", Operator: "=|", Values: []string{"mysql", "redis"}}}, filters(0))
	require.Equal(t, []query.AdHoc{without, {Key: "direction", Operator: "=|", Values: []string{"disks"}}}, filters(1), "what an earlier route has is not sent twice")
	require.Len(t, filters(3), 3, "the rest")
	require.Empty(t, r.Terms[0].Query.(*query.Heartbeats).Filters, "the rule itself stays as it was")
}

func TestARuleIsSplitByAdmins(t *testing.T) {
	r := ruleOf(t, pack(t, "check-scripts"), "HeartlineMonitorDown")
	ways, err := routed(r, []Route{{Receiver: "wang", Admins: []string{"wang", "李四"}}})
	require.NoError(t, err)
	require.Len(t, ways, 2)
	for i, operator := range []string{"=|", "!=|"} {
		asked := ways[i].rule.Terms[0].Query.(*query.Heartbeats)
		require.Equal(t, []query.AdHoc{{Key: "admin", Operator: operator, Values: []string{"wang", "李四"}}}, asked.Filters)
		require.NoError(t, asked.Validate())
	}
	require.Equal(t, []string{"heartline-monitor-down-wang wang", "heartline-monitor-down -"}, told(t, r, Route{Receiver: "wang", Admins: []string{"wang", "李四"}}))
}

func TestARuleAboutAllMonitorsTogetherIsNotSplit(t *testing.T) {
	r := ruleOf(t, pack(t, "check-scripts"), "HeartlineNoHeartbeats")
	require.Equal(t, []string{"heartline-no-heartbeats -"}, told(t, r, Route{Receiver: "dba", Directions: []string{"mysql"}}))
}

func TestUIDsOfCopiesAreShortEnoughAndStable(t *testing.T) {
	for _, receiver := range []string{"dba", "a team with a very long name indeed", "运维", "DBA on call"} {
		for n := range 3 {
			uid := suffixed("heartline-monitor-late", receiver, n+1)
			require.LessOrEqual(t, len(uid), maxUID)
			require.Regexp(t, uidShape, uid)
			require.True(t, strings.HasPrefix(uid, "heartline-monitor-late-"), uid)
			require.Equal(t, uid, suffixed("heartline-monitor-late", receiver, n+1))
			require.NotEqual(t, uid, suffixed("heartline-monitor-late", receiver, n+2))
		}
	}
}

func TestRoutesThatCannotBeTakenAreNamed(t *testing.T) {
	r := ruleOf(t, pack(t, "check-scripts"), "HeartlineMonitorLate")
	for says, route := range map[string]Route{
		"name a contact point": {},
		`pattern "[" `:         {Receiver: "a", Rules: []string{"["}},
		"a route for each":     {Receiver: "a", Directions: []string{"mysql"}, Admins: []string{"lee"}},
	} {
		_, err := routed(r, []Route{route})
		require.ErrorContains(t, err, strings.TrimSpace(says))
	}
}

func TestNotificationSettingsSayOnlyWhatTheRouteSays(t *testing.T) {
	require.Equal(t, &provisionedNotify{Receiver: "a"}, Route{Receiver: "a"}.settings())
	require.Equal(t, &provisionedNotify{Receiver: "a", GroupBy: []string{"instance"}, GroupWait: "10s", GroupInterval: "10s", RepeatInterval: "1h"},
		Route{Receiver: "a", GroupBy: []string{"instance"}, GroupWait: 10 * time.Second, GroupInterval: 10 * time.Second, RepeatInterval: time.Hour}.settings())
}
