package milvus

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Nearest loads the known release that is nearest to a version such as 2.6.3, v2.4.1
// or 3.0-rc1: the newest one that is not newer, or the oldest.
func Nearest(version string) (*Release, error) {
	wanted, err := numbers(version)
	if err != nil {
		return nil, fmt.Errorf("version %q of Milvus: %w", version, err)
	}
	nearest := Versions[0]
	for _, known := range Versions {
		if v, err := numbers(known); err == nil && slices.Compare(v, wanted) <= 0 {
			nearest = known
		}
	}
	return Load(nearest)
}

// Older reports whether release a comes before release b.
func Older(a, b string) bool {
	before, _ := numbers(a) // of what is no release there are none: it is older than any
	after, _ := numbers(b)
	return slices.Compare(before, after) < 0
}

// numbers are those of a version, without what follows a dash or a plus.
func numbers(version string) ([]int, error) {
	release, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), "-")
	release, _, _ = strings.Cut(release, "+")
	var all []int
	for part := range strings.SplitSeq(release, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, fmt.Errorf("%q is no number", part)
		}
		all = append(all, n)
	}
	return all, nil
}

// Has reports whether the release exposes series of this name.
func (r *Release) Has(series string) bool {
	return slices.ContainsFunc(r.Families(), func(f Family) bool { return slices.Contains(f.Series(), series) })
}
