package event

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProblemsAreSaidOnceEach(t *testing.T) {
	var ps Problems
	for range 3 {
		ps.Add(Problem{What: "unreadable lines", Where: "LSF/a/log/20260305", Count: 3})
	}
	ps.Add(Problem{What: "it is missing", Where: "LSF/a/log/20260305"})
	ps.Add(Problem{What: "unreadable lines", Where: "LSF/a/log/20260304", Count: 2})
	require.Len(t, ps, 3)
	require.Equal(t, []string{
		"2 unreadable lines in LSF/a/log/20260304", "3 unreadable lines in LSF/a/log/20260305", "LSF/a/log/20260305: it is missing",
	}, ps.Summary(5))
	require.Equal(t, []string{"2 unreadable lines in LSF/a/log/20260304", "and 2 more places with unreadable lines or files"}, ps.Summary(1))
	require.Equal(t, "LSF/a/log/20260305", ps[0].Where, "the order of the problems themselves stays")
	require.Empty(t, Problems{}.Summary(3))
}
