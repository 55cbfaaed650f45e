package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/spf13/cobra"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/doctor"
	"github.com/heartline-monitor/heartline/pkg/dashboard"
	"github.com/heartline-monitor/heartline/pkg/plugin"
	"github.com/heartline-monitor/heartline/pkg/signal/app"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

const doctorHelp = `Examine an installation part by part, and say of each what is wrong and what to do.

It looks at what you name: a data source (its store, its services, its Prometheus), a
Milvus (port 19530 for clients, /healthz on 9091), a Prometheus (its targets, and every
metric that the dashboards need), a Grafana (the plugin, and its data sources).

Without --prometheus the data source's metrics.url is taken. For a Grafana set
GRAFANA_TOKEN to a service account's token, or name --grafana-user and set
GRAFANA_PASSWORD.

Exit codes: 0 nothing is wrong, though there may be warnings; 1 something is; 2 the
command line is wrong.`

const doctorExamples = `  heartline doctor --datasource provisioning/datasources/heartline.yaml
  heartline doctor --milvus 127.0.0.1 --prometheus http://127.0.0.1:9090
  GRAFANA_TOKEN=... heartline doctor --grafana http://127.0.0.1:3000 --json`

const (
	grafanaTokenVariable    = "GRAFANA_TOKEN"
	grafanaPasswordVariable = "GRAFANA_PASSWORD"
)

type doctorOptions struct {
	source     sourceFlags
	milvus     string
	prometheus string
	grafana    string
	user       string
	json       bool
}

func newDoctor(io streams) *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:     "doctor [--datasource FILE] [--milvus HOST] [--prometheus URL] [--grafana URL]",
		Short:   "Say what is wrong with an installation, and what to do",
		Long:    doctorHelp,
		Example: doctorExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("doctor takes flags only, it got %q", args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), io) },
	}
	f := cmd.Flags()
	o.source.add(f)
	f.StringVar(&o.milvus, "milvus", "", "`HOST` of a Milvus, HOST:PORT of its clients' port, or the URL of its port 9091")
	f.StringVar(&o.prometheus, "prometheus", "", "`URL` of the Prometheus that scrapes Milvus and the services")
	f.StringVar(&o.grafana, "grafana", "", "`URL` of a Grafana")
	f.StringVar(&o.user, "grafana-user", "", "`NAME` of a user of that Grafana")
	f.BoolVar(&o.json, "json", false, "print JSON")
	return cmd
}

func (o *doctorOptions) run(ctx context.Context, io streams) error {
	checks, err := o.checks(io)
	if err != nil {
		return err
	}
	found, err := doctor.Examine(ctx, checks)
	if err != nil {
		return err
	}
	if err := doctor.Write(io.out, found, o.json); err != nil {
		return err
	}
	if doctor.Sick(found) {
		return verdict(exitFailed)
	}
	return nil
}

// checks are those of the parts that were named.
func (o *doctorOptions) checks(io streams) ([]doctor.Check, error) {
	var checks []doctor.Check
	client := &http.Client{Timeout: metricsTimeout}
	if o.source.file != "" {
		source, err := o.source.read(io.err)
		if err != nil {
			return nil, err
		}
		checks = append(checks, dataSourceCheck(source.Settings))
		if o.prometheus == "" {
			o.prometheus, client.Transport = metricsOf(source)
		}
	}
	if o.milvus != "" {
		check, err := doctor.Milvus(o.milvus)
		if err != nil {
			return nil, usageError{err}
		}
		checks = append(checks, check)
	}
	if o.prometheus != "" {
		asked, err := prometheusChecks(o.prometheus, client)
		if err != nil {
			return nil, err
		}
		checks = append(checks, asked...)
	}
	if o.grafana != "" {
		checks = append(checks, doctor.Grafana{
			URL: o.grafana, Plugin: plugin.ID,
			Credentials: app.Credentials{Token: os.Getenv(grafanaTokenVariable), User: o.user, Password: os.Getenv(grafanaPasswordVariable)},
		}.Check)
	}
	if len(checks) == 0 {
		return nil, usageError{errors.New("nothing to examine: name --datasource, --milvus, --prometheus or --grafana")}
	}
	return checks, nil
}

func prometheusChecks(address string, client *http.Client) ([]doctor.Check, error) {
	api, err := prometheus.NewAPI(address, client)
	if err != nil {
		return nil, usageError{fmt.Errorf("--prometheus: %w", err)}
	}
	boards, err := dashboard.All()
	if err != nil {
		return nil, err
	}
	needed := map[string][]string{}
	for _, b := range boards {
		if err := doctor.Needed(needed, strings.TrimSuffix(b.File, ".json"), b.Dashboard); err != nil {
			return nil, err
		}
	}
	return []doctor.Check{doctor.Targets(api), doctor.Metrics(api, needed)}, nil
}

// dataSourceCheck asks the plugin for the health of its parts.
func dataSourceCheck(settings backend.DataSourceInstanceSettings) doctor.Check {
	return func(ctx context.Context) []doctor.Finding {
		health, err := checkHealth(ctx, settings)
		if err != nil {
			return []doctor.Finding{{Part: "data source " + settings.Name, Status: doctor.Error, What: err.Error(), Remedy: "see that the file is the one that Grafana reads"}}
		}
		var details struct {
			Parts []struct{ Name, Status, Message string }
		}
		if err := json.Unmarshal(health.JSONDetails, &details); err != nil {
			return []doctor.Finding{{Part: "data source " + settings.Name, Status: doctor.Error, What: health.Message, Remedy: "mend what the message names"}}
		}
		found := make([]doctor.Finding, len(details.Parts))
		for i, p := range details.Parts {
			found[i] = doctor.Finding{Part: settings.Name + " " + p.Name, Status: doctor.OK, What: cmp.Or(p.Message, "in order")}
			switch p.Status {
			case "error":
				found[i].Status, found[i].Remedy = doctor.Error, "mend the setting, or what it leads to: the message names it"
			case "off":
				found[i].Status = doctor.Skipped
			}
		}
		return found
	}
}
