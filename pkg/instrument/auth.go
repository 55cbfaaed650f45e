package instrument

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

const realm = "monitor"

// Auth says who may read the endpoints. Where both a token and a user are set,
// either will do; an address must be allowed besides.
type Auth struct {
	Token          string         // a bearer token
	User, Password string         // basic authentication
	AllowFrom      []netip.Prefix // addresses of the connection; X-Forwarded-For is not trusted. Empty allows all
	Health         bool           // protect GET /api/monitor/health too, which is public otherwise
}

func (a Auth) validate() error {
	switch {
	case a.User == "" && a.Password != "":
		return errors.New("Auth.Password is set without Auth.User: set both or none")
	case a.User != "" && a.Password == "":
		return errors.New("Auth.User is set without Auth.Password: set both or none")
	case strings.Contains(a.User, ":"):
		return errors.New(`Auth.User holds a ":", which ends a user's name in basic authentication: use another name`)
	case strings.TrimSpace(a.Token) != a.Token:
		return errors.New("Auth.Token has white space around it: remove it")
	case a.Health && a.Token == "" && a.User == "" && len(a.AllowFrom) == 0:
		return errors.New("Auth.Health is set, but nothing that protects: set a token, a user or addresses, or unset it")
	}
	for i, prefix := range a.AllowFrom {
		if !prefix.IsValid() {
			return fmt.Errorf("Auth.AllowFrom[%d] is no range of addresses: use one such as 10.0.0.0/8", i)
		}
	}
	return nil
}

// protect answers 403 to addresses that are not allowed and 401 to who does not
// know the token or the password.
func (a Auth) protect(next http.Handler) http.Handler {
	if a.Token == "" && a.User == "" && len(a.AllowFrom) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !a.allows(r.RemoteAddr):
			http.Error(w, "this address is not allowed: add it to Auth.AllowFrom", http.StatusForbidden)
		case !a.knows(r):
			if a.User != "" {
				w.Header().Add("WWW-Authenticate", `Basic realm="`+realm+`", charset="UTF-8"`)
			}
			if a.Token != "" {
				w.Header().Add("WWW-Authenticate", `Bearer realm="`+realm+`"`)
			}
			http.Error(w, "credentials are missing or wrong", http.StatusUnauthorized)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (a Auth) allows(remote string) bool {
	if len(a.AllowFrom) == 0 {
		return true
	}
	from, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false // a socket of the file system, say: it has no address that could be on the list
	}
	address := from.Addr().Unmap().WithZone("")
	return slices.ContainsFunc(a.AllowFrom, func(p netip.Prefix) bool { return p.Contains(address) })
}

func (a Auth) knows(r *http.Request) bool {
	if a.Token == "" && a.User == "" {
		return true
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if a.Token != "" && strings.EqualFold(scheme, "Bearer") && same(strings.TrimSpace(token), a.Token) {
		return true
	}
	user, password, ok := r.BasicAuth()
	sameUser, samePassword := same(user, a.User), same(password, a.Password) // both, whatever the first says
	return a.User != "" && ok && sameUser && samePassword
}

// same compares in a time that tells nothing, of the length neither.
func same(given, wanted string) bool {
	g, w := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(wanted))
	return subtle.ConstantTimeCompare(g[:], w[:]) == 1
}
