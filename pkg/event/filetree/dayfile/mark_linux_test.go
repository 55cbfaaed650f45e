package dayfile

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestMarkLinesReadsNothingBesideTheSlice(t *testing.T) {
	page := unix.Getpagesize()
	memory, err := unix.Mmap(-1, 0, 3*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	require.NoError(t, err)
	defer func() { require.NoError(t, unix.Munmap(memory)) }()
	// A read from the pages before and behind the middle one ends the test.
	require.NoError(t, unix.Mprotect(memory[:page], unix.PROT_NONE))
	require.NoError(t, unix.Mprotect(memory[2*page:], unix.PROT_NONE))
	middle := memory[page : 2*page]
	rng := rand.New(rand.NewPCG(33, 34))
	for i := range middle {
		middle[i] = "xxxxxxxxxxx\n\"\\"[rng.IntN(14)]
	}
	for length := range 300 {
		checkMarks(t, middle[:length])
		checkMarks(t, middle[page-length:])
	}
}
