// Package cli holds the commands of heartline.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// The exit codes of heartline.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

const rootHelp = `Heartline shows how check scripts, services and Milvus are doing.

Commands with --datasource read the files with which Grafana is provisioned: the data
source names the store, so that what you see is what Grafana shows. Commands with a
URL ask a running app itself.

Exit codes: 0 all is well; 1 a query failed or was empty, or a file could not be
read; 2 the command line is wrong; 130 it was interrupted. Those of check and compare
are for monitoring systems: see their help.`

// usageError is a mistake on the command line.
type usageError struct{ error }

// Unwrap implements errors' interface.
func (e usageError) Unwrap() error { return e.error }

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// Run runs heartline with these arguments, the program's name left out, and
// returns its exit code. It ends early when the context does.
func Run(ctx context.Context, version string, args []string) int {
	return run(ctx, version, args, streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
}

func run(ctx context.Context, version string, args []string, io streams) int {
	root := newRoot(version, io)
	root.SetArgs(spread(args, "--dashboards", "--rules"))
	cmd, err := root.ExecuteContextC(ctx)
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil:
		_, _ = fmt.Fprintln(io.err, "heartline: interrupted")
		return exitInterrupted
	}
	if v, ok := errors.AsType[verdict](err); ok {
		return int(v)
	}
	if cmd.Annotations[judging] != "" {
		_, _ = fmt.Fprintln(io.out, statusNames[exitUnknown], "-", oneLine(err.Error()))
		return exitUnknown
	}
	_, _ = fmt.Fprintln(io.err, "heartline:", err)
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

func newRoot(version string, io streams) *cobra.Command {
	root := &cobra.Command{
		Use:           "heartline",
		Short:         "Check scripts, services and Milvus, as Grafana shows them",
		Long:          rootHelp,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown command %q: see heartline --help", args[0])}
			}
			return cmd.Help()
		},
	}
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())}
	})
	root.AddCommand(newQuery(io), newVerify(io), newReport(io), newDoctor(io), newMilvus(io))
	root.AddCommand(newStack(io))
	root.AddCommand(newWatch(io, systemTimer), newCheck(io, systemTimer), newRecordBaseline(io, systemTimer), newCompare(io, systemTimer))
	root.AddCommand(newNotifications(io), newAct(io), newRules(io))
	return root
}

// spread gives every argument that follows one of these flags the flag of its
// own, so that --dashboards a.json b.json, as a shell makes it of *.json, means
// --dashboards a.json --dashboards b.json.
func spread(args []string, flags ...string) []string {
	if len(args) == 0 || args[0] != "verify" {
		return args
	}
	var out []string
	last, taken := "", false
	for _, arg := range args {
		name, _, inline := strings.Cut(arg, "=")
		switch {
		case strings.HasPrefix(arg, "-"):
			last, taken = "", inline
			if slices.Contains(flags, name) {
				last = name
			}
		case last != "" && taken:
			out = append(out, last)
		default:
			taken = true
		}
		out = append(out, arg)
	}
	return out
}

// oneOf fails when the value of a flag is not among the allowed ones.
func oneOf(flag, value string, allowed []string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return usageError{fmt.Errorf("%s %q is unknown: use one of %s", flag, value, strings.Join(allowed, ", "))}
}
