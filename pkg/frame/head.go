package frame

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// maxNotices bounds the problems that are said one by one.
const maxNotices = 5

// Head is what an answer says about itself, beside its values.
type Head struct {
	Query    string         // what was asked, in a short readable form
	Errors   []string       // what is missing altogether, such as a service
	Problems event.Problems // what could not be served
	Reached  int            // the limit of rows, where there were more
	Warnings []string       // what may be wrong with the values
	Unknown  []string       // fields of the query that nobody reads
	Remarks  []string       // what else the user should know
}

// Apply says it on the frames: the query on each, because the inspector counts
// rows by it; the notices once, on the first, because a panel shows them all.
func (h Head) Apply(refID string, frames data.Frames) {
	for _, f := range frames {
		f.RefID = refID
		f.Meta.ExecutedQueryString = h.Query
	}
	if len(frames) > 0 {
		frames[0].AppendNotices(h.notices()...)
	}
}

func (h Head) notices() []data.Notice {
	var all []data.Notice
	for _, e := range h.Errors[:min(maxNotices, len(h.Errors))] {
		all = append(all, data.Notice{Severity: data.NoticeSeverityError, Text: e})
	}
	if more := len(h.Errors) - maxNotices; more > 0 {
		all = append(all, data.Notice{Severity: data.NoticeSeverityError, Text: fmt.Sprintf("%d more like these.", more)})
	}
	if h.Reached > 0 {
		all = append(all, data.Notice{
			Severity: data.NoticeSeverityWarning,
			Text:     fmt.Sprintf("Only the first %d are shown, there are more: narrow the filter or the time range, or raise the limit.", h.Reached),
		})
	}
	for _, p := range h.Problems.Summary(maxNotices) {
		all = append(all, data.Notice{Severity: data.NoticeSeverityWarning, Text: p})
	}
	for _, w := range h.Warnings {
		all = append(all, data.Notice{Severity: data.NoticeSeverityWarning, Text: w})
	}
	if len(h.Unknown) > 0 {
		all = append(all, data.Notice{
			Severity: data.NoticeSeverityInfo,
			Text:     "The query has fields that are not used: " + strings.Join(h.Unknown, ", ") + ".",
		})
	}
	for _, r := range h.Remarks {
		all = append(all, data.Notice{Severity: data.NoticeSeverityInfo, Text: r})
	}
	return all
}
