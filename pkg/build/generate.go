package build

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"github.com/gzuidhof/tygo/tygo"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// models are the query models; a generated file describes each.
var models = []query.Query{
	&query.Monitors{}, &query.Heartbeats{}, &query.Logs{}, &query.Alarms{},
	&query.Signals{}, &query.Live{}, &query.PromQL{}, &query.Report{},
}

// Generate writes what is made from the query model: the front end's types and
// the JSON schema.
func Generate() error {
	files, err := generated()
	if err != nil {
		return err
	}
	for path, content := range files {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generated maps the path of each generated file to what belongs in it.
func generated() (map[string][]byte, error) {
	values, err := enums(modelPackages...)
	if err != nil {
		return nil, err
	}
	typescript, err := typeScript(values)
	if err != nil {
		return nil, fmt.Errorf("generate TypeScript: %w", err)
	}
	schema, err := jsonSchema(values)
	if err != nil {
		return nil, fmt.Errorf("generate JSON schema: %w", err)
	}
	return map[string][]byte{"src/query.gen.ts": typescript, "docs/query.schema.json": schema}, nil
}

// stringType is how tygo renders a Go string type: it knows nothing of the
// constants that are its values.
var stringType = regexp.MustCompile(`(?m)^export type (\w+) = string;$`)

func typeScript(values map[string][]string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "heartline-generate-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	out := filepath.Join(dir, "query.ts")
	config := &tygo.Config{Packages: []*tygo.PackageConfig{{
		Path:         Module + "/pkg/query",
		OutputPath:   out,
		ExcludeFiles: []string{"decode.go", "interval.go"},
		Frontmatter: "export type Dimension = " + union(values["event.Dimension"]) + ";\n" +
			"export type Status = " + union(values["heartbeat.Status"]) + ";\n" +
			"export type Kind = " + union(values["signal.Kind"]) + ";\n" +
			"export type Signal = " + union(values["signal.Signal"]) + ";\n" +
			"export type Stat = " + union(values["signal.Stat"]) + ";\n" +
			"export type SplitBy = " + union(values["signal.Dimension"]) + ";\n",
		TypeMappings: map[string]string{
			"event.Dimension":  "Dimension",
			"event.MaxPage":    fmt.Sprint(event.MaxPage),
			"heartbeat.Status": "Status",
			"signal.Kind":      "Kind",
			"signal.Signal":    "Signal",
			"signal.Stat":      "Stat",
			"signal.Dimension": "SplitBy",
		},
	}}}
	if err := tygo.New(config).Generate(); err != nil {
		return nil, err
	}
	code, err := os.ReadFile(out)
	if err != nil {
		return nil, err
	}
	code = stringType.ReplaceAllFunc(code, func(line []byte) []byte {
		name := stringType.FindSubmatch(line)[1]
		return fmt.Appendf(nil, "export type %s = %s;", name, union(values["query."+string(name)]))
	})
	return bytes.Replace(code, []byte("export type Query = any;"), []byte("export type Query = "+modelUnion()+";"), 1), nil
}

func union(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = "'" + v + "'"
	}
	return strings.Join(quoted, " | ")
}

func modelUnion() string {
	names := make([]string, len(models))
	for i, m := range models {
		names[i] = reflect.TypeOf(m).Elem().Name()
	}
	return strings.Join(names, " | ")
}
