package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/provisioning"
	"github.com/heartline-monitor/heartline/pkg/rule"
	"github.com/heartline-monitor/heartline/rules"
)

const rulesHelp = `Alert rules, written once: rendered for Grafana and for Prometheus, and checked.

Rules are in packs: those that come with Heartline, by their names, and your own, as
files in Prometheus' format. docs/rules.md describes what can be added to it.`

func newRules(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "Render and check alert rules",
		Long:  rulesHelp + "\n\nPacks of Heartline: " + strings.Join(shippedPacks(), ", ") + ".",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown command %q: see heartline rules --help", args[0])}
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(newRulesRender(io), newRulesCheck(io))
	return cmd
}

// shippedPacks are the names of the packs that come with Heartline.
func shippedPacks() []string {
	files, err := fs.Glob(rules.Files, "*.yml")
	if err != nil {
		return nil // the pattern is a constant
	}
	for i := range files {
		files[i] = strings.TrimSuffix(files[i], ".yml")
	}
	return files
}

// packFlags say which rules, and with which parameters.
type packFlags struct {
	set        []string
	parameters string
	dashboards []string
}

func (o *packFlags) register(f *pflag.FlagSet) {
	f.StringArrayVar(&o.set, "set", nil, "`RULE.PARAMETER=VALUE` or PACK.PARAMETER=VALUE; may be repeated, and wins over --parameters")
	f.StringVar(&o.parameters, "parameters", "", "YAML `FILE` with parameters below the names of rules and packs")
	f.StringArrayVar(&o.dashboards, "dashboards", nil, "dashboards as JSON, `DIR|FILE`, whose panels rules may name; may be repeated")
}

// read loads packs by name and by file, all that come with Heartline where none is named,
// puts the parameters in and checks them.
func (o *packFlags) read(args []string) ([]rule.Pack, error) {
	settings, err := o.settings()
	if err != nil {
		return nil, err
	}
	packs, err := loadPacks(args)
	if err != nil {
		return nil, err
	}
	if packs, err = rule.Set(packs, settings); err != nil {
		return nil, err
	}
	panels, err := o.panels()
	if err != nil {
		return nil, err
	}
	return packs, rule.Check(packs, panels)
}

func loadPacks(args []string) ([]rule.Pack, error) {
	if len(args) == 0 {
		return rule.Load(rules.Files)
	}
	var packs []rule.Pack
	for _, arg := range args {
		loaded, err := loadPack(arg)
		if err != nil {
			return nil, err
		}
		packs = append(packs, loaded...)
	}
	return packs, nil
}

func loadPack(arg string) ([]rule.Pack, error) {
	if slices.Contains(shippedPacks(), arg) {
		return rule.Load(rules.Files, arg+".yml")
	}
	info, err := os.Stat(arg)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(arg, `./\`):
		return nil, usageError{fmt.Errorf("there is no pack %q: use one of %s, or name a file", arg, strings.Join(shippedPacks(), ", "))}
	case err != nil:
		return nil, fmt.Errorf("read rules: %w", err)
	case !info.IsDir():
		return rule.LoadFiles(arg)
	}
	var files []string
	for _, pattern := range []string{"*.yml", "*.yaml"} {
		found, err := filepath.Glob(filepath.Join(arg, pattern))
		if err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("the folder %s has no rule files: put *.yml there", arg)
	}
	slices.Sort(files)
	return rule.LoadFiles(files...)
}

func (o *packFlags) settings() (rule.Settings, error) {
	settings := rule.Settings{}
	if o.parameters != "" {
		content, err := os.ReadFile(o.parameters)
		if err != nil {
			return nil, fmt.Errorf("read --parameters: %w", err)
		}
		if settings, err = rule.ParseSettings(o.parameters, content); err != nil {
			return nil, err
		}
	}
	for _, text := range o.set {
		key, s, err := rule.ParseSetting(text, "--set")
		if err != nil {
			return nil, usageError{err}
		}
		settings[key] = s
	}
	return settings, nil
}

func (o *packFlags) panels() (rule.Panels, error) {
	boards, err := provisioning.ReadDashboards(o.dashboards)
	if err != nil {
		return nil, err
	}
	panels := rule.Panels{}
	for _, b := range boards {
		for _, p := range b.Panels {
			panels[b.UID] = append(panels[b.UID], uint32(max(p.ID, 0)))
		}
	}
	return panels, nil
}

// faulty prints problems on lines of their own, as tools that read positions want them.
func faulty(io streams, err error) error {
	problems, ok := errors.AsType[rule.Problems](err)
	if !ok {
		return err
	}
	for _, p := range problems {
		_, _ = fmt.Fprintln(io.out, p.Error())
	}
	return fmt.Errorf("%w: %d found", errRules, len(problems))
}

// errRules says that rules have problems: they were printed.
var errRules = errors.New("the rules have problems")
