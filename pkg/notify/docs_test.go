package notify

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/notify/act"
)

// blocks are the YAML examples of the user guide.
func blocks(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(content(t, "../../docs/notifications.md"), -1) {
		out = append(out, m[1])
	}
	return out
}

func TestExamplesOfTheUserGuideAreRead(t *testing.T) {
	examples := blocks(t)
	require.Len(t, examples, 2)
	c, err := read(t, examples[0])
	require.NoError(t, err)
	require.Len(t, c.Routes, 3)
	path := filepath.Join(t.TempDir(), "actions.yml")
	// The program of the example is not on every machine.
	body := strings.ReplaceAll(examples[1], "/usr/bin/systemctl", "/bin/echo")
	require.NoError(t, os.WriteFile(path, []byte(body), 0o600))
	actions, err := act.Load(path)
	require.NoError(t, err)
	require.Equal(t, []string{"/bin/echo", "restart", "orders"}, actions[0].Command)
}

func TestUserGuideNamesEveryVariable(t *testing.T) {
	guide := content(t, "../../docs/notifications.md")
	for _, kind := range kinds {
		v := variables[kind]
		for _, end := range append([]string{v.protected, v.optional}, v.needs...) {
			require.Contains(t, guide, map[bool]string{true: "", false: "`HEARTLINE_" + end + "`"}[end == ""])
		}
	}
}
