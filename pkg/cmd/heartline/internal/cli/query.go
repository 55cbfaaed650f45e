package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/spf13/cobra"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/pluginhost"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/rows"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/timerange"
	"github.com/heartline-monitor/heartline/pkg/plugin"
)

// points is how many points a time series has when no interval is given.
const points = 1_000

const queryHelp = `Run one query over a data source and print its rows.

QUERY is the query's JSON as a panel has it; - reads it from the standard input,
@FILE from a file. It runs through the plugin's own code, without Grafana.

Both ends of the range belong to it. Times are RFC 3339 (2026-03-06T18:30:00+08:00),
a date or a date and time in the zone of the store (2026-03-06, 2026-03-06 18:30:00; a
date alone means the whole day), unix seconds or milliseconds, or relative as in
Grafana (now, now-7d, now-1d/d).

Output is a table, a JSON array with one flat object per row, or CSV. Field names are
the keys, labels are merged in; JSON and CSV give times in UTC, a table in the zone
of the store. What the answer has to remark goes to the standard error.

Local paths: where GF_PLUGIN_ALLOWED_PATHS is not set, every path you may read is
allowed; where it is set it is kept to, as in Grafana.`

const queryExamples = `  heartline query --datasource heartline.yaml '{"queryType":"monitors"}'
  heartline query --datasource heartline.yaml --from now-1d --output json \
    '{"queryType":"logs","levels":["Error","Fatal"],"text":"disk"}'
  heartline query --datasource heartline.yaml --from 2026-03-01 --to 2026-03-06 --output csv \
    '{"queryType":"alarms","format":"count","groupBy":["direction"],"interval":"1d"}'
  heartline query --datasource heartline.yaml @panel.json`

type queryOptions struct {
	source   sourceFlags
	from, to string
	interval string
	output   string
}

func newQuery(io streams) *cobra.Command {
	var o queryOptions
	cmd := &cobra.Command{
		Use:     "query --datasource FILE [flags] QUERY",
		Short:   "Run one query and print its rows",
		Long:    queryHelp,
		Example: queryExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("query needs one QUERY, it got %d arguments: put the JSON into single quotes", len(args))}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0], io) },
	}
	f := cmd.Flags()
	o.source.add(f)
	f.StringVar(&o.from, "from", "now-6h", "begin of the range, a time `T`")
	f.StringVar(&o.to, "to", "now", "end of the range, a time `T`")
	f.StringVar(&o.interval, "interval", "", "interval that a panel would propose, a `DURATION` such as 1m (default: about 1000 points)")
	f.StringVar(&o.output, "output", "table", "`FORMAT` of the output: table, json or csv")
	return cmd
}

func (o queryOptions) run(ctx context.Context, argument string, io streams) error {
	if err := errors.Join(o.source.check(), oneOf("--output", o.output, rows.Formats)); err != nil {
		return err
	}
	raw, err := readQuery(argument, io.in)
	if err != nil {
		return err
	}
	source, err := o.source.read(io.err)
	if err != nil {
		return err
	}
	zone, err := source.Location()
	if err != nil {
		return err
	}
	query, err := o.dataQuery(raw, timerange.Clock{Now: time.Now(), Location: zone})
	if err != nil {
		return err
	}
	frames, err := ask(ctx, source.Settings, query)
	if err != nil {
		return err
	}
	printNotices(io.err, frames)
	return rows.Flatten(frames).Write(io.out, o.output, zone)
}

func (o queryOptions) dataQuery(raw json.RawMessage, clock timerange.Clock) (backend.DataQuery, error) {
	span, err := clock.Range(o.from, o.to)
	if err != nil {
		return backend.DataQuery{}, usageError{fmt.Errorf("range: %w", err)}
	}
	interval := timerange.Interval(span, points, 0)
	if o.interval != "" {
		if interval, err = timerange.ParseInterval(o.interval); err != nil {
			return backend.DataQuery{}, usageError{fmt.Errorf("--interval: %w", err)}
		}
	}
	var common struct {
		QueryType string `json:"queryType"`
	}
	if err := json.Unmarshal(raw, &common); err != nil {
		return backend.DataQuery{}, fmt.Errorf("queryType: %w", err)
	}
	return backend.DataQuery{
		RefID: "A", QueryType: common.QueryType, TimeRange: span, Interval: interval, MaxDataPoints: points, JSON: raw,
	}, nil
}

// readQuery takes the JSON from the argument, from a file or from the input.
func readQuery(argument string, stdin io.Reader) (json.RawMessage, error) {
	raw := []byte(argument)
	var err error
	if path, ok := strings.CutPrefix(argument, "@"); ok {
		raw, err = os.ReadFile(path)
	} else if argument == "-" {
		raw, err = io.ReadAll(stdin)
	}
	if err != nil {
		return nil, fmt.Errorf("read the query: %w", err)
	}
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		return nil, usageError{fmt.Errorf(`QUERY is not a JSON object: write it as in a panel, {"queryType": "logs"}`)}
	}
	if name := variableIn(fields); name != "" {
		return nil, usageError{fmt.Errorf("QUERY has the template variable %s, which only a dashboard can fill in: write the values out", name)}
	}
	return raw, nil
}

// variable is a text that is a template variable and nothing else. Grafana's
// own, such as $__from, are the plugin's business.
var variable = regexp.MustCompile(`^(\$[A-Za-z]\w*|\$\{[A-Za-z][^}]*\}|\[\[[A-Za-z][^\]]*\]\])$`)

func variableIn(node any) string {
	switch node := node.(type) {
	case string:
		return variable.FindString(node)
	case []any:
		for _, value := range node {
			if name := variableIn(value); name != "" {
				return name
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			// A panel's reference to its data source may be a variable: it is not asked.
			if key == "datasource" {
				continue
			}
			if name := variableIn(node[key]); name != "" {
				return name
			}
		}
	}
	return ""
}

// ask runs the query in this process, as the plugin would run it.
func ask(ctx context.Context, settings backend.DataSourceInstanceSettings, query backend.DataQuery) (data.Frames, error) {
	answers, err := askAll(ctx, settings, query)
	if err != nil {
		return nil, err
	}
	response, ok := answers[query.RefID]
	if !ok {
		return nil, errors.New("the plugin gave no answer")
	}
	return response.Frames, response.Error
}

// askAll runs several queries as those of one dashboard: each has an answer, or
// an error, of its own.
func askAll(ctx context.Context, settings backend.DataSourceInstanceSettings, queries ...backend.DataQuery) (backend.Responses, error) {
	instance, err := openInProcess(ctx, settings)
	if err != nil {
		return nil, err
	}
	defer instance.Dispose()
	answer, err := instance.QueryData(ctx, &backend.QueryDataRequest{PluginContext: pluginContext(settings), Queries: queries})
	if err != nil {
		return nil, err
	}
	return answer.Responses, nil
}

// checkHealth asks for the health of a data source, as its settings page does.
func checkHealth(ctx context.Context, settings backend.DataSourceInstanceSettings) (*backend.CheckHealthResult, error) {
	instance, err := openInProcess(ctx, settings)
	if err != nil {
		return nil, err
	}
	defer instance.Dispose()
	return instance.CheckHealth(ctx, &backend.CheckHealthRequest{PluginContext: pluginContext(settings)})
}

// openInProcess makes a data source of the plugin in this process; it has to be
// disposed of.
func openInProcess(ctx context.Context, settings backend.DataSourceInstanceSettings) (*plugin.Datasource, error) {
	if _, set := os.LookupEnv(pluginhost.AllowedPathsVariable); !set {
		if err := os.Setenv(pluginhost.AllowedPathsVariable, "/"); err != nil {
			return nil, fmt.Errorf("allow local paths: %w", err)
		}
	}
	// What went wrong is in the response; the plugin's log is for Grafana's.
	log.DefaultLogger = log.NewNullLogger()
	backend.Logger = log.DefaultLogger
	instance, err := plugin.NewDatasource(ctx, settings)
	if err != nil {
		return nil, err
	}
	opened, ok := instance.(*plugin.Datasource)
	if !ok {
		return nil, fmt.Errorf("the data source cannot be queried: it is a %T", instance)
	}
	return opened, nil
}

func pluginContext(settings backend.DataSourceInstanceSettings) backend.PluginContext {
	return backend.PluginContext{Namespace: pluginhost.Namespace, PluginID: settings.Type, DataSourceInstanceSettings: &settings}
}

func printNotices(w io.Writer, frames data.Frames) {
	said := map[string]bool{}
	for _, f := range frames {
		if f.Meta == nil {
			continue
		}
		for _, n := range f.Meta.Notices {
			if !said[n.Text] {
				said[n.Text] = true
				_, _ = fmt.Fprintf(w, "%s: %s\n", n.Severity, n.Text)
			}
		}
	}
}
