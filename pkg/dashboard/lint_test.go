package dashboard

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// node is an object of a dashboard's JSON; what is missing is empty.
type node map[string]any

func (n node) str(key string) string { s, _ := n[key].(string); return s }

func (n node) num(key string) int { f, _ := n[key].(float64); return int(f) }

func (n node) node(key string) node { m, _ := n[key].(map[string]any); return m }

func (n node) list(key string) []node {
	values, _ := n[key].([]any)
	nodes := make([]node, 0, len(values))
	for _, v := range values {
		m, _ := v.(map[string]any)
		nodes = append(nodes, m)
	}
	return nodes
}

func (n node) strings(key string) []string {
	values, _ := n[key].([]any)
	texts := make([]string, 0, len(values))
	for _, v := range values {
		texts = append(texts, v.(string))
	}
	return texts
}

// panels are those of a dashboard without its rows, also those that a collapsed row hides.
func (n node) panels() []node {
	var panels []node
	for _, p := range n.list("panels") {
		if p.str("type") == "row" {
			panels = append(panels, p.list("panels")...)
			continue
		}
		panels = append(panels, p)
	}
	return panels
}

// rendered are the files of the dashboards, which take a while to make.
var rendered = sync.OnceValues(func() (files [][]byte, err error) {
	all, err := All()
	for _, d := range all {
		body, failed := d.render()
		files, err = append(files, body), errors.Join(err, failed)
	}
	return files, err
})

// shipped are the dashboards as Grafana reads them, to be changed at will.
func shipped(t *testing.T) []node {
	t.Helper()
	files, err := rendered()
	require.NoError(t, err)
	require.Len(t, files, 14)
	boards := make([]node, len(files))
	for i, body := range files {
		require.NoError(t, json.Unmarshal(body, &boards[i]))
	}
	return boards
}

func TestShippedDashboardsHaveNothingToComplainAbout(t *testing.T) {
	boards := shipped(t)
	for _, board := range boards {
		require.Empty(t, complaints(board, boards), board.str("title"))
	}
}

// TestLintComplains proves of each check that it can fail.
func TestLintComplains(t *testing.T) {
	panelOf := func(b node) node { return b.panels()[0] }
	targetOf := func(b node) node { return panelOf(b).list("targets")[0] }
	boards := shipped(t)
	files, err := rendered()
	require.NoError(t, err)
	for name, c := range map[string]struct {
		spoil func(b node)
		about string
	}{
		"of an id":                     {func(b node) { b["id"] = 7 }, "has an id"},
		"of a foreign uid":             {func(b node) { b["uid"] = "mine" }, "uid"},
		"of a missing tag":             {func(b node) { delete(b, "tags") }, "tag"},
		"of a refresh that is no text": {func(b node) { b["refresh"] = false }, "refresh"},
		"of another schema":            {func(b node) { b["schemaVersion"] = 42.0 }, "schemaVersion"},
		"of time_options":              {func(b node) { b["timepicker"] = map[string]any{"time_options": []any{}} }, "time_options"},
		"of a hidden series in the tooltip": {func(b node) {
			panelOf(b).node("fieldConfig")["overrides"] = []any{map[string]any{"properties": []any{
				map[string]any{"id": "custom.hideFrom", "value": map[string]any{"viz": true, "legend": false}},
			}}}
		}, "hideFrom"},
		"of a missing title":         {func(b node) { delete(panelOf(b), "title") }, "title"},
		"of a thin description":      {func(b node) { panelOf(b)["description"] = "Alarms" }, "description"},
		"of a missing unit":          {func(b node) { delete(panelOf(b).node("fieldConfig").node("defaults"), "unit") }, "unit"},
		"of a missing noValue":       {func(b node) { delete(panelOf(b).node("fieldConfig").node("defaults"), "noValue") }, "noValue"},
		"of a fixed data source":     {func(b node) { targetOf(b).node("datasource")["uid"] = "heartline" }, "data source variable"},
		"of a panel without source":  {func(b node) { delete(panelOf(b), "datasource") }, "data source variable"},
		"of a panel without query":   {func(b node) { delete(panelOf(b), "targets") }, "no query"},
		"of an id used twice":        {func(b node) { b.panels()[1]["id"] = panelOf(b)["id"] }, "id"},
		"of panels that overlap":     {func(b node) { b.panels()[1]["gridPos"] = panelOf(b)["gridPos"] }, "overlap"},
		"of a panel beside the grid": {func(b node) { panelOf(b).node("gridPos")["w"] = 25.0 }, "grid"},
		"of a misspelt field":        {func(b node) { targetOf(b)["direction"] = "x" }, "did you mean"},
		"of an unknown field":        {func(b node) { targetOf(b)["colour"] = "x" }, "colour"},
		"of an undeclared variable":  {func(b node) { targetOf(b)["hosts"] = []any{"$host"} }, "$host"},
		"of a link to nowhere":       {func(b node) { panelOf(b)["links"] = link("/d/elsewhere?${__url_time_range}&${datasource:queryparam}") }, "elsewhere"},
		"of a link that forgets the time": {func(b node) {
			panelOf(b)["links"] = link("/d/heartline-logs?${datasource:queryparam}")
		}, "time range"},
		"of a link that sets an unknown variable": {func(b node) {
			panelOf(b)["links"] = link("/d/heartline-logs?${__url_time_range}&${datasource:queryparam}&var-shade=red")
		}, "var-shade"},
		"of a collapsed row that shows its panels": {func(b node) { b.list("panels")[0]["collapsed"] = true }, "row"},
		"of missing links among dashboards":        {func(b node) { delete(b, "links") }, "links"},
	} {
		t.Run(name, func(t *testing.T) {
			var spoilt node
			require.NoError(t, json.Unmarshal(files[0], &spoilt))
			c.spoil(spoilt)
			require.Contains(t, strings.Join(complaints(spoilt, boards), "\n"), c.about)
		})
	}
}

func link(url string) []any { return []any{map[string]any{"url": url}} }

// complaints says everything that is wrong with a dashboard.
func complaints(board node, all []node) []string {
	found := slices.Concat(ofBoard(board), ofGrid(board), ofLinks(board, all))
	for _, p := range board.panels() {
		for _, c := range ofPanel(p, variables(board)) {
			found = append(found, fmt.Sprintf("panel %q: %s", p.str("title"), c))
		}
	}
	for _, a := range board.node("annotations").list("list") {
		for _, c := range ofTarget(a.node("target"), variables(board)) {
			found = append(found, fmt.Sprintf("annotation %q: %s", a.str("name"), c))
		}
	}
	return found
}

// hideFrom finds what is hidden, in the defaults of a panel and in its overrides.
var hideFrom = regexp.MustCompile(`hideFrom"(,"value")?:\{[^}]*\}`)

func ofBoard(board node) (found []string) {
	complain := func(wrong bool, format string, args ...any) {
		if wrong {
			found = append(found, fmt.Sprintf(format, args...))
		}
	}
	_, hasID := board["id"]
	complain(hasID, "has an id, which belongs to one Grafana")
	complain(!strings.HasPrefix(board.str("uid"), "heartline-") || len(board.str("uid")) > 40, "uid %q", board.str("uid"))
	complain(!strings.HasPrefix(board.str("title"), "Heartline / "), "title %q", board.str("title"))
	complain(board.str("description") == "", "has no description")
	complain(len(board.strings("tags")) != 2 || board.strings("tags")[0] != "heartline", "lacks the tag heartline, or what it is about")
	complain(board.num("schemaVersion") != 39, "schemaVersion %d", board.num("schemaVersion"))
	_, isText := board["refresh"].(string)
	complain(!isText, "refresh is no text")
	body, _ := json.Marshal(board)
	complain(strings.Contains(string(body), "time_options"), "has time_options")
	for _, hidden := range hideFrom.FindAllString(string(body), -1) {
		complain(strings.Contains(hidden, `"viz":true`) && !strings.Contains(hidden, `"tooltip":true`), "hideFrom leaves it in the tooltip")
	}
	complain(!slices.ContainsFunc(board.list("links"), func(l node) bool {
		return l.str("type") == "dashboards" && l["keepTime"] == true && l["includeVars"] == true && slices.Equal(l.strings("tags"), board.strings("tags"))
	}), "links to the other dashboards are missing or forget time or variables")
	return found
}

func ofPanel(p node, vars []string) (found []string) {
	defaults := p.node("fieldConfig").node("defaults")
	for _, missing := range []struct {
		what string
		is   bool
	}{
		{"no title", p.str("title") == ""},
		{"the description does not say what good looks like", !strings.Contains(p.str("description"), "Good: ")},
		{"no unit", defaults.str("unit") == ""},
		{"no noValue", defaults.str("noValue") == ""},
		{"no data source variable", !chosen(p)},
		{"no pluginVersion", p.str("pluginVersion") == ""},
		{"no query", len(p.list("targets")) == 0},
	} {
		if missing.is {
			found = append(found, missing.what)
		}
	}
	for _, target := range p.list("targets") {
		found = append(found, ofTarget(target, vars)...)
	}
	return found
}

func chosen(n node) bool {
	source := n.node("datasource")
	return source.str("type") == PluginID && source.str("uid") == "${datasource}"
}

var variable = regexp.MustCompile(`\$(\w+)`)

func ofTarget(target node, vars []string) (found []string) {
	if !chosen(target) {
		found = append(found, "a query without the data source variable")
	}
	body, _ := json.Marshal(target)
	replaced := variable.ReplaceAllStringFunc(string(body), func(name string) string {
		if slices.Contains([]string{"__rate_interval", "__range"}, name[1:]) { // the plugin's own
			return "5m"
		}
		if !slices.Contains(vars, name[1:]) {
			found = append(found, "uses the undeclared variable "+name)
		}
		return "value"
	})
	_, unknown, err := query.Decode(query.Type(target.str("queryType")), json.RawMessage(replaced))
	if err != nil {
		found = append(found, err.Error())
	}
	if len(unknown) > 0 {
		found = append(found, fmt.Sprintf("unknown fields %q", unknown))
	}
	return found
}

var (
	linkURL  = regexp.MustCompile(`"url":"([^"]*)"`)
	boardUID = regexp.MustCompile(`^/d/([\w-]+)\?`)
	setsVar  = regexp.MustCompile(`[?&]var-(\w+)=`)
	keepsVar = regexp.MustCompile(`\$\{(\w+):queryparam\}`)
)

func ofLinks(board node, all []node) (found []string) {
	var body strings.Builder
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(board); err != nil {
		return []string{err.Error()}
	}
	for _, match := range linkURL.FindAllStringSubmatch(body.String(), -1) {
		url := match[1]
		to := slices.IndexFunc(all, func(b node) bool {
			uid := boardUID.FindStringSubmatch(url)
			return uid != nil && uid[1] == b.str("uid")
		})
		if strings.HasPrefix(url, "/alerting/groups?") || strings.HasPrefix(url, runbookPage+"#") {
			continue
		}
		if to < 0 {
			found = append(found, fmt.Sprintf("the link %s leads to no dashboard of ours", url))
			continue
		}
		if !strings.Contains(url, "${__url_time_range}") || !strings.Contains(url, "${datasource:queryparam}") {
			found = append(found, fmt.Sprintf("the link %s forgets the time range or the data source", url))
		}
		for _, set := range slices.Concat(setsVar.FindAllStringSubmatch(url, -1), keepsVar.FindAllStringSubmatch(url, -1)) {
			if !slices.Contains(variables(all[to]), set[1]) {
				found = append(found, fmt.Sprintf("the link %s sets var-%s, which is unknown there", url, set[1]))
			}
		}
	}
	return found
}

// variables are the names of a dashboard's variables.
func variables(board node) []string {
	var names []string
	for _, v := range board.node("templating").list("list") {
		names = append(names, v.str("name"))
	}
	return names
}
