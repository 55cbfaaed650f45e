package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/heartline-monitor/heartline/pkg/notify"
	"github.com/heartline-monitor/heartline/pkg/rule"
)

const rulesRenderHelp = `Write rules as files for Grafana's provisioning and for Prometheus.

Each pack becomes PACK.yaml in DIR/grafana and PACK.yml in DIR/prometheus; with --for,
in DIR itself. Without a name, all packs of Heartline are written, each for what it is
made for. The same rules always give the same bytes; a file that is current is not
touched, and one that heartline did not write is never replaced.

Grafana keeps rules that are gone from its files. Render into the same DIR each time:
what was there and is gone is deleted in Grafana by the new file.

PromQL is asked through Heartline's data source, or with --datasource-type prometheus
through one of Prometheus. --notifications gives rules their receivers, those that the
environment enables.

--check writes nothing and fails where a file is not current.

Exit codes: 0 all is written, or current; 1 something is wrong with the rules, or with
--check not current; 2 the command line is wrong.`

const rulesRenderExamples = `  heartline rules render --out provisioning/alerting --for grafana
  heartline rules render --out rendered milvus rules/ours.yml --set MilvusSearchLatencyHigh.limit=2000
  heartline rules render --out /etc/prometheus/rules --for prometheus --parameters production.yml --check
  heartline rules render --out alerting --for grafana --datasource-type prometheus --datasource-uid prom`

// errNotCurrent says that --check found files to be written: they were named.
var errNotCurrent = errors.New("rendered rules are not current: render them again without --check")

type rulesRenderOptions struct {
	packFlags

	out, renderer  string
	notifications  string
	datasourceType string
	datasourceUID  string
	check          bool
}

func newRulesRender(io streams) *cobra.Command {
	var o rulesRenderOptions
	cmd := &cobra.Command{
		Use:     "render --out DIR [flags] [PACK|FILE|DIR...]",
		Short:   "Write rules for Grafana and Prometheus",
		Long:    rulesRenderHelp,
		Example: rulesRenderExamples,
		Args:    cobra.ArbitraryArgs,
		RunE:    func(_ *cobra.Command, args []string) error { return o.run(args, os.LookupEnv, io) },
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", "folder `DIR` that is written to; it is made where it is missing")
	f.StringVar(&o.renderer, "for", "", "`SERVER`, grafana or prometheus (default both, in folders of their names)")
	o.register(f)
	f.StringVar(&o.notifications, "notifications", "", "notifications `FILE` whose routes give rules their receivers")
	f.StringVar(&o.datasourceType, "datasource-type", "", "`TYPE` of the data source that answers PromQL in Grafana, such as prometheus (default Heartline)")
	f.StringVar(&o.datasourceUID, "datasource-uid", "", "`UID` of that data source (default heartline)")
	f.BoolVar(&o.check, "check", false, "write nothing, fail where a file is not current")
	return cmd
}

func (o *rulesRenderOptions) validate() error {
	if o.out == "" {
		return usageError{errors.New("--out is missing: name the folder to write to")}
	}
	if o.renderer != "" {
		if err := oneOf("--for", o.renderer, []string{string(rule.Grafana), string(rule.Prometheus)}); err != nil {
			return err
		}
	}
	if o.datasourceType != "" && o.datasourceUID == "" {
		return usageError{errors.New("--datasource-uid is missing: name the uid of the data source that --datasource-type describes")}
	}
	return nil
}

func (o *rulesRenderOptions) run(args []string, env notify.Environment, io streams) error {
	if err := o.validate(); err != nil {
		return err
	}
	packs, err := o.read(args)
	if err != nil {
		return faulty(io, err)
	}
	target := rule.Target{DatasourceType: o.datasourceType, DatasourceUID: o.datasourceUID}
	if o.notifications != "" {
		if target.Routes, err = routes(o.notifications, env, io); err != nil {
			return err
		}
	}
	changed := 0
	for _, output := range o.outputs(len(args) > 0, target) {
		n, err := write(packs, output, io)
		if err != nil {
			return err
		}
		changed += n
	}
	if o.check && changed > 0 {
		return errNotCurrent
	}
	return nil
}

func routes(file string, env notify.Environment, io streams) ([]rule.Route, error) {
	config, err := notify.Load(file)
	if err != nil {
		return nil, err
	}
	found, notes, err := config.RuleRoutes(env)
	for _, note := range notes {
		_, _ = fmt.Fprintln(io.err, "note:", note)
	}
	return found, err
}

// outputs are one for each server. A pack that was named for one server is written for
// it, whatever the pack says.
func (o *rulesRenderOptions) outputs(named bool, target rule.Target) []rule.Output {
	if o.renderer != "" {
		return []rule.Output{{For: rule.Renderer(o.renderer), Dir: o.out, All: named, Target: target, Dry: o.check}}
	}
	var all []rule.Output
	for _, r := range rule.Renderers {
		all = append(all, rule.Output{For: r, Dir: filepath.Join(o.out, string(r)), Target: target, Dry: o.check})
	}
	return all
}

// write says what became of each file, and how many are changed.
func write(packs []rule.Pack, output rule.Output, io streams) (changed int, err error) {
	files, notes, err := rule.Write(packs, output)
	for _, note := range notes {
		_, _ = fmt.Fprintln(io.err, "note:", note)
	}
	for _, f := range files {
		state := "current"
		switch {
		case f.Changed && output.Dry:
			state = "not current"
		case f.Changed:
			state = "written"
		}
		if f.Changed {
			changed++
		}
		_, _ = fmt.Fprintf(io.out, "%s: %s\n", f.Path, state)
	}
	return changed, err
}
