package build

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

const servicesGuide = "docs/services.md"

func guide(t *testing.T) string {
	t.Helper()
	inCheckout(t)
	text, err := os.ReadFile(servicesGuide)
	require.NoError(t, err)
	return string(text)
}

// blocks are the fenced examples of a language.
func blocks(text, language string) []string {
	var all []string
	for _, found := range regexp.MustCompile("(?s)\n```"+language+"\n(.*?)\n```\n").FindAllStringSubmatch(text, -1) {
		all = append(all, found[1])
	}
	return all
}

func TestServicesGuideHasTheCatalogueOfSignals(t *testing.T) {
	var want [][]string
	for _, d := range signal.Catalogue {
		var kinds []signal.Kind
		for _, k := range signal.Kinds {
			if _, cannot := d.Cannot[k]; !cannot {
				kinds = append(kinds, k)
			}
		}
		want = append(want, []string{code(d.Signal), string(d.Unit), codes(d.Stats), codes(d.SplitBy), codes(kinds), d.Description})
	}
	require.Equal(t, want, table(t, guide(t), "signal"), "%s, section Signals", servicesGuide)
}

// table is the one whose first heading is this, without its headings.
func table(t *testing.T, text, heading string) [][]string {
	t.Helper()
	var rows [][]string
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case !strings.HasPrefix(line, "|"):
			if len(rows) > 0 {
				return rows[2:]
			}
		case len(rows) > 0 || cells[0] == heading:
			rows = append(rows, cells)
		}
	}
	t.Fatalf("no table of %q", heading)
	return nil
}

func code[T ~string](name T) string { return "`" + string(name) + "`" }

func codes[T ~string](names []T) string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = code(name)
	}
	return strings.Join(all, ", ")
}

func TestServicesGuideShowsQueriesThatAreValid(t *testing.T) {
	text := guide(t)
	examples := blocks(text, "json")
	for _, found := range regexp.MustCompile(`'(\{"queryType".*\})'`).FindAllStringSubmatch(text, -1) {
		examples = append(examples, found[1])
	}
	seen := map[query.Type]bool{}
	for _, example := range examples {
		var of struct {
			QueryType query.Type `json:"queryType"`
		}
		require.NoError(t, json.Unmarshal([]byte(example), &of), example)
		q, _, err := query.Decode(of.QueryType, []byte(example))
		require.NoError(t, err, example)
		require.NoError(t, q.Validate(), example)
		seen[of.QueryType] = true
	}
	for _, want := range []query.Type{query.TypeSignals, query.TypeLive, query.TypePromQL, query.TypeReport} {
		require.True(t, seen[want], want)
	}
}

func TestServicesGuideShowsADataSourceOfEveryKind(t *testing.T) {
	text := guide(t)
	require.Len(t, blocks(text, "yaml"), 1)
	var file struct {
		DataSources []struct {
			Type     string `yaml:"type"`
			JSONData struct {
				Services []map[string]string `yaml:"services"`
			} `yaml:"jsonData"`
		} `yaml:"datasources"`
	}
	require.NoError(t, yaml.Unmarshal([]byte(blocks(text, "yaml")[0]), &file))
	var kinds []signal.Kind
	for _, s := range file.DataSources[0].JSONData.Services {
		kinds = append(kinds, signal.Kind(s["kind"]))
	}
	require.Equal(t, signal.Kinds, kinds)
	id, err := field("src/plugin.json", "id")
	require.NoError(t, err)
	require.Equal(t, id, file.DataSources[0].Type)
}

func TestLinksOfTheServicesGuideLeadSomewhere(t *testing.T) {
	for _, found := range regexp.MustCompile(`\]\(([^)#]*)(#[^)]*)?\)`).FindAllStringSubmatch(guide(t), -1) {
		file := servicesGuide
		if found[1] != "" {
			file = filepath.Join("docs", found[1])
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if anchor := strings.TrimPrefix(found[2], "#"); anchor != "" {
			require.Contains(t, anchors(string(text)), anchor, file)
		}
	}
}

// anchors are those of the headings, as GitHub makes them.
func anchors(text string) []string {
	var all []string
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		all = append(all, strings.ReplaceAll(regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(heading[1]), ""), " ", "-"))
	}
	return slices.Compact(all)
}
