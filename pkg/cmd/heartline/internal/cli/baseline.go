package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/baseline"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/vitals"
)

const baselineHelp = `Sample goroutines and memory of a running app and keep them as what is normal.

Record an hour after a deployment, under the usual load; heartline compare then tells
later whether the app has grown. A file that is there already is replaced.

` + targetHelp

const baselineExamples = `  heartline record-baseline http://orders:3000
  heartline record-baseline --duration 15m --file orders.json http://orders:3000`

// runOptions say how a service is sampled.
type runOptions struct {
	target

	schedule baseline.Schedule
	file     string
	timer    timer
}

func (o *runOptions) register(f *pflag.FlagSet) {
	o.target.register(f)
	f.DurationVar(&o.schedule.Duration, "duration", 5*time.Minute, "for how long the app is sampled, a `DURATION`")
	f.DurationVar(&o.schedule.Interval, "interval", 10*time.Second, "time between two samples, a `DURATION`")
	f.StringVar(&o.file, "file", "baseline.json", "`FILE` with the baseline")
}

func newRecordBaseline(io streams, clock timer) *cobra.Command {
	o := runOptions{timer: clock}
	cmd := &cobra.Command{
		Use:     "record-baseline [flags] URL",
		Short:   "Keep what is normal for a running app",
		Long:    baselineHelp,
		Example: baselineExamples,
		Args:    oneURL,
		RunE:    func(cmd *cobra.Command, args []string) error { return o.record(cmd.Context(), args[0], io) },
	}
	o.register(cmd.Flags())
	return cmd
}

// take samples the app, with the progress on the standard error where somebody sees it.
func (o *runOptions) take(ctx context.Context, address string, stderr io.Writer) (*baseline.Run, error) {
	if err := o.schedule.Validate(); err != nil {
		return nil, usageError{err}
	}
	source, err := o.open(address, o.timer.now)
	if err != nil {
		return nil, err
	}
	defer func() { _ = source.Close() }()
	_, visible := screenOf(stderr)
	bar := progressbar.NewOptions(o.schedule.Samples(), progressbar.OptionSetWriter(stderr), progressbar.OptionShowCount(),
		progressbar.OptionSetDescription("sampling "+oneLine(address)), progressbar.OptionSetVisibility(visible), progressbar.OptionClearOnFinish())
	defer func() { _ = bar.Finish() }()
	wait, stop := o.timer.pace(o.schedule.Interval)
	defer stop()
	return baseline.Take(ctx, source, o.schedule, o.timer.now, wait, func(done int) { _ = bar.Set(done) })
}

func (o *runOptions) record(ctx context.Context, address string, io streams) error {
	if info, err := os.Stat(o.file); err == nil && !info.Mode().IsRegular() {
		return usageError{fmt.Errorf("--file %s is no file: name one to write", o.file)}
	}
	run, err := o.take(ctx, address, io.err)
	if err != nil {
		return err
	}
	b, err := baseline.New(address, o.schedule, run)
	if err != nil {
		return err
	}
	if err := b.Write(o.file); err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "%s: %d samples over %v: %s, %s\n", o.file, len(run.Times), o.schedule.Duration,
		described(vitals.Goroutines, b.Goroutines), described(vitals.Memory, b.Memory))
	return errors.Join(err, missed(io.err, run))
}

func described(f vitals.Figure, s *baseline.Summary) string {
	if s == nil {
		return f.Name + " unknown"
	}
	return fmt.Sprintf("%s %s (%s to %s)", f.Name, f.Text(s.Average), f.Text(s.Trough), f.Text(s.Peak))
}

func missed(stderr io.Writer, run *baseline.Run) error {
	if run.Missed == 0 {
		return nil
	}
	_, err := fmt.Fprintf(stderr, "note: %d samples are missing because the app could not be read\n", run.Missed)
	return err
}
