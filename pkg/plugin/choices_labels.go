package plugin

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/prometheus/common/model"

	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

// labelValueChoices are the values that a label has in the Prometheus of the
// settings. The parameter label names it; match is a series selector, such as
// up{job=~"milvus.*"}, and where it is missing all series count; from and to, in
// milliseconds since 1970, bound the time. Without a Prometheus there are none,
// as there are no services without services in the settings.
func (d *Datasource) labelValueChoices(ctx context.Context, params url.Values) ([]choice, error) {
	label := params.Get("label")
	switch {
	case label == "":
		return nil, queryError{errors.New("the parameter label is missing: labelValues?label=job")}
	case !model.LegacyValidation.IsValidLabelName(label):
		return nil, queryError{fmt.Errorf("label %q is no name of a label: use letters, digits and underscores, such as job", label)}
	}
	from, err := instantOf(params, "from")
	if err != nil {
		return nil, err
	}
	to, err := instantOf(params, "to")
	if err != nil {
		return nil, err
	}
	api, err := d.metrics.API()
	if errors.Is(err, errNoMetrics) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	values, _, err := prometheus.LabelValues(ctx, api, label, nonEmpty(params["match"]), from, to)
	if err != nil && ctx.Err() == nil && !isFault(err) {
		err = queryError{err}
	}
	if err != nil {
		return nil, err
	}
	if len(values) > maxGroups {
		return nil, queryError{fmt.Errorf("label %q has %d values, more than the %d that can be offered: select fewer series in metric", label, len(values), maxGroups)}
	}
	return plain(values), nil
}

// instantOf reads a parameter that is an instant in milliseconds; without it
// there is no bound, which is the zero time.
func instantOf(params url.Values, name string) (time.Time, error) {
	text := params.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, queryError{fmt.Errorf("the parameter %s is %q: write milliseconds since 1970, such as 1772798400000", name, text)}
	}
	return time.UnixMilli(ms).UTC(), nil
}
