package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHelpShowsCommandsAndExamples(t *testing.T) {
	for _, args := range [][]string{{}, {"--help"}, {"help"}} {
		o := heartline(t, args...)
		require.Zero(t, o.code)
		require.Contains(t, o.out, "Exit codes: 0 all is well")
		require.Contains(t, o.out, "query ")
		require.Contains(t, o.out, "verify ")
		require.Empty(t, o.err)
	}
	for _, command := range []string{"query", "verify"} {
		o := heartline(t, command, "--help")
		require.Zero(t, o.code)
		require.Contains(t, o.out, "Examples:\n  heartline "+command)
	}
}

func TestVersionIsPrinted(t *testing.T) {
	require.Equal(t, outcome{out: "heartline version 1.2.3\n"}, heartline(t, "--version"))
}

func TestUnknownCommandIsAUsageError(t *testing.T) {
	o := heartline(t, "querry")
	require.Equal(t, exitUsage, o.code)
	require.Equal(t, "heartline: unknown command \"querry\": see heartline --help\n", o.err)
	o = heartline(t, "--wrong")
	require.Equal(t, exitUsage, o.code)
	require.Contains(t, o.err, "unknown flag: --wrong: see heartline --help")
}

func TestSpreadGivesEveryFileItsFlag(t *testing.T) {
	for _, c := range []struct{ in, want []string }{
		{nil, nil},
		{[]string{"query", "--rules", "a", "b"}, []string{"query", "--rules", "a", "b"}},
		{[]string{"verify", "--rules", "a", "b", "c"}, []string{"verify", "--rules", "a", "--rules", "b", "--rules", "c"}},
		{[]string{"verify", "--rules=a", "b", "--to", "now"}, []string{"verify", "--rules=a", "--rules", "b", "--to", "now"}},
		{[]string{"verify", "--rules", "a", "--dashboards", "b", "c"}, []string{"verify", "--rules", "a", "--dashboards", "b", "--dashboards", "c"}},
		{[]string{"verify", "--to", "now", "a"}, []string{"verify", "--to", "now", "a"}},
	} {
		require.Equal(t, c.want, spread(c.in, "--dashboards", "--rules"))
	}
}
