package filetree

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event/filetree/dayfile"
	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

// files makes n files that were changed an hour ago.
func files(t testing.TB, n int) []fs.FileInfo {
	t.Helper()
	infos := make([]fs.FileInfo, n)
	for i := range infos {
		name := filepath.Join(t.TempDir(), fmt.Sprint(i))
		require.NoError(t, os.WriteFile(name, []byte("x"), 0o600))
		hourAgo := time.Now().Add(-time.Hour)
		require.NoError(t, os.Chtimes(name, hourAgo, hourAgo))
		info, err := os.Stat(name)
		require.NoError(t, err)
		infos[i] = info
	}
	return infos
}

// sized are counts of about so many bytes.
func sized(bytes int) *dayfile.Minutes {
	return &dayfile.Minutes{Starts: make([]wallclock.Stamp, bytes/8)}
}

func TestMinuteCacheDropsWhatWasNotUsedForLongest(t *testing.T) {
	c := newMinuteCache(10_000)
	infos := files(t, 8)
	for i, info := range infos {
		c.put(fmt.Sprint(i), info, sized(1_000))
		require.NotNil(t, c.get("0", infos[0]), "used all the time")
	}
	require.LessOrEqual(t, c.held, c.limit)
	c.put("large", infos[0], sized(2_300))
	c.put("large too", infos[0], sized(2_300))
	require.LessOrEqual(t, c.held, c.limit)
	require.NotNil(t, c.get("0", infos[0]))
	require.NotNil(t, c.get("large too", infos[0]))
	require.Nil(t, c.get("1", infos[1]), "the oldest made room")
	require.Len(t, c.known, c.order.Len())
	held := 0
	for e := c.order.Front(); e != nil; e = e.Next() {
		held += e.Value.(*cached).size()
	}
	require.Equal(t, held, c.held)
}

func TestMinuteCacheKeepsNothingThatIsTooLarge(t *testing.T) {
	c := newMinuteCache(10_000)
	info := files(t, 1)[0]
	c.put("a", info, sized(5_000))
	require.Nil(t, c.get("a", info))
	require.Zero(t, c.held)
}

func TestMinuteCacheKeepsOneOfAFile(t *testing.T) {
	c := newMinuteCache(10_000)
	info := files(t, 1)[0]
	for range 50 {
		c.put("a", info, sized(1_000))
	}
	require.Len(t, c.known, 1)
	require.Equal(t, sized(1_000).Size(), c.held)
}

func TestMinuteCacheKnowsOnlyTheFileAsItWas(t *testing.T) {
	infos := files(t, 2)
	name := filepath.Join(t.TempDir(), "fresh")
	require.NoError(t, os.WriteFile(name, []byte("x"), 0o600))
	fresh, err := os.Stat(name)
	require.NoError(t, err)
	c := newMinuteCache(10_000)
	c.put("fresh", fresh, sized(100))
	require.Nil(t, c.get("fresh", fresh), "it may change again without a new time")
	c.put("a", infos[0], sized(100))
	require.NotNil(t, c.get("a", infos[0]))
	require.Nil(t, c.get("a", infos[1]), "another file")
	require.Nil(t, c.get("a", infos[0]), "and what was known is dropped")
	require.Zero(t, c.held)
}
