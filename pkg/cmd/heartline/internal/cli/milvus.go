package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/cluster"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

const milvusHelp = `Show how a running Milvus is doing: its health, its performance, and what it holds.

The figures come from the Prometheus that scrapes Milvus: --prometheus, or metrics.url
of a data source. Each has a line for the past, how much larger it is now than at its
beginning, and whether it is as good as the shipped alert rules want it.

Exit codes: 0 all figures are good; 1 one is not, or Prometheus cannot tell; 2 the
command line is wrong.`

const milvusExamples = `  heartline milvus --prometheus http://127.0.0.1:9090
  heartline milvus --datasource heartline.yaml --last 24h
  heartline milvus --prometheus http://127.0.0.1:9090 --selector 'namespace="search"' --json`

type milvusOptions struct {
	source     sourceFlags
	prometheus string
	selector   string
	last       time.Duration
	json       bool
}

func newMilvus(io streams) *cobra.Command {
	var o milvusOptions
	cmd := &cobra.Command{
		Use:     "milvus [--prometheus URL | --datasource FILE] [flags]",
		Short:   "Show how a running Milvus is doing",
		Long:    milvusHelp,
		Example: milvusExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("milvus takes flags only, it got %q", args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), io) },
	}
	f := cmd.Flags()
	o.source.add(f)
	f.StringVar(&o.prometheus, "prometheus", "", "`URL` of the Prometheus that scrapes Milvus")
	f.StringVar(&o.selector, "selector", `job=~"milvus.*"`, "label `MATCHERS` of that Milvus")
	f.DurationVar(&o.last, "last", time.Hour, "how much of the past is shown, a `DURATION`")
	f.BoolVar(&o.json, "json", false, "print JSON")
	return cmd
}

func (o *milvusOptions) run(ctx context.Context, io streams) error {
	if o.last < 5*time.Minute {
		return usageError{fmt.Errorf("--last %v is shorter than the 5m that rates are taken over: use that or more", o.last)}
	}
	selector, err := cluster.Selector(o.selector)
	if err != nil {
		return usageError{fmt.Errorf("--selector: %w", err)}
	}
	client := &http.Client{Timeout: metricsTimeout}
	address, err := o.address(client, io)
	if err != nil {
		return err
	}
	api, err := prometheus.NewAPI(address, client)
	if err != nil {
		return usageError{err}
	}
	view, err := cluster.Read(ctx, api, selector, time.Now(), o.last)
	if err != nil {
		return err
	}
	if err := view.Write(io.out, o.json); err != nil {
		return err
	}
	if !view.Well() {
		return verdict(exitFailed)
	}
	return nil
}

// address is that of Prometheus. The client is given the credentials for it.
func (o *milvusOptions) address(client *http.Client, io streams) (address string, err error) {
	if o.prometheus != "" {
		return o.prometheus, nil
	}
	if o.source.file == "" {
		return "", usageError{errors.New("name the Prometheus that scrapes Milvus with --prometheus, or a data source with --datasource")}
	}
	source, err := o.source.read(io.err)
	if err != nil {
		return "", err
	}
	if address, client.Transport = metricsOf(source); address == "" {
		return "", fmt.Errorf("data source %q has no metrics.url: set it, or name a Prometheus with --prometheus", source.Settings.Name)
	}
	return address, nil
}
