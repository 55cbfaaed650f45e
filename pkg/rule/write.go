package rule

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/prometheus/promql/parser"
)

// Output says where packs are written, and for what.
type Output struct {
	For Renderer
	Dir string // made where it is missing
	// All takes packs, too, that do not say that they are rendered for this.
	All    bool
	Target Target // of Grafana
	// Dry writes nothing, and says what would be written.
	Dry bool
}

// Written is a file and what became of it.
type Written struct {
	Path    string
	Changed bool // it was written, or would have been
}

// Write renders packs that passed Check into a file each, which is left alone where its
// content is that already. The uids of rules that such a file of Grafana had, and that
// are gone, are deleted in Grafana by the new one. The notes say what was left out.
func Write(packs []Pack, o Output) (files []Written, notes []string, err error) {
	if err := o.foresee(packs); err != nil {
		return nil, nil, err
	}
	for _, p := range packs {
		if !o.writes(p) {
			notes = append(notes, fmt.Sprintf("%s is not written for %s: its file says so; name the pack to have it nevertheless", p.Name, o.For))
			continue
		}
		notes = append(notes, p.notes(o.For, recorded(packs))...)
		// What was rendered before would stay in force.
		if _, err := os.Stat(o.path(p)); err != nil && !p.fits(o.For) {
			continue
		}
		written, err := o.write(p)
		if err != nil {
			return files, notes, err
		}
		files = append(files, written)
	}
	return files, notes, nil
}

// writes says whether the pack is one to be written.
func (o Output) writes(p Pack) bool { return o.All || p.Rendered(o.For) }

// foresee notes the rules that will be in the files. Grafana deletes what a file lists
// even where a file that it read before has the rule: one that moved from one pack to
// another would be gone with every start.
func (o *Output) foresee(packs []Pack) error {
	o.Target.elsewhere = nil
	for _, p := range packs {
		if o.For != Grafana || !o.writes(p) {
			continue
		}
		uids, err := p.grafanaUIDs(o.Target)
		if err != nil {
			return err
		}
		o.Target.elsewhere = append(o.Target.elsewhere, uids...)
	}
	return nil
}

func (o Output) path(p Pack) string {
	if o.For == Prometheus {
		return filepath.Join(o.Dir, p.Name+".yml")
	}
	return filepath.Join(o.Dir, p.Name+".yaml")
}

func (o Output) write(p Pack) (Written, error) {
	w := Written{Path: o.path(p)}
	before, err := os.ReadFile(w.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return w, fmt.Errorf("read what was rendered before: %w", err)
	}
	if header, _, _ := bytes.Cut(before, []byte("\n")); len(before) > 0 && !bytes.Contains(header, []byte(rendered)) {
		return w, fmt.Errorf("%s was not rendered by heartline and is left alone: take it away, or name another folder", w.Path)
	}
	body, err := o.render(p, before)
	if err != nil {
		return w, err
	}
	if w.Changed = !bytes.Equal(before, body); !w.Changed || o.Dry {
		return w, nil
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil { //nolint:gosec // servers read them as another user
		return w, fmt.Errorf("write rules: %w", err)
	}
	if err := os.WriteFile(w.Path, body, 0o644); err != nil { //nolint:gosec // see above
		return w, fmt.Errorf("write rules: %w", err)
	}
	return w, nil
}

func (o Output) render(p Pack, before []byte) ([]byte, error) {
	if o.For == Prometheus {
		return RenderPrometheus(p)
	}
	t := o.Target
	var had provisioned
	if err := yaml.Unmarshal(before, &had); err != nil {
		return nil, fmt.Errorf("read what was rendered before into %s: %w", o.path(p), err)
	}
	t.Retired = slices.Concat(t.Retired, had.uids())
	return RenderGrafana(p, t)
}

// uids are those of the file: of its rules, and of those that it deletes.
func (p provisioned) uids() []string {
	var all []string
	for _, gone := range p.Delete {
		all = append(all, gone.UID)
	}
	for _, g := range p.Groups {
		for _, r := range g.Rules {
			all = append(all, r.UID)
		}
	}
	return all
}

// fits says whether anything of the pack has a place there.
func (p Pack) fits(r Renderer) bool {
	if r == Grafana && len(p.Retired) > 0 {
		return true
	}
	return slices.ContainsFunc(p.Rules(), func(rule Rule) bool {
		return r == Grafana && rule.Alert != "" || r == Prometheus && len(rule.Terms) == 0
	})
}

// notes say what of a pack has no place there.
func (p Pack) notes(r Renderer, recorded map[string]bool) []string {
	var asking, recording, missing int
	for _, rule := range p.Rules() {
		expr := rule.inGrafana()
		switch {
		case len(rule.Terms) > 0:
			asking++
		case rule.Record != "":
			recording++
		case asksFor(expr, recorded):
			missing++
		}
	}
	var all []string
	say := func(count int, what string) {
		if count > 0 {
			all = append(all, fmt.Sprintf("%s: %d %s", p.Name, count, what))
		}
	}
	if r == Prometheus {
		say(asking, "rules ask the Heartline data source: they are for Grafana only")
		return all
	}
	say(recording, "recording rules are for Prometheus only: load its rule file there")
	say(missing, "alerts ask for recorded series: they have no data until a Prometheus loads the recording rules")
	return all
}

// recorded are the names of the series that packs record.
func recorded(packs []Pack) map[string]bool {
	names := map[string]bool{}
	for _, p := range packs {
		for _, r := range p.Rules() {
			if r.Record != "" {
				names[r.Record] = true
			}
		}
	}
	return names
}

func asksFor(expr string, names map[string]bool) bool {
	root, err := promql.ParseExpr(expr)
	if err != nil {
		return false
	}
	found := false
	parser.Inspect(root, func(n parser.Node, _ []parser.Node) error {
		if s, ok := n.(*parser.VectorSelector); ok {
			found = found || names[metricOf(s)]
		}
		return nil
	})
	return found
}
