package template

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// untouched are the fields of a query that are not the data source's.
var untouched = []string{"refId", "queryType", "datasource", "format"}

// Query puts values into the fields of a query and adds the dashboard's ad hoc
// filters. Entries of lists are expanded; fields that are empty are left out.
func (s Scope) Query(raw json.RawMessage, adHoc []json.RawMessage) (map[string]any, error) {
	var query map[string]any
	if err := json.Unmarshal(raw, &query); err != nil || query == nil {
		return nil, fmt.Errorf("the query is not a JSON object: %.100s", raw)
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if slices.Contains(untouched, name) {
			continue
		}
		value, err := s.field(name, query[name])
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", name, err)
		}
		query[name] = value
	}
	if err := addFilters(query, adHoc); err != nil {
		return nil, err
	}
	maps.DeleteFunc(query, func(_ string, value any) bool { return isEmpty(value) })
	return query, nil
}

func (s Scope) field(name string, value any) (any, error) {
	switch value := value.(type) {
	case string:
		if name == "expr" {
			return s.Expression(value)
		}
		return s.text(name, value)
	case []any:
		return s.list(value)
	}
	return value, nil
}

func (s Scope) text(name, text string) (any, error) {
	format := ""
	if strings.HasPrefix(text, "/") && (strings.HasSuffix(text, "/") || strings.HasSuffix(text, "/i")) {
		format = "regex"
	}
	out, err := s.Replace(text, format)
	// Intervals below a second are the panel's; the plugin follows it by itself.
	if name == "interval" && strings.HasSuffix(out, "ms") {
		return "", err
	}
	return out, err
}

// list expands the strings of a list; the objects in it are ad hoc filters.
func (s Scope) list(values []any) (any, error) {
	var texts []string
	var out []any
	for _, v := range values {
		switch v := v.(type) {
		case string:
			texts = append(texts, v)
		case map[string]any:
			filter, err := s.filter(v)
			if err != nil {
				return nil, err
			}
			out = append(out, filter)
		default:
			out = append(out, v)
		}
	}
	expanded, err := s.ExpandAll(texts)
	if err != nil {
		return nil, err
	}
	for _, text := range expanded {
		out = append(out, text)
	}
	return out, nil
}

func (s Scope) filter(filter map[string]any) (map[string]any, error) {
	operator, _ := filter["operator"].(string)
	format := ""
	if strings.HasSuffix(operator, "~") {
		format = "regex"
	}
	if value, ok := filter["value"].(string); ok {
		replaced, err := s.Replace(value, format)
		if err != nil {
			return nil, err
		}
		filter["value"] = replaced
	}
	if values, ok := filter["values"].([]any); ok {
		expanded, err := s.list(values)
		if err != nil {
			return nil, err
		}
		filter["values"] = expanded
	}
	return filter, nil
}

// addFilters appends what a query knows of ad hoc filters.
func addFilters(query map[string]any, adHoc []json.RawMessage) error {
	filters, _ := query["filters"].([]any)
	for _, raw := range adHoc {
		var saved map[string]any
		if err := json.Unmarshal(raw, &saved); err != nil {
			return fmt.Errorf("ad hoc filter: %w", err)
		}
		filter := map[string]any{}
		for _, name := range []string{"key", "operator", "value", "values"} {
			if value, ok := saved[name]; ok {
				filter[name] = value
			}
		}
		filters = append(filters, filter)
	}
	if len(filters) > 0 {
		query["filters"] = filters
	}
	return nil
}

func isEmpty(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return value == ""
	case bool:
		return !value
	case []any:
		return len(value) == 0
	}
	return false
}
