package dashboard

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// target is one query of a panel or an annotation. It is its own builder.
type target struct {
	refID string
	query query.Query
}

var (
	_ variants.Dataquery              = target{}
	_ cog.Builder[variants.Dataquery] = target{}
)

// Build implements cog.Builder.
func (t target) Build() (variants.Dataquery, error) {
	if err := t.Validate(); err != nil {
		// The SDK's builders take no other kind of error: they panic.
		return nil, cog.MakeBuildErrors("target "+t.refID, err)
	}
	return t, nil
}

// ImplementsDataqueryVariant implements variants.Dataquery.
func (t target) ImplementsDataqueryVariant() {}

// DataqueryType implements variants.Dataquery.
func (t target) DataqueryType() string { return PluginID }

// Validate implements variants.Dataquery.
func (t target) Validate() error { return t.query.Validate() }

// Equals implements variants.Dataquery.
func (t target) Equals(other variants.Dataquery) bool { return reflect.DeepEqual(t, other) }

// MarshalJSON renders the query as Grafana keeps it.
func (t target) MarshalJSON() ([]byte, error) {
	body, err := query.Encode(t.query)
	if err != nil {
		return nil, err
	}
	fields := map[string]any{}
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fmt.Errorf("target %s: %w", t.refID, err)
	}
	fields["refId"] = t.refID
	fields["datasource"] = chosenSource()
	return json.Marshal(fields)
}

// chosenSource refers to the data source that the user picked on the dashboard.
func chosenSource() common.DataSourceRef {
	return common.DataSourceRef{Type: new(PluginID), Uid: new("${datasource}")}
}
