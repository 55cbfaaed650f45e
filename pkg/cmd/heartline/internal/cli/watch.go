package cli

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/watch"
)

const watchHelp = `Show a running app on the terminal: its figures, how they went, and their bands.

` + targetHelp + `

Rates and latencies are those of the last minute, gauges those of now; a character of
a line is one --interval. Where the output is no terminal, every look is a line of
text. An app that is gone is looked for until Ctrl-C. NO_COLOR=1 leaves colours out.`

const watchExamples = `  heartline watch http://orders:3000
  heartline watch --interval 10s http://orders:3000 >orders.log
  heartline watch --once http://orders:3000`

type watchOptions struct {
	target

	interval time.Duration
	once     bool
	timer    timer
}

func newWatch(io streams, clock timer) *cobra.Command {
	o := watchOptions{timer: clock}
	cmd := &cobra.Command{
		Use:     "watch [flags] URL",
		Short:   "Show a running app on the terminal",
		Long:    watchHelp,
		Example: watchExamples,
		Args:    oneURL,
		RunE:    func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0], io) },
	}
	f := cmd.Flags()
	o.register(f)
	f.DurationVar(&o.interval, "interval", 2*time.Second, "time between two looks, a `DURATION` of at least 1s")
	f.BoolVar(&o.once, "once", false, "look once and end: exit code 1 when the app cannot be read")
	return cmd
}

func (o *watchOptions) run(ctx context.Context, address string, io streams) error {
	if o.interval < time.Second {
		return usageError{fmt.Errorf("--interval %v is less than a second, which is what apps keep figures of: use 1s or more", o.interval)}
	}
	source, err := o.open(address, o.timer.now)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	view := watch.View{Source: source, Address: address, Out: io.out, Interval: o.interval, Now: o.timer.now}
	screen, isScreen := screenOf(io.out)
	view.Colour = isScreen && os.Getenv("NO_COLOR") == ""
	if o.once {
		return view.Once(ctx)
	}
	if isScreen {
		view.Screen = screen
	}
	wait, stop := o.timer.pace(o.interval)
	defer stop()
	return view.Run(ctx, wait)
}

// screenOf is the size of the terminal behind an output, where there is one that
// understands more than lines.
func screenOf(out any) (size func() (width, height int), ok bool) {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) || os.Getenv("TERM") == "dumb" {
		return nil, false
	}
	return func() (int, int) {
		width, height, err := term.GetSize(int(file.Fd()))
		if err != nil || width <= 0 || height <= 0 {
			return 80, 24
		}
		return width, height
	}, true
}
