package rule

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Setting is the value of a parameter that takes the place of the one in its file.
type Setting struct {
	Value string
	From  string // where it was set, to be named where it is wrong
	Position
}

// Settings are by RULE.PARAMETER or PACK.PARAMETER.
type Settings map[string]Setting

// Load reads rule files from fsys, all *.yml and *.yaml where none is named, sorted by
// name. The error is Problems where the files are to blame. Nothing but the format is
// checked: see Check.
func Load(fsys fs.FS, names ...string) ([]Pack, error) {
	if len(names) == 0 {
		for _, pattern := range []string{"*.yml", "*.yaml"} {
			found, err := fs.Glob(fsys, pattern)
			if err != nil {
				return nil, err
			}
			names = append(names, found...)
		}
		slices.Sort(names)
	}
	return load(names, func(name string) ([]byte, error) { return fs.ReadFile(fsys, name) })
}

// LoadFiles reads rule files by their paths, and the runbooks that they name.
func LoadFiles(paths ...string) ([]Pack, error) {
	packs, err := load(paths, os.ReadFile)
	if err != nil {
		return nil, err
	}
	for i := range packs {
		if packs[i].Runbooks, err = packs[i].readRunbooks(); err != nil {
			return nil, err
		}
	}
	return packs, nil
}

func (p Pack) readRunbooks() (Runbooks, error) {
	if p.Runbooks.File == "" {
		return p.Runbooks, nil
	}
	name := p.Runbooks.File
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(p.File), name)
	}
	text, err := os.ReadFile(name) //nolint:gosec // the author of the rules names it
	if err != nil {
		return p.Runbooks, Problems{p.problem("heartline.runbooks.file", fmt.Sprintf("the runbooks cannot be read: %v", err), "name the file from the folder of the rule file")}
	}
	with := p.Runbooks
	with.Text = string(text)
	return with, nil
}

func load(names []string, read func(string) ([]byte, error)) ([]Pack, error) {
	var packs []Pack
	var problems Problems
	for _, name := range names {
		content, err := read(name)
		if err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
		p, err := Parse(name, content)
		if wrong, ok := errors.AsType[Problems](err); ok {
			problems = append(problems, wrong...)
		}
		packs = append(packs, p)
	}
	return packs, problems.err()
}

// Parse reads the content of one rule file. The error is Problems.
func Parse(file string, content []byte) (Pack, error) {
	p, problems := parse(file, content, nil, map[string]bool{})
	return p, problems.err()
}

// Set gives packs with other values for their parameters. A setting that belongs to
// none of them is an error, as is a value of another kind than the one it replaces.
func Set(packs []Pack, settings Settings) ([]Pack, error) {
	applied := map[string]bool{}
	var out []Pack
	var problems Problems
	for _, p := range packs {
		made, wrong := parse(p.File, p.source, settings, applied)
		made.Runbooks = p.Runbooks
		out, problems = append(out, made), append(problems, wrong...)
	}
	known := parameterNames(packs)
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		if !applied[key] {
			s := settings[key]
			problems = append(problems, Problem{File: s.From, Position: s.Position, What: "there is no parameter " + key, Remedy: proposal(key, known)})
		}
	}
	return out, problems.err()
}

// parameterNames lists what can be set.
func parameterNames(packs []Pack) []string {
	var all []string
	for _, p := range packs {
		for _, parameter := range p.Parameters {
			all = append(all, p.Name+"."+parameter.Name)
		}
		for _, r := range p.Rules() {
			for _, parameter := range r.Parameters {
				all = append(all, r.Name()+"."+parameter.Name)
			}
			if len(r.Terms) > 0 {
				all = append(all, r.Name()+".limit")
			}
			if r.Limit.Is == Between {
				all = append(all, r.Name()+".until")
			}
		}
	}
	return all
}

// decoder reads one rule file. It goes on where something is wrong, so that all of it
// is said at once.
type decoder struct {
	file     string
	content  []byte
	settings Settings
	applied  map[string]bool
	scope    *scope
	problems Problems
}

func (d *decoder) wrong(n ast.Node, what, remedy string) {
	d.problems = append(d.problems, Problem{File: d.file, Position: positionOf(n), What: what, Remedy: remedy})
}

func parse(file string, content []byte, settings Settings, applied map[string]bool) (Pack, Problems) {
	name := strings.TrimSuffix(path.Base(filepath.ToSlash(file)), filepath.Ext(file))
	p := Pack{Name: name, File: file, source: content, places: places{}}
	body, err := document(file, content)
	if problems, ok := errors.AsType[Problems](err); ok {
		return p, problems
	}
	d := &decoder{file: file, content: content, settings: settings, applied: applied}
	f := d.fields(body, "the file", "heartline", "groups")
	d.pack(&p, f["heartline"])
	for _, n := range d.list(f["groups"], "groups") {
		p.Groups = append(p.Groups, d.group(n))
	}
	d.close()
	if len(p.Groups) == 0 && len(p.Retired) == 0 && len(d.problems) == 0 {
		d.wrong(body, "the file has no rules", "write groups, or retired uids below heartline")
	}
	return p, d.problems
}
