package dashboard

import "fmt"

// ofGrid finds ids that are used twice and panels that lie outside the grid or on others.
// The panels of a collapsed row take no room until it is opened: they only have each other.
func ofGrid(board node) (found []string) {
	ids, shown := map[int]bool{}, map[[2]int]string{}
	for _, p := range board.list("panels") {
		found = append(found, ofPlace(p, ids, shown)...)
		hidden := map[[2]int]string{}
		for _, inner := range p.list("panels") {
			found = append(found, ofPlace(inner, ids, hidden)...)
		}
		if p.str("type") == "row" && (p["collapsed"] == true) != (len(p.list("panels")) > 0) {
			found = append(found, fmt.Sprintf("row %q has panels and is not collapsed, or the other way round", p.str("title")))
		}
	}
	return found
}

func ofPlace(p node, ids map[int]bool, cells map[[2]int]string) (found []string) {
	if p.num("id") == 0 || ids[p.num("id")] {
		found = append(found, fmt.Sprintf("id %d is missing or used twice", p.num("id")))
	}
	ids[p.num("id")] = true
	g := p.node("gridPos")
	if g.num("w") < 1 || g.num("h") < 1 || g.num("x")+g.num("w") > 24 {
		found = append(found, fmt.Sprintf("panel %q lies outside the grid", p.str("title")))
	}
	for x := range g.num("w") {
		for y := range g.num("h") {
			cell := [2]int{g.num("x") + x, g.num("y") + y}
			if other := cells[cell]; other != "" && len(found) == 0 {
				found = append(found, fmt.Sprintf("panels %q and %q overlap", other, p.str("title")))
			}
			cells[cell] = p.str("title")
		}
	}
	return found
}
