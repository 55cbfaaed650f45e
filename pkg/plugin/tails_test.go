package plugin

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/live"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

func TestLongQueriesAreRememberedByAHash(t *testing.T) {
	tl := &tails{channels{uid: strings.Repeat("u", 40), memory: newMemory()}}
	q := &query.Logs{Scope: query.Scope{Directions: query.List{"存储", "许可证", "安全", "LSF"}}, Levels: query.List{"Error", "Fatal"}, Text: "/quota.*exceeded/", Limit: 5, Live: true}
	path, err := tl.path(q)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(path, logLines.remembered), path)
	_, err = live.ParseChannel(tl.channel(path))
	require.NoError(t, err)
	got, ok := tl.query(path)
	require.True(t, ok)
	require.Equal(t, &query.Logs{Scope: q.Scope, Levels: q.Levels, Text: q.Text}, got)

	q.Limit, q.Order = 100, query.Oldest
	again, err := tl.path(q)
	require.NoError(t, err)
	require.Equal(t, path, again, "the limit and the order are not of the channel")
}

func TestRememberedChannelsAreBounded(t *testing.T) {
	tl := &tails{channels{uid: "uid1", memory: newMemory()}}
	first := "tail/q/first"
	tl.sent(first, nil, noon)
	for i := range maxChannels {
		tl.sent(fmt.Sprint("tail/q/", i), nil, noon)
	}
	require.Len(t, tl.memory.byKey, maxChannels)
	require.Len(t, tl.memory.oldest, maxChannels)
	_, ok := tl.since(first)
	require.False(t, ok)
}

func TestChannelsOfTwoOrganisationsAreApart(t *testing.T) {
	shared := newMemory()
	one, other := &tails{channels{uid: "uid1", id: 1, memory: shared}}, &tails{channels{uid: "uid1", id: 2, memory: shared}}
	one.sent("p", nil, noon)
	_, ok := other.since("p")
	require.False(t, ok)
}

func TestPositionNeverGoesBack(t *testing.T) {
	tl := &tails{channels{uid: "uid1", memory: newMemory()}}
	tl.sent("p", []event.Log{written("a", time.Second), written("b", 0)}, noon)
	tl.sent("p", []event.Log{written("c", 0)}, noon)
	tl.sent("p", []event.Log{written("d", time.Minute)}, noon)
	p, ok := tl.since("p")
	require.True(t, ok)
	require.Equal(t, position{second: noon, ids: map[string]bool{"b": true, "c": true}}, p)
}

func TestLineFromTheFutureDoesNotHideOthers(t *testing.T) {
	tl := &tails{channels{uid: "uid1", memory: newMemory()}}
	tl.sent("p", []event.Log{written("a", 0), written("ahead", -time.Hour)}, noon)
	p, ok := tl.since("p")
	require.True(t, ok)
	require.Equal(t, position{second: noon, ids: map[string]bool{"a": true, "ahead": true}}, p)
}
