package query

// Report asks for the performance report of services over the range: figures,
// grades and advice, as a table (a row for each figure) or as Markdown.
type Report struct {
	Format Format `json:"format,omitempty"`
	// Services are names from the settings; empty reports on all.
	Services List `json:"services,omitempty"`
}

// Type implements Query.
func (q *Report) Type() Type { return TypeReport }

// Shape implements Query; the default is table.
func (q *Report) Shape() Format {
	if q.Format == "" {
		return FormatTable
	}
	return q.Format
}

// Validate implements Query.
func (q *Report) Validate() error {
	return oneOf("format", q.Format, FormatTable, FormatMarkdown)
}
