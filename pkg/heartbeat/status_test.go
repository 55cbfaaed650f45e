package heartbeat

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseStatusReadsEachStatusInAnyCase(t *testing.T) {
	for _, status := range Statuses {
		got, err := ParseStatus(string(status))
		require.NoError(t, err)
		require.Equal(t, status, got)
	}
	got, err := ParseStatus(" Down\n")
	require.NoError(t, err)
	require.Equal(t, Down, got)
}

func TestParseStatusRefusesOthersWithTheChoice(t *testing.T) {
	_, err := ParseStatus("dead")
	require.EqualError(t, err, `unknown status "dead": use new, ok, late or down`)
	_, err = ParseStatus("")
	require.Error(t, err)
}
