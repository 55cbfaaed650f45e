package instrument

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhoMayReadTheEndpoints(t *testing.T) {
	basic := func(user, password string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(user, password) }
	}
	header := func(value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", value) }
	}
	from := func(address string) func(*http.Request) { return func(r *http.Request) { r.RemoteAddr = address } }
	nobody := func(*http.Request) {}

	token, user := Auth{Token: "secret"}, Auth{User: "heartline", Password: "p:w"}
	both := Auth{Token: "secret", User: "heartline", Password: "p:w"}
	inside := Auth{AllowFrom: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
	guarded := Auth{Token: "secret", AllowFrom: inside.AllowFrom}

	for name, c := range map[string]struct {
		auth       Auth
		caller     func(*http.Request)
		want       int
		challenges []string
	}{
		"open":                               {Auth{}, nobody, 200, nil},
		"token":                              {token, header("Bearer secret"), 200, nil},
		"token, scheme in lower case":        {token, header("bearer secret"), 200, nil},
		"no token":                           {token, nobody, 401, []string{`Bearer realm="monitor"`}},
		"wrong token":                        {token, header("Bearer secre"), 401, []string{`Bearer realm="monitor"`}},
		"empty token":                        {token, header("Bearer "), 401, []string{`Bearer realm="monitor"`}},
		"token without a scheme":             {token, header("secret"), 401, []string{`Bearer realm="monitor"`}},
		"no user is the empty user":          {token, basic("", ""), 401, []string{`Bearer realm="monitor"`}},
		"user":                               {user, basic("heartline", "p:w"), 200, nil},
		"wrong user":                         {user, basic("other", "p:w"), 401, []string{`Basic realm="monitor", charset="UTF-8"`}},
		"wrong password":                     {user, basic("heartline", "p"), 401, []string{`Basic realm="monitor", charset="UTF-8"`}},
		"no token is the empty token":        {user, header("Bearer "), 401, []string{`Basic realm="monitor", charset="UTF-8"`}},
		"either, by token":                   {both, header("Bearer secret"), 200, nil},
		"either, by user":                    {both, basic("heartline", "p:w"), 200, nil},
		"neither":                            {both, nobody, 401, []string{`Basic realm="monitor", charset="UTF-8"`, `Bearer realm="monitor"`}},
		"allowed address":                    {inside, from("10.1.2.3:4567"), 200, nil},
		"allowed address, mapped":            {inside, from("[::ffff:10.1.2.3]:4567"), 200, nil},
		"allowed address, version 6":         {inside, from("[fd00::1%eth0]:4567"), 200, nil},
		"other address":                      {inside, from("192.0.2.1:4567"), 403, nil},
		"no address":                         {inside, from("@"), 403, nil},
		"forwarded for is not trusted":       {inside, func(r *http.Request) { r.Header.Set("X-Forwarded-For", "10.1.2.3") }, 403, nil},
		"allowed address, no token":          {guarded, from("10.1.2.3:4567"), 401, []string{`Bearer realm="monitor"`}},
		"other address with the right token": {guarded, header("Bearer secret"), 403, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMonitor(t, Config{Auth: c.auth})
			for _, path := range []string{"/api/monitor/stats", "/metrics"} {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
				c.caller(r)
				w := httptest.NewRecorder()
				m.Handler().ServeHTTP(w, r)
				require.Equal(t, c.want, w.Code, path)
				require.Equal(t, c.challenges, w.Result().Header["Www-Authenticate"])
				require.NotContains(t, w.Body.String(), "secret")
			}
		})
	}
}

func TestHealthIsPublicUnlessItIsProtectedToo(t *testing.T) {
	require.Equal(t, http.StatusOK, get(t, newMonitor(t, Config{Auth: Auth{Token: "secret"}}).Handler(), "/api/monitor/health").Code)
	require.Equal(t, http.StatusUnauthorized, get(t, newMonitor(t, Config{Auth: Auth{Token: "secret", Health: true}}).Handler(), "/api/monitor/health").Code)
}
