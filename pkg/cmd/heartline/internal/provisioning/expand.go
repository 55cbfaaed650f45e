package provisioning

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// reference is ${V}, $__env{V}, $__file{/p} or another provider's $__name{...}.
var reference = regexp.MustCompile(`\$(__\w+)?\{([^}]+)\}`)

// expander replaces references in the strings of a provisioning file in the
// way Grafana does, and remembers the variables that were not set.
type expander struct {
	lookup   func(name string) (string, bool)
	readFile func(path string) ([]byte, error)
	hostname func() (string, error)
	unset    []string
}

func newExpander() *expander {
	return &expander{lookup: os.LookupEnv, readFile: os.ReadFile, hostname: os.Hostname}
}

// expand replaces $V, ${V} and $__env{V} by the environment variable V, and
// $__file{p} by the contents of the file p without surrounding white space. $$
// is a literal dollar. A variable that is not set becomes the empty string.
func (e *expander) expand(text string) (string, error) {
	parts := strings.Split(text, "$$")
	for i, part := range parts {
		var err error
		if parts[i], err = e.part(part); err != nil {
			return "", err
		}
	}
	return strings.Join(parts, "$"), nil
}

func (e *expander) part(text string) (string, error) {
	text, err := e.provider(text, e.envProvider, "", "__env")
	if err != nil {
		return "", err
	}
	if text, err = e.provider(text, e.fileProvider, "__file"); err != nil {
		return "", err
	}
	// Grafana expands once more what the providers gave: a dollar inside the
	// contents of a file is read as a variable there, so it must be one here.
	return os.Expand(text, e.env), nil
}

// provider replaces the references to the providers of these names.
func (e *expander) provider(text string, value func(string) (string, error), names ...string) (string, error) {
	var failed error
	text = reference.ReplaceAllStringFunc(text, func(ref string) string {
		m := reference.FindStringSubmatch(ref)
		if failed != nil || !slices.Contains(names, m[1]) {
			return ref
		}
		found, err := value(m[2])
		if err != nil {
			failed = err
		}
		return found
	})
	return text, failed
}

func (e *expander) env(name string) string {
	value, set := e.lookup(name)
	if !set && !slices.Contains(e.unset, name) {
		e.unset = append(e.unset, name)
	}
	return value
}

func (e *expander) envProvider(name string) (string, error) {
	if value, _ := e.lookup(name); name == "HOSTNAME" && value == "" {
		return e.hostname()
	}
	return e.env(name), nil
}

func (e *expander) fileProvider(path string) (string, error) {
	content, err := e.readFile(path)
	if err != nil {
		return "", fmt.Errorf("$__file{%s}: %w", path, err)
	}
	return strings.TrimSpace(string(content)), nil
}

// tree expands every string of a decoded document, in place where it can.
func (e *expander) tree(node any) (any, error) {
	switch node := node.(type) {
	case string:
		return e.expand(node)
	case map[string]any:
		for key, value := range node {
			expanded, err := e.tree(value)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			node[key] = expanded
		}
	case []any:
		for i, value := range node {
			expanded, err := e.tree(value)
			if err != nil {
				return nil, err
			}
			node[i] = expanded
		}
	}
	return node, nil
}
