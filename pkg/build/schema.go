package build

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"reflect"

	"github.com/invopop/jsonschema"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// jsonSchema describes the JSON of a query: one definition for each model, told
// apart by queryType. Fields that Grafana adds, such as refId, are left open.
func jsonSchema(values map[string][]string) ([]byte, error) {
	r := jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true, Mapper: mapper(values)}
	if err := r.AddGoComments(Module, "pkg/query", jsonschema.WithFullComment()); err != nil {
		return nil, err
	}
	root := &jsonschema.Schema{
		Version:     jsonschema.Version,
		Title:       "Heartline query",
		Description: "What a panel, a rule or `heartline query` asks of the data source.",
		Definitions: jsonschema.Definitions{},
	}
	for _, model := range models {
		schema := r.Reflect(model)
		name := reflect.TypeOf(model).Elem().Name()
		maps.Copy(root.Definitions, schema.Definitions)
		own := root.Definitions[name]
		if own == nil {
			return nil, fmt.Errorf("no definition of %s", name)
		}
		own.Properties.Set("queryType", &jsonschema.Schema{Const: string(model.Type())})
		own.Required = append(own.Required, "queryType")
		root.OneOf = append(root.OneOf, &jsonschema.Schema{Ref: "#/$defs/" + name})
	}
	content, err := json.MarshalIndent(root, "", "  ")
	return append(content, '\n'), err
}

// mapper describes the types that reflection cannot see through: strings of
// which only the constants are valid, and lists that accept a single string.
func mapper(values map[string][]string) func(reflect.Type) *jsonschema.Schema {
	return func(t reflect.Type) *jsonschema.Schema {
		if t == reflect.TypeFor[query.List]() {
			text := &jsonschema.Schema{Type: "string"}
			return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{text, {Type: "array", Items: text}}}
		}
		if t.Kind() != reflect.String || t.PkgPath() == "" {
			return nil
		}
		schema := &jsonschema.Schema{Type: "string"}
		for _, v := range values[path.Base(t.PkgPath())+"."+t.Name()] {
			schema.Enum = append(schema.Enum, v)
		}
		return schema
	}
}
