// Package verify asks the running plugin everything that dashboards and alert
// rules ask, in the way Grafana asks it, and reports what it answered.
package verify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/pluginhost"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/provisioning"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/timerange"
)

// Timeout is how long a query may take; it is Grafana's own for alert rules.
const Timeout = 30 * time.Second

// errSlow says that a query took longer than Timeout.
var errSlow = fmt.Errorf("no answer within %v: shorten the time range, or narrow the query", Timeout)

// Plugin is the running plugin, serving one data source.
type Plugin interface {
	CheckHealth(ctx context.Context) (*backend.CheckHealthResult, error)
	QueryData(ctx context.Context, headers map[string]string, queries ...backend.DataQuery) (backend.Responses, error)
	Resource(ctx context.Context, path, rawQuery string) ([]byte, error)
	Follow(ctx context.Context, path string, open time.Duration) error
}

// Plan is what to verify.
type Plan struct {
	DataSource *provisioning.DataSource
	Dashboards []provisioning.Dashboard
	Rules      []provisioning.Rule
	// Range is asked of every dashboard; where it is nil each is asked for the
	// range it opens with.
	Range *backend.TimeRange
	// Clock's Now is the instant that rules are evaluated at and that now means
	// in the range of a dashboard.
	Clock timerange.Clock
	// AllowEmpty names the panels, as "dashboard/panel", that may have no rows.
	AllowEmpty []string
}

// UnhealthyError says that the data source's health check failed.
type UnhealthyError struct{ Message string }

func (e UnhealthyError) Error() string {
	return "the data source is not healthy: " + e.Message
}

type runner struct {
	Plan
	plugin Plugin
	report *Report
}

// Run verifies the plan. It fails when the plugin cannot be asked at all; what
// single queries fail of is in the report.
func Run(ctx context.Context, p Plugin, plan Plan) (*Report, error) {
	r := &runner{Plan: plan, plugin: p, report: &Report{DataSource: plan.DataSource.Settings.Name}}
	started := time.Now()
	if err := r.checkHealth(ctx); err != nil {
		return nil, err
	}
	for _, d := range plan.Dashboards {
		if err := r.dashboard(ctx, d); err != nil {
			return nil, err
		}
	}
	for _, rule := range plan.Rules {
		r.add(r.rule(ctx, rule))
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	r.report.Seconds = time.Since(started).Seconds()
	return r.report, r.checkAllowances()
}

func (r *runner) add(checks ...Check) { r.report.Checks = append(r.report.Checks, checks...) }

func (r *runner) checkHealth(ctx context.Context) error {
	ctx, stop := pluginhost.Within(ctx, Timeout, errSlow)
	defer stop()
	health, err := r.plugin.CheckHealth(ctx)
	if err != nil {
		return err
	}
	if health.Status != backend.HealthStatusOk {
		return UnhealthyError{health.Message}
	}
	r.report.Health = health.Message
	return nil
}

func (r *runner) dashboard(ctx context.Context, d provisioning.Dashboard) error {
	span, err := r.span(d)
	if err != nil {
		return fmt.Errorf("dashboard %s: %w", d.File, err)
	}
	b := &board{runner: r, Dashboard: d, span: span}
	b.resolve(ctx)
	for _, a := range d.Annotations {
		b.annotation(ctx, a)
	}
	for _, p := range d.Panels {
		b.panel(ctx, p)
	}
	// What was asked after an interruption says nothing about the plugin.
	return context.Cause(ctx)
}

func (r *runner) span(d provisioning.Dashboard) (backend.TimeRange, error) {
	if r.Range != nil {
		return *r.Range, nil
	}
	from, to := d.From, d.To
	if from == "" || to == "" {
		from, to = "now-6h", "now"
	}
	span, err := r.Clock.Range(from, to)
	if err != nil {
		return span, fmt.Errorf("its time range: %w", err)
	}
	return span, nil
}

// checkAllowances finds allowances that no panel needs: most likely their
// names are misspelt.
func (r *runner) checkAllowances() error {
	var unknown []error
	for _, name := range r.AllowEmpty {
		if !r.report.has(name) {
			unknown = append(unknown, fmt.Errorf("--allow-empty %q names no panel: write the dashboard's title, a slash and the panel's title", name))
		}
	}
	return errors.Join(unknown...)
}
