package requestlog

// NewSmall returns a source that reads in small pieces and holds next to nothing,
// so that small logs go the ways of large ones.
func NewSmall(c Config) *Source {
	s := New(c)
	s.limits = limits{batch: 16, few: 10, held: 40, copied: 20, picked: 1_000}
	return s
}
