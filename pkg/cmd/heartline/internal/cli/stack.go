package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/grid"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/stack"
)

const stackHelp = `Start, watch and end the stack of docker-compose.yaml: Grafana with Heartline,
Prometheus, Alertmanager, Loki, Jaeger, a service under load, and a stand-in for Milvus
or, with --profile milvus, a real one with its etcd and MinIO.

It needs a checkout in which everything is built (go tool mage build), and Docker with
compose 2.24 or later. Ports are published on the loopback interface only.

Exit codes: 0 all is well; 1 something is missing, or not well; 2 the command line is
wrong; 130 it was interrupted.`

const stackExamples = `  heartline stack check
  heartline stack up
  heartline stack up --profile milvus --timeout 20m
  heartline stack status
  heartline stack clean --yes`

// stackOptions are the flags of all commands of the stack.
type stackOptions struct {
	dir, profile string
}

func (o *stackOptions) register(f *pflag.FlagSet) {
	f.StringVar(&o.dir, "dir", ".", "the `FOLDER` of docker-compose.yaml, or one below it")
}

func (o *stackOptions) registerProfile(f *pflag.FlagSet) {
	f.StringVar(&o.profile, "profile", "", "milvus for a real `Milvus`; otherwise what COMPOSE_PROFILES says")
}

func (o *stackOptions) open(out io.Writer) (*stack.Stack, error) {
	if o.profile != "" {
		if err := oneOf("--profile", o.profile, []string{stack.Milvus}); err != nil {
			return nil, err
		}
	}
	return stack.Open(o.dir, o.profile, out)
}

func newStack(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "stack check|up|status|down|clean",
		Short:   "Start and watch everything in Docker",
		Long:    stackHelp,
		Example: stackExamples,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown command %q: see heartline stack --help", args[0])}
			}
			return cmd.Help()
		},
	}
	var o stackOptions
	o.register(cmd.PersistentFlags())
	cmd.AddCommand(newStackCheck(&o, io), newStackUp(&o, io), newStackStatus(&o, io), newStackDown(&o, io), newStackClean(&o, io))
	return cmd
}

// stackCommand is one that takes no arguments.
func stackCommand(use, short string, o *stackOptions, out io.Writer, run func(ctx context.Context, s *stack.Stack) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := o.open(out)
			if err != nil {
				return err
			}
			return run(cmd.Context(), s)
		},
	}
}

func newStackCheck(o *stackOptions, io streams) *cobra.Command {
	cmd := stackCommand("check", "Look whether everything is there that the stack needs", o, io.out, func(ctx context.Context, s *stack.Stack) error {
		return showFindings(io.out, s.Check(ctx), stack.OK)
	})
	o.registerProfile(cmd.Flags())
	return cmd
}

// showFindings prints findings, those that are well only where asked for, and fails where
// one of them is in the way.
func showFindings(out io.Writer, findings []stack.Finding, least stack.Verdict) error {
	failed := 0
	for _, f := range findings {
		if f.Verdict == stack.Failed {
			failed++
		}
		if f.Verdict == stack.OK && least != stack.OK {
			continue
		}
		fmt.Fprintf(out, "%-8s %-10s %s\n", f.Verdict, f.Subject, f.Text)
		if f.Remedy != "" {
			fmt.Fprintf(out, "%19s %s\n", "", f.Remedy)
		}
	}
	if failed > 0 {
		return fmt.Errorf("the stack cannot start: %d of %d prerequisites are not met", failed, len(findings))
	}
	return nil
}

func newStackUp(o *stackOptions, io streams) *cobra.Command {
	var timeout time.Duration
	cmd := stackCommand("up", "Start the stack and wait until it is well", o, io.out, func(ctx context.Context, s *stack.Stack) error {
		if err := showFindings(io.out, s.Check(ctx), stack.Warning); err != nil {
			return err
		}
		if err := s.Up(ctx, timeout); err != nil {
			return err
		}
		return showAddresses(io.out, s)
	})
	o.registerProfile(cmd.Flags())
	cmd.Flags().DurationVar(&timeout, "timeout", 10*time.Minute, "how long images may take to load and services to start, a `DURATION`")
	return cmd
}

func showAddresses(out io.Writer, s *stack.Stack) error {
	addresses, err := s.Addresses()
	if err != nil {
		return err
	}
	lines := make([][]string, len(addresses))
	for i, a := range addresses {
		lines[i] = []string{a.Service, a.URL, a.What}
	}
	fmt.Fprintln(out)
	return grid.Write(out, []grid.Column{{Heading: "service"}, {Heading: "address"}, {Heading: "what is there"}}, lines)
}

func newStackStatus(o *stackOptions, io streams) *cobra.Command {
	return stackCommand("status", "Show how the services are", o, io.out, func(ctx context.Context, s *stack.Stack) error {
		states, err := s.Status(ctx)
		if err != nil {
			return fmt.Errorf("%w: heartline stack check may say why", err)
		}
		if len(states) == 0 {
			return errors.New("the stack is not there: start it with heartline stack up")
		}
		ill := 0
		lines := make([][]string, len(states))
		for i, state := range states {
			lines[i] = []string{state.Service, state.Condition}
			if !state.Well {
				ill++
			}
		}
		if err := grid.Write(io.out, []grid.Column{{Heading: "service"}, {Heading: "condition"}}, lines); err != nil {
			return err
		}
		if ill > 0 {
			return fmt.Errorf("%d of %d services are not well: see docker compose logs SERVICE", ill, len(states))
		}
		return showAddresses(io.out, s)
	})
}

func newStackDown(o *stackOptions, io streams) *cobra.Command {
	return stackCommand("down", "End the stack and keep what it wrote", o, io.out, func(ctx context.Context, s *stack.Stack) error {
		return s.Down(ctx)
	})
}

func newStackClean(o *stackOptions, io streams) *cobra.Command {
	var yes bool
	cmd := stackCommand("clean", "End the stack and delete what it wrote", o, io.out, func(ctx context.Context, s *stack.Stack) error {
		if !yes {
			fmt.Fprintf(io.out, "This ends the stack and deletes its volumes, with all that is in them:\n  %s\nType yes to go on: ", strings.Join(s.Volumes(), ", "))
			if !confirmed(ctx, io.in) {
				return errors.New("nothing was deleted: type yes, or use --yes")
			}
		}
		return s.Clean(ctx)
	})
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// confirmed reads a line, and no longer than the context lasts.
func confirmed(ctx context.Context, in io.Reader) bool {
	answered := make(chan string, 1)
	go func() {
		answer, _ := bufio.NewReader(in).ReadString('\n') // the end of the input is no yes
		answered <- answer
	}()
	select {
	case <-ctx.Done():
		return false
	case answer := <-answered:
		return strings.EqualFold(strings.TrimSpace(answer), "yes")
	}
}
