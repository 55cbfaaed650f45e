package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

const rulesCheckHelp = `Say what is wrong with rules, one line each: file:line:column: what: remedy.

Checked are the syntax, PromQL, names, uids and label sets that are there twice, missing
runbooks, panels that do not exist, metrics and labels that Milvus does not have, and
parameters without a reason or a use. Packs that are used together are checked together.

Exit codes: 0 nothing is wrong; 1 something is; 2 the command line is wrong.`

const rulesCheckExamples = `  heartline rules check
  heartline rules check rules/*.yml --dashboards grafana/dashboards
  heartline rules check milvus rules/ours.yml --parameters production.yml`

func newRulesCheck(io streams) *cobra.Command {
	var o packFlags
	cmd := &cobra.Command{
		Use:     "check [flags] [PACK|FILE|DIR...]",
		Short:   "Say what is wrong with rules",
		Long:    rulesCheckHelp,
		Example: rulesCheckExamples,
		Args:    cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			packs, err := o.read(args)
			if err != nil {
				return faulty(io, err)
			}
			alerts, recordings := 0, 0
			for _, p := range packs {
				a, r := p.Count()
				alerts, recordings = alerts+a, recordings+r
			}
			_, err = fmt.Fprintf(io.out, "nothing is wrong with %d packs, %d alerts and %d recording rules\n", len(packs), alerts, recordings)
			return err
		},
	}
	o.register(cmd.Flags())
	return cmd
}
