package app

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestURLIsChecked(t *testing.T) {
	for address, want := range map[string]string{
		"http://ann:s3cret@orders:3000":   "holds a user or password: take them out",
		"http://orders:3000?token=s3cret": "has a query or fragment",
		"http://orders:3000/#s3cret":      "has a query or fragment",
		"orders:3000":                     "must begin with http:// or https://",
		"ftp://orders":                    "must begin with http:// or https://",
		"http://":                         "name a host",
		"":                                "must begin with http://",
		"http://ann:s3cret@[bad":          "the url of the app is none",
	} {
		_, err := New(Config{URL: address})
		require.ErrorContains(t, err, want, address)
		require.NotContains(t, err.Error(), "s3cret")
	}
	s, err := New(Config{URL: " https://example.org/base/ "})
	require.NoError(t, err)
	require.Equal(t, "https://example.org/base/api/monitor/stats", s.base.JoinPath(statsPath).String())
	require.Equal(t, defaultTimeout, s.client.Timeout)
	require.Equal(t, time.UTC, s.Location())
	require.NoError(t, s.Close())
}

func TestClientShowsCredentials(t *testing.T) {
	for name, c := range map[string]struct {
		credentials Credentials
		want        string
	}{
		"token":    {Credentials{Token: "s3cret"}, "Bearer s3cret"},
		"password": {Credentials{User: "ann", Password: "s3cret"}, "Basic YW5uOnMzY3JldA=="},
		"none":     {Credentials{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := &stub{start: morning, clock: &clock{at: morning}}
			got := make(chan string, 1)
			a.behave(func(w http.ResponseWriter, r *http.Request) {
				got <- r.Header.Get("Authorization")
				a.stats(w, r)
			})
			_, err := open(t, a, Config{Client: NewClient(c.credentials, time.Minute)}).Check(t.Context())
			require.NoError(t, err)
			require.Equal(t, c.want, <-got)
		})
	}
}
