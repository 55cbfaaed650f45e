package verify

import (
	"fmt"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/provisioning"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/template"
)

// Grafana's own data sources, by the names that dashboards use.
const (
	mixedSource     = "-- Mixed --"
	dashboardSource = "-- Dashboard --"
	grafanaSource   = "-- Grafana --"
)

// skipError says why a query is not this data source's.
type skipError struct{ reason string }

func (e skipError) Error() string { return e.reason }

// ours tells whether a reference means the data source that is verified. It
// returns a skipError for another one, and another error for one that Grafana
// would not find.
func (r *runner) ours(ref provisioning.Reference, scope template.Scope) error {
	source := r.DataSource.Settings
	uid, err := scope.Replace(ref.UID, "")
	switch {
	case err != nil:
		return err
	case ref == (provisioning.Reference{}) && r.DataSource.IsDefault:
		return nil
	case ref == (provisioning.Reference{}):
		return skipError{"the default data source, which is another one"}
	case uid == dashboardSource:
		return skipError{"it shows what another panel asks for"}
	case uid == grafanaSource || ref.Type == "grafana":
		return skipError{"a query of Grafana itself"}
	case uid == provisioning.ExpressionUID || ref.Type == provisioning.ExpressionUID:
		return skipError{"an expression, which Grafana computes"}
	case uid == source.UID || uid == source.Name || uid == "" && ref.Type == source.Type:
		return nil
	case ref.Type != "" && ref.Type != source.Type:
		return skipError{"a data source of type " + ref.Type}
	}
	for name, other := range r.DataSource.Siblings {
		if uid == other || uid == name {
			return skipError{fmt.Sprintf("data source %q: verify it with --name", name)}
		}
	}
	if ref.Type == "" {
		return skipError{fmt.Sprintf("data source %q", uid)}
	}
	return fmt.Errorf("it asks the data source with uid %q, that of %q is %q: give the data source that uid", uid, source.Name, source.UID)
}
