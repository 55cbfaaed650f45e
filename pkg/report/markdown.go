package report

import (
	"fmt"
	"strings"
	"time"
)

// Markdown writes reports one below the other.
func Markdown(reports ...Report) string {
	var b strings.Builder
	for i, r := range reports {
		if i > 0 {
			b.WriteString("\n")
		}
		r.markdown(&b)
	}
	return b.String()
}

func (r Report) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "# Performance of %s\n\n%s to %s\n\n", escape(r.Service), r.From.Format(time.DateTime+" MST"), r.To.Format(time.DateTime+" MST"))
	// A list and no table: Grafana shows the cells of one without a space between them.
	for _, f := range r.Figures {
		fmt.Fprintf(b, "- %s: **%s**", f.Name, f.Text())
		if f.Grade != "" {
			fmt.Fprintf(b, ", %s", f.Grade)
		}
		b.WriteString("\n")
	}
	list(b, "Advice", r.Advice())
	list(b, "Notes", r.Notes)
}

func list(b *strings.Builder, heading string, items []string) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\n", heading)
	for _, item := range items {
		fmt.Fprintf(b, "- %s\n", escape(item))
	}
}

// special are the characters that Markdown or the page it is shown in would take
// for its own.
var special = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "#", `\#`, "\n", " ")

func escape(text string) string { return special.Replace(text) }
