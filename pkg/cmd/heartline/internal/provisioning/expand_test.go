package provisioning

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func testExpander() *expander {
	env := map[string]string{"ROOT": "/srv", "EMPTY": "", "PRICE": "5$", "NESTED": "$ROOT"}
	return &expander{
		lookup: func(name string) (string, bool) { value, ok := env[name]; return value, ok },
		readFile: func(path string) ([]byte, error) {
			if path == "/run/secret" {
				return []byte(" s3cret\n"), nil
			}
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		},
		hostname: func() (string, error) { return "box", nil },
	}
}

func TestReferencesAreExpandedAsGrafanaDoesIt(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		"plain":                        "plain",
		"$ROOT/db":                     "/srv/db",
		"${ROOT}/db":                   "/srv/db",
		"$__env{ROOT}/db":              "/srv/db",
		"$__file{/run/secret}":         "s3cret",
		"${ROOT}-$__file{/run/secret}": "/srv-s3cret",
		"a$$b":                         "a$b",
		"$$ROOT":                       "$ROOT",
		"$$${ROOT}":                    "$/srv",
		"$ROOT$$$ROOT":                 "/srv$/srv",
		"{{ $$labels.x }}":             "{{ $labels.x }}",
		"${UNSET}":                     "",
		"$UNSET/db":                    "/db",
		"${EMPTY}":                     "",
		"${HOSTNAME}":                  "box",
		"$NESTED":                      "$ROOT",
		"${NESTED}":                    "/srv",
		"$__vault{a}":                  "{a}",
		"日志/${ROOT}":                   "日志//srv",
	} {
		got, err := testExpander().expand(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestUnsetVariablesAreRememberedOnce(t *testing.T) {
	e := testExpander()
	_, err := e.expand("$UNSET ${UNSET} $__env{OTHER} ${EMPTY}")
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"UNSET", "OTHER"}, e.unset)
}

func TestMissingSecretFileIsAnError(t *testing.T) {
	_, err := testExpander().expand("$__file{/run/none}")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "$__file{/run/none}")
}

func TestEveryStringOfATreeIsExpanded(t *testing.T) {
	tree := map[string]any{"a": "$ROOT", "b": []any{"${ROOT}", 5}, "c": map[string]any{"d": "$$"}, "e": true}
	_, err := testExpander().tree(tree)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"a": "/srv", "b": []any{"/srv", 5}, "c": map[string]any{"d": "$"}, "e": true}, tree)

	_, err = testExpander().tree(map[string]any{"a": map[string]any{"b": "$__file{/x}"}})
	require.ErrorContains(t, err, "a: b: $__file{/x}")
}

// FuzzExpand checks that no text crashes the expander, that a text without a
// dollar stays as it is, and that doubled dollars come out single.
func FuzzExpand(f *testing.F) {
	for _, seed := range []string{"$ROOT", "${ROOT}", "$__env{ROOT}", "$__file{/run/secret}", "$$", "$", "${", "${}", "$__env{", "a$$${b}$"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := testExpander().expand(text)
		if err != nil {
			require.ErrorIs(t, err, fs.ErrNotExist)
			return
		}
		if !strings.Contains(text, "$") {
			require.Equal(t, text, got)
		}
		literal, err := testExpander().expand(strings.ReplaceAll(text, "$", "$$"))
		require.NoError(t, err)
		require.Equal(t, text, literal)
	})
}
