package build

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// modelPackages are those whose string constants occur in queries.
var modelPackages = []string{"pkg/event", "pkg/heartbeat", "pkg/signal", "pkg/query"}

// enums maps "package.Type" to the values of its constants, in the order of
// the source, for every string type of the packages at these paths.
func enums(dirs ...string) (map[string][]string, error) {
	values := map[string][]string{}
	for _, dir := range dirs {
		paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			if err := fileEnums(path, values); err != nil {
				return nil, err
			}
		}
	}
	return values, nil
}

func fileEnums(path string, values map[string][]string) error {
	source, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, source, 0)
	if err != nil {
		return fmt.Errorf("parse %s: %w", path, err)
	}
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			constant := spec.(*ast.ValueSpec)
			name, ok := constant.Type.(*ast.Ident)
			if !ok || len(constant.Values) != 1 {
				continue
			}
			if literal, ok := constant.Values[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
				value, err := strconv.Unquote(literal.Value)
				if err != nil {
					return fmt.Errorf("constant in %s: %w", path, err)
				}
				key := file.Name.Name + "." + name.Name
				values[key] = append(values[key], value)
			}
		}
	}
	return nil
}
