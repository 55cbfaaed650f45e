package build

import (
	"bytes"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
	"github.com/heartline-monitor/heartline/pkg/query"
)

func TestGeneratedFilesAreCurrent(t *testing.T) {
	inCheckout(t)
	files, err := generated()
	require.NoError(t, err)
	require.Len(t, files, 2)
	for path, want := range files {
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s is not what the code gives: run go tool mage generate", path)
	}
}

func TestEveryQueryTypeHasAModel(t *testing.T) {
	var have []query.Type
	for _, m := range models {
		have = append(have, m.Type())
	}
	require.Equal(t, query.Types, have)
}

func TestEnumsAreTheConstantsOfTheSource(t *testing.T) {
	inCheckout(t)
	values, err := enums(modelPackages...)
	require.NoError(t, err)
	require.Equal(t, texts(event.Dimensions), values["event.Dimension"])
	require.Equal(t, texts(heartbeat.Statuses), values["heartbeat.Status"])
	require.Equal(t, texts(query.Types), values["query.Type"])
	require.Equal(t, []string{"newest", "oldest"}, values["query.Order"])
}

func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}

func TestTypeScriptKnowsEveryTypeItNames(t *testing.T) {
	inCheckout(t)
	values, err := enums(modelPackages...)
	require.NoError(t, err)
	code, err := typeScript(values)
	require.NoError(t, err)
	require.NotRegexp(t, `[:=] any\b`, string(code), "tygo did not know a type: map it in typeScript")
	require.NotRegexp(t, `(?m)^export type \w+ = ;$`, string(code))
}

func TestSchemaAcceptsWhatTheModelsEncodeAndNoOtherValues(t *testing.T) {
	inCheckout(t)
	raw, err := os.ReadFile("docs/query.schema.json")
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("query.json", document))
	schema, err := compiler.Compile("query.json")
	require.NoError(t, err)
	check := func(text []byte) error {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		require.NoError(t, err)
		return schema.Validate(value)
	}

	full := []query.Query{
		&query.Monitors{Receivers: query.List{"a"}, Statuses: heartbeat.Statuses, Limit: 5},
		&query.Heartbeats{Format: query.FormatStatus, Statuses: heartbeat.Statuses[2:]},
		&query.Logs{Levels: query.List{"Error", "Fatal"}, Order: query.Oldest, Text: "/x/"},
		&query.Alarms{Format: query.FormatCount, Grouping: query.Grouping{GroupBy: event.Alarms.Dimensions(), Instant: true, Top: 10}},
	}
	for _, q := range slices.Concat(models, full) {
		text, err := query.Encode(q)
		require.NoError(t, err)
		require.NoError(t, check(text), "%s: %s", reflect.TypeOf(q), text)
	}
	require.NoError(t, check([]byte(`{"queryType": "logs", "levels": "Error", "refId": "A"}`)))
	for _, wrong := range []string{
		`{"levels": "Error"}`,
		`{"queryType": "log"}`,
		`{"queryType": "logs", "order": "upwards"}`,
		`{"queryType": "logs", "levels": 3}`,
		`{"queryType": "monitors", "statuses": ["dead"]}`,
		`{"queryType": "alarms", "groupBy": ["day"]}`,
	} {
		require.Error(t, check([]byte(wrong)), wrong)
	}
}
