package notify

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"
)

//go:embed messages.tmpl
var layout string

// Language is the language of messages.
type Language string

// The languages there are messages in.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// words are what a language calls the parts of a message.
type words struct {
	Colon, Comma, Until                                string
	What, Where, Value, Since, Runbook, Panel, Silence string
	Firing, Resolved, Several                          string
	Shown, ShownResolved                               string // formats of how many are shown, and of how many
}

var languages = map[Language]words{
	English: {
		Colon: ": ", Comma: ", ", Until: " to ",
		What: "What", Where: "Where", Value: "Value", Since: "Since", Runbook: "Runbook", Panel: "Panel", Silence: "Silence",
		Firing: "firing", Resolved: "resolved", Several: "several alerts",
		Shown: "Shown: %d of %d that fire.", ShownResolved: "Shown: %d of %d that are resolved.",
	},
	Chinese: {
		Colon: "：", Comma: "，", Until: " 至 ",
		What: "告警", Where: "位置", Value: "当前值", Since: "开始时间", Runbook: "处理手册", Panel: "面板", Silence: "静默",
		Firing: "条触发", Resolved: "条已恢复", Several: "多条告警",
		Shown: "仅显示 %d 条，共 %d 条触发。", ShownResolved: "仅显示 %d 条，共 %d 条已恢复。",
	},
}

// style is how a kind of channel writes text.
type style struct {
	Set, Name    string
	Bold, Unbold string
	EOL          string
	Escape       string // pipeline that keeps names and values from being read as markup
	Shown        int    // alerts: robots refuse long messages, and say so where nobody looks
	Cut          int    // characters of a description
	Titled, Full bool   // with the title inside; with the link that silences
	anchor       string // format of a link, of its target and its text
	escapesURL   bool
}

// Link is a link of this text to the address that is the dot, which may lack its root.
func (s style) Link(text, root string) string {
	target := "{{ . }}"
	if s.escapesURL {
		target = s.Put(".")
	}
	return fmt.Sprintf(s.anchor, root+target, text)
}

// Put is the action that writes a text so that nothing in it is read as markup.
func (s style) Put(value string) string {
	if s.Escape == "" {
		return "{{ " + value + " }}"
	}
	return fmt.Sprintf("{{ template %q (%s) }}", s.Set+"."+s.Name+".safe", value)
}

const (
	slackEscape = ` | reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;"`
	// Wide forms: the robots have no escapes, and <@all> in a log line would call everybody.
	markdownEscape = ` | reReplaceAll "<" "＜" | reReplaceAll "\\[" "［"`
)

// styles are bounded so that their longest message fits: 4,096 bytes at WeCom, 4,096
// characters at Telegram.
var styles = []style{
	{Name: "text", EOL: "\n", Shown: 20, Cut: 1000, Full: true, anchor: "%[2]s: %[1]s"},
	// Two spaces before the end of a line: DingTalk joins lines without.
	{Name: "markdown", Bold: "**", Unbold: "**", EOL: "  \n", Escape: markdownEscape, Shown: 3, Cut: 100, anchor: "[%[2]s](%[1]s)"},
	{Name: "telegram", Bold: "<b>", Unbold: "</b>", EOL: "\n", Escape: " | html", Shown: 3, Cut: 300, Titled: true, anchor: `<a href="%[1]s">%[2]s</a>`, escapesURL: true},
	{Name: "slack", Bold: "*", Unbold: "*", EOL: "\n", Escape: slackEscape, Shown: 5, Cut: 300, anchor: "<%[1]s|%[2]s>", escapesURL: true},
}

// hidden are labels that do not say where: the message has them already, or they are the machinery's.
var hidden = []string{"alertname", "rulename", "severity", "topic", "team", "grafana_folder", "datasource_uid", "ref_id"}

// wording is what the layout is filled with.
type wording struct {
	Set     string
	Words   words
	Styles  []style
	Hidden  string
	Grafana bool
	Root    string // URL of Grafana, for Alertmanager, whose alerts have relative links
	zone    *time.Location
}

// Subject is what a message is about, where its alerts agree.
func (w wording) Subject() string {
	return fmt.Sprintf("or .CommonLabels.rulename .CommonLabels.alertname .GroupLabels.alertname %q", w.Words.Several)
}

// At is the action that writes a time.
func (w wording) At(action string) string {
	const form = "2006-01-02 15:04:05"
	if w.Grafana {
		return fmt.Sprintf(`{{ %s | tz %q | date %q }}`, action, w.zone, form+" -07:00")
	}
	// Alertmanager before 0.28 has no zones, and its image perhaps no data of them: an
	// offset that never changes is added, and times of other zones are in UTC.
	offset, constant := constantOffset(w.zone)
	if !constant {
		offset = 0
	}
	at := time.Unix(0, 0).In(time.FixedZone("", int(offset.Seconds())))
	return fmt.Sprintf(`{{ (%s.UTC.Add %d).Format %q }}`, action, offset, form) + at.Format(" -07:00")
}

// constantOffset is the zone's offset to UTC, where it is the same all this year and next.
func constantOffset(zone *time.Location) (time.Duration, bool) {
	now := time.Now()
	_, first := now.In(zone).Zone()
	for month := range 24 {
		if _, other := now.AddDate(0, month, 0).In(zone).Zone(); other != first {
			return 0, false
		}
	}
	return time.Duration(first) * time.Second, true
}

// messages are the templates of a language, for Grafana or for Alertmanager.
func messages(language Language, zone *time.Location, grafana bool, root string) (string, error) {
	quoted := make([]string, len(hidden))
	for i, name := range hidden {
		quoted[i] = strconv.Quote(name)
	}
	set := "heartline." + string(language)
	ofSet := slices.Clone(styles)
	for i := range ofSet {
		ofSet[i].Set = set
	}
	w := wording{
		Set: set, Words: languages[language], Styles: ofSet,
		Hidden: strings.Join(quoted, " "), Grafana: grafana, Root: strings.TrimSuffix(root, "/"), zone: zone,
	}
	parsed, err := template.New("messages").Delims("[[", "]]").Parse(layout)
	if err != nil {
		return "", fmt.Errorf("read the layout of messages: %w", err)
	}
	var out strings.Builder
	if err := parsed.Execute(&out, w); err != nil {
		return "", fmt.Errorf("fill the layout of messages in %q: %w", language, err)
	}
	return strings.TrimSpace(out.String()) + "\n", nil
}
