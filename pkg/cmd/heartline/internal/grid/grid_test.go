package grid

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWideCharactersLineUp(t *testing.T) {
	var out bytes.Buffer
	err := Write(&out, []Column{{Heading: "Name"}, {Heading: "Count", Right: true}, {Heading: "Message"}}, [][]string{
		{"存储", "7", "磁盘已满"},
		{"LSF", "1200", "ok"},
		{"é🙂", "", ""},
	})
	require.NoError(t, err)
	require.Equal(t, ""+
		"Name  Count  Message\n"+
		"存储      7  磁盘已满\n"+
		"LSF    1200  ok\n"+
		"é🙂\n", out.String())
}

func TestCellsStayOnTheirLineAndCannotCommandTheTerminal(t *testing.T) {
	for text, want := range map[string]string{
		"two\nlines\r\nor\rmore": "two⏎lines⏎or\uFFFDmore",
		"a\tb":                   "a b",
		"\x1b[31mred\x07":        "\uFFFD[31mred\uFFFD",
		"file\u202Egnp.exe":      "file\uFFFDgnp.exe",
		"bad\xffbyte":            "bad\uFFFDbyte",
		"":                       "",
	} {
		require.Equal(t, want, fit(text).text, "%q", text)
	}
}

func TestLongCellsAreCut(t *testing.T) {
	for _, c := range []struct {
		text, want string
	}{
		{strings.Repeat("x", MaxWidth), strings.Repeat("x", MaxWidth)},
		{strings.Repeat("x", MaxWidth+1), strings.Repeat("x", MaxWidth-1) + "…"},
		{strings.Repeat("漢", MaxWidth/2), strings.Repeat("漢", MaxWidth/2)},
		{strings.Repeat("漢", MaxWidth), strings.Repeat("漢", MaxWidth/2-1) + "…"},
	} {
		got := fit(c.text)
		require.Equal(t, c.want, got.text)
		require.LessOrEqual(t, got.width, MaxWidth)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWriteErrorIsReturned(t *testing.T) {
	err := Write(brokenPipe{}, []Column{{Heading: "a"}}, [][]string{{"b"}})
	require.ErrorContains(t, err, "broken pipe")
}
