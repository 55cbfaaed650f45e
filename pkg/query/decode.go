package query

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// ErrUnknownType says that a query names no query type of this data source.
var ErrUnknownType = errors.New("unknown query type")

// foreign are the fields that Grafana itself puts into a query.
var foreign = []string{
	"refId", "queryType", "datasource", "datasourceId", "datasourceUid", "hide", "key", "intervalMs",
	"maxDataPoints", "timeRange", "resultAssertions", "adhocFilters", "scopes", "groupByKeys", "app",
	"supplementaryQueryType", "supportingQueryType", "queryCachingTTL", "range", "exemplar", "panelId", "dashboardUID",
}

func model(t Type) (Query, error) {
	switch t {
	case TypeMonitors:
		return &Monitors{}, nil
	case TypeHeartbeats:
		return &Heartbeats{}, nil
	case TypeLogs:
		return &Logs{}, nil
	case TypeAlarms:
		return &Alarms{}, nil
	case TypeSignals:
		return &Signals{}, nil
	case TypeLive:
		return &Live{}, nil
	case TypePromQL:
		return &PromQL{}, nil
	case TypeReport:
		return &Report{}, nil
	case "":
		return nil, fmt.Errorf("%w: queryType is missing, use one of %q", ErrUnknownType, Types)
	}
	return nil, fmt.Errorf("%w %q: use one of %q", ErrUnknownType, t, Types)
}

// Decode reads the JSON of a query of the given type and validates it. A field
// that belongs to another query type, or looks misspelt, is an error; others
// that the model does not know are returned, to be said to the user.
func Decode(t Type, raw json.RawMessage) (q Query, unknown []string, err error) {
	if q, err = model(t); err != nil {
		return nil, nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, nil, fmt.Errorf("the query is not a JSON object: %w", err)
	}
	if unknown, err = strangers(q, fields); err != nil {
		return nil, nil, err
	}
	if err := json.Unmarshal(raw, q); err != nil {
		return nil, nil, fmt.Errorf("%s query: %w", t, readable(err))
	}
	if err := q.Validate(); err != nil {
		return nil, nil, fmt.Errorf("%s query: %w", t, err)
	}
	return q, unknown, nil
}

// Encode renders the model as the JSON that Decode reads, with its queryType and
// its format: Grafana takes a query that says neither for an empty one, and fills
// in the data source's default.
func Encode(q Query) (json.RawMessage, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("encode %s query: %w", q.Type(), err)
	}
	fields := map[string]any{}
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fmt.Errorf("encode %s query: %w", q.Type(), err)
	}
	fields["queryType"], fields["format"] = q.Type(), q.Shape()
	return json.Marshal(fields)
}

func strangers(q Query, fields map[string]json.RawMessage) ([]string, error) {
	own := fieldNames(reflect.TypeOf(q).Elem())
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if slices.Contains(own, name) || slices.Contains(foreign, name) {
			continue
		}
		if near := nearest(name, own); near != "" {
			return nil, fmt.Errorf("%s query: unknown field %q: did you mean %q?", q.Type(), name, near)
		}
		if belongsElsewhere(name) {
			return nil, fmt.Errorf("%s query: field %q belongs to other query types: this one has %q", q.Type(), name, own)
		}
		unknown = append(unknown, name)
	}
	return unknown, nil
}

func belongsElsewhere(name string) bool {
	return slices.ContainsFunc(Types, func(t Type) bool {
		q, err := model(t)
		return err == nil && slices.Contains(fieldNames(reflect.TypeOf(q).Elem()), name)
	})
}

func fieldNames(t reflect.Type) []string {
	var names []string
	for f := range t.Fields() {
		if f.Anonymous {
			names = append(names, fieldNames(f.Type)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// nearest finds the field that a misspelt name most likely means: the same
// letters in another case, the singular of a plural, or one slip of a key.
func nearest(name string, own []string) string {
	for _, candidate := range own {
		a, b := strings.ToLower(name), strings.ToLower(candidate)
		if a == b || a+"s" == b || a+"es" == b || len(a) > 3 && oneEditApart(a, b) {
			return candidate
		}
	}
	return ""
}

func oneEditApart(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		return a[min(i+1, len(a)):] == b[min(i+1, len(b)):]
	}
	return a[i:] == b[i+1:]
}

// readable says a JSON type error without Go's names.
func readable(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err
	}
	wanted := map[reflect.Kind]string{
		reflect.Int: "whole number", reflect.Bool: "true or false", reflect.String: "string", reflect.Slice: "list",
	}[wrong.Type.Kind()]
	return fmt.Errorf("field %q holds a %s: it takes a %s", wrong.Field, wrong.Value, cmp.Or(wanted, wrong.Type.String()))
}
