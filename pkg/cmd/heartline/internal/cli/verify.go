package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/pluginhost"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/provisioning"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/timerange"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/verify"
)

const verifyHelp = `Ask the plugin everything that dashboards and alert rules ask.

The plugin binary is started as Grafana starts it and spoken to over its gRPC: first
the health check, then every panel query, variable, annotation and rule query, with
the variables resolved as the dashboard resolves them. The report has a line for each
query; queries that fail and panels without a row are listed below it and make the
exit code 1. Panels of other data sources are listed as skipped.

Each dashboard is asked for the range it opens with, or for --from to --to. Rules are
evaluated at --to, which is also what now means in the range of a dashboard. A panel
that may be empty, such as one of failures, can be named with --allow-empty.

Times are written as for heartline query. The plugin may read every local path you may
read, unless GF_PLUGIN_ALLOWED_PATHS says otherwise.`

const verifyExamples = `  heartline verify --datasource provisioning/datasources/heartline.yaml \
    --dashboards dashboards --rules provisioning/alerting
  heartline verify --datasource heartline.yaml --dashboards dashboards/*.json --from now-30d
  heartline verify --datasource heartline.yaml --rules rules.yaml --to '2026-03-06 18:30:00'
  heartline verify --datasource heartline.yaml --dashboards alarms.json \
    --allow-empty 'Heartline / Alarms/Failed sends'`

// errVerification says that the report holds failures: it was printed.
var errVerification = errors.New("verification failed")

type verifyOptions struct {
	source            sourceFlags
	dashboards, rules []string
	plugin            string
	from, to          string
	output            string
	allowEmpty        []string
}

func newVerify(io streams) *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:     "verify --datasource FILE [--dashboards DIR|FILE...] [--rules DIR|FILE...] [flags]",
		Short:   "Check that all dashboards and alert rules are answered",
		Long:    verifyHelp,
		Example: verifyExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unexpected argument %q: put files after --dashboards or --rules", args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), io) },
	}
	f := cmd.Flags()
	o.source.add(f)
	f.StringArrayVar(&o.dashboards, "dashboards", nil, "dashboards as JSON: `DIR|FILE`, several may follow")
	f.StringArrayVar(&o.rules, "rules", nil, "alert rules as Grafana provisions them: `DIR|FILE`, several may follow")
	f.StringVar(&o.plugin, "plugin", "", fmt.Sprintf("plugin `BINARY` (default: %s beside heartline or in dist)", pluginhost.Executable()))
	f.StringVar(&o.from, "from", "", "begin of the range, a time `T` (default: what each dashboard opens with)")
	f.StringVar(&o.to, "to", "now", "end of the range, a time `T`")
	f.StringVar(&o.output, "output", "table", "`FORMAT` of the report: table or json")
	f.StringArrayVar(&o.allowEmpty, "allow-empty", nil, "`DASHBOARD/PANEL` that may have no rows; may be repeated")
	return cmd
}

func (o verifyOptions) run(ctx context.Context, io streams) error {
	if err := o.validate(); err != nil {
		return err
	}
	source, err := o.source.read(io.err)
	if err != nil {
		return err
	}
	plan, err := o.plan(source)
	if err != nil {
		return err
	}
	binary, err := pluginhost.Locate(o.plugin)
	if err != nil {
		return err
	}
	process, err := pluginhost.Start(ctx, binary, source.Settings)
	if err != nil {
		return err
	}
	defer process.Close()
	report, err := verify.Run(ctx, process, plan)
	if report != nil {
		if err := report.Write(io.out, o.output); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	if err != nil {
		return err
	}
	if failed := len(report.Problems()); failed > 0 {
		return fmt.Errorf("%w: %d of %d queries failed or were empty", errVerification, failed, len(report.Checks)-len(report.Skipped()))
	}
	return nil
}

func (o verifyOptions) validate() error {
	if err := errors.Join(o.source.check(), oneOf("--output", o.output, verify.Formats)); err != nil {
		return err
	}
	if len(o.dashboards)+len(o.rules) == 0 {
		return usageError{errors.New("nothing to verify: name --dashboards, --rules or both")}
	}
	return nil
}

func (o verifyOptions) plan(source *provisioning.DataSource) (verify.Plan, error) {
	plan := verify.Plan{DataSource: source, AllowEmpty: o.allowEmpty}
	zone, err := source.Location()
	if err != nil {
		return plan, err
	}
	clock := timerange.Clock{Now: time.Now(), Location: zone}
	end, err := clock.End(o.to)
	if err != nil {
		return plan, usageError{fmt.Errorf("--to: %w", err)}
	}
	plan.Clock = timerange.Clock{Now: end, Location: zone}
	if o.from != "" {
		span, err := clock.Range(o.from, o.to)
		if err != nil {
			return plan, usageError{fmt.Errorf("range: %w", err)}
		}
		plan.Range = &span
	}
	if plan.Dashboards, err = provisioning.ReadDashboards(o.dashboards); err != nil {
		return plan, err
	}
	plan.Rules, err = provisioning.ReadRules(o.rules)
	return plan, err
}
