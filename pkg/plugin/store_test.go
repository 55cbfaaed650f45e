package plugin

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// counted opens fake stores and keeps them.
type counted struct{ opened []*fakeStore }

func (c *counted) open(eventsSettings, string) (event.Store, error) {
	c.opened = append(c.opened, town())
	return c.opened[len(c.opened)-1], nil
}

func eventsAt(root, path string, open openFunc) *events {
	return &events{settings: &eventsSettings{kind: kindFileTree, path: path, zone: time.UTC}, allowed: parseAllowList(root), open: open}
}

func TestStoreIsOpenedOnce(t *testing.T) {
	root := t.TempDir()
	var c counted
	e := eventsAt(root, root, c.open)
	first, err := e.Store()
	require.NoError(t, err)
	second, err := e.Store()
	require.NoError(t, err)
	require.Same(t, first, second)
	require.NoError(t, e.Close())
	require.NoError(t, e.Close())
	require.Len(t, c.opened, 1)
	require.True(t, c.opened[0].closed)
	_, err = e.Store()
	require.ErrorIs(t, err, errDisposed, "it is not opened again behind the instance's back")
}

func TestStoreComesWithItsMount(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "later")
	var c counted
	e := eventsAt(root, path, c.open)
	_, err := e.Store()
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, os.Mkdir(path, 0o700))
	_, err = e.Store()
	require.NoError(t, err)
}

func TestStoreIsOpenedAnewWhereALinkIsTurnedRound(t *testing.T) {
	root := t.TempDir()
	link := filepath.Join(root, "current")
	for _, folder := range []string{"a", "b"} {
		require.NoError(t, os.Mkdir(filepath.Join(root, folder), 0o700))
	}
	require.NoError(t, os.Symlink("a", link))
	var c counted
	e := eventsAt(root, link, c.open)
	_, err := e.Store()
	require.NoError(t, err)
	require.NoError(t, os.Remove(link))
	require.NoError(t, os.Symlink("b", link))
	store, err := e.Store()
	require.NoError(t, err)
	require.Len(t, c.opened, 2)
	require.Same(t, c.opened[1], store)
	require.True(t, c.opened[0].closed)

	require.NoError(t, os.Remove(link))
	require.NoError(t, os.Symlink("/", link))
	_, err = e.Store()
	require.ErrorContains(t, err, "outside of allowed_paths")
}

func TestStoreThatCannotBeOpenedIsAnError(t *testing.T) {
	root := t.TempDir()
	wrong := errors.New("wrong format")
	_, err := eventsAt(root, root, func(eventsSettings, string) (event.Store, error) { return nil, wrong }).Store()
	require.ErrorIs(t, err, wrong)
}

func TestEveryKindOfStoreCanBeOpened(t *testing.T) {
	for _, kind := range kinds {
		store, err := openStore(eventsSettings{kind: kind, zone: time.UTC}, t.TempDir())
		require.NoError(t, err)
		require.Equal(t, time.UTC, store.Location())
		require.NoError(t, store.Close())
	}
	_, err := openStore(eventsSettings{kind: "tape"}, t.TempDir())
	require.ErrorContains(t, err, `kind "tape" has no implementation`)
}
