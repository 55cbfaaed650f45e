package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

const (
	maxServices    = 200
	maxServiceName = 100 // characters
	// notInNames are characters that lists, selectors and template variables give
	// a meaning to.
	notInNames = ",{}$"
)

// metricsSettings say where the Prometheus is.
type metricsSettings struct {
	url string
	credentials
}

// serviceSettings say what one service is read from. What a kind does not need
// is empty.
type serviceSettings struct {
	signal.Service
	url      string         // of an app
	path     string         // of a request log
	zone     *time.Location // of a request log
	selector string         // of what a Prometheus scrapes: a go service or a Milvus
	credentials
}

// credentials are a user with a password, or a token. They never enter an error
// or a log.
type credentials struct{ user, password, token string }

func parseMetrics(raw json.RawMessage, secrets map[string]string) (*metricsSettings, error) {
	var in struct {
		URL  string `json:"url"`
		User string `json:"user"`
	}
	if err := decodePart("metrics", raw, &in); err != nil {
		return nil, err
	}
	in.URL = strings.TrimSpace(in.URL)
	if in.URL == "" {
		if in.User != "" {
			return nil, errors.New("setting metrics.user has no metrics.url: set the address of the Prometheus, or remove the user")
		}
		return nil, nil // not configured is not an error
	}
	m := &metricsSettings{url: in.URL, credentials: credentials{user: in.User, password: secrets["metricsPassword"], token: secrets["metricsToken"]}}
	return m, errors.Join(checkURL("metrics.url", in.URL), m.check("metrics.user", "metricsPassword", "metricsToken"))
}

// parseServices checks every service, whatever is wrong with the others.
func parseServices(raw json.RawMessage, secrets map[string]string) ([]serviceSettings, error) {
	var list []json.RawMessage
	if err := decodePart("services", raw, &list); err != nil {
		return nil, err
	}
	if len(list) > maxServices {
		return nil, fmt.Errorf("setting services has %d services: use at most %d, and a further data source for the others", len(list), maxServices)
	}
	var services []serviceSettings
	var errs []error
	for i, one := range list {
		s, err := parseService(i, one, secrets)
		if err == nil && slices.ContainsFunc(services, func(other serviceSettings) bool { return other.Name == s.Name }) {
			err = fmt.Errorf("setting services names %q twice: rename one", s.Name)
		}
		errs = append(errs, err)
		if s.Name != "" {
			services = append(services, s)
		}
	}
	return services, errors.Join(errs...)
}

// serviceInput is a service as jsonData has it.
type serviceInput struct {
	Name     string      `json:"name"`
	Kind     signal.Kind `json:"kind"`
	URL      string      `json:"url"`
	User     string      `json:"user"`
	Path     string      `json:"path"`
	Timezone string      `json:"timezone"`
	Selector string      `json:"selector"`
}

func parseService(i int, raw json.RawMessage, secrets map[string]string) (serviceSettings, error) {
	var in serviceInput
	if err := decodePart(fmt.Sprintf("services[%d]", i), raw, &in); err != nil {
		return serviceSettings{}, err
	}
	if err := checkName(i, in.Name); err != nil {
		return serviceSettings{}, err
	}
	if !slices.Contains(signal.Kinds, in.Kind) {
		return serviceSettings{}, fmt.Errorf("setting kind of service %q is %q: use one of %q", in.Name, in.Kind, signal.Kinds)
	}
	s := serviceSettings{
		Service: signal.Service{Name: in.Name, Kind: in.Kind},
		url:     strings.TrimSpace(in.URL), path: strings.TrimSpace(in.Path), selector: strings.TrimSpace(in.Selector),
		credentials: credentials{user: in.User},
	}
	err := in.fits()
	switch in.Kind {
	case signal.App:
		s.password, s.token = secrets["services."+in.Name+".password"], secrets["services."+in.Name+".token"]
		err = errors.Join(err, s.checkApp())
	case signal.RequestLog:
		var zoneErr error
		s.zone, zoneErr = parseZone(fmt.Sprintf("timezone of service %q", in.Name), in.Timezone)
		err = errors.Join(err, zoneErr, s.needs("path", s.path, "/srv/app/performance.db"))
	case signal.Go:
		err = errors.Join(err, s.checkSelector(`job="orders"`))
	case signal.Milvus:
		err = errors.Join(err, s.checkSelector(`job=~"milvus.*"`))
	}
	return s, err
}

func checkName(i int, name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return fmt.Errorf("setting services[%d] has no name: give it one", i)
	case strings.TrimSpace(name) != name:
		return fmt.Errorf("setting services[%d] has the name %q: remove the spaces around it", i, name)
	case utf8.RuneCountInString(name) > maxServiceName:
		return fmt.Errorf("setting services[%d] has a name of %d characters: use at most %d", i, utf8.RuneCountInString(name), maxServiceName)
	case strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf("setting services[%d] has the name %q: remove the line breaks and other control characters from it", i, name)
	case strings.ContainsAny(name, notInNames):
		return fmt.Errorf("setting services[%d] has the name %q: use none of the characters %s in it", i, name, notInNames)
	}
	return nil
}

// fits refuses settings of other kinds, which would do nothing.
func (in serviceInput) fits() error {
	var errs []error
	for _, setting := range []struct {
		name, value string
		kinds       []signal.Kind
	}{
		{"url", in.URL, []signal.Kind{signal.App}}, {"user", in.User, []signal.Kind{signal.App}},
		{"path", in.Path, []signal.Kind{signal.RequestLog}}, {"timezone", in.Timezone, []signal.Kind{signal.RequestLog}},
		{"selector", in.Selector, []signal.Kind{signal.Go, signal.Milvus}},
	} {
		if setting.value != "" && !slices.Contains(setting.kinds, in.Kind) {
			errs = append(errs, fmt.Errorf("setting %s of service %q belongs to %s, not to %q: remove it", setting.name, in.Name, kindNames(setting.kinds), in.Kind))
		}
	}
	return errors.Join(errs...)
}

func kindNames(kinds []signal.Kind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = fmt.Sprintf("kind %q", k)
	}
	return strings.Join(names, " or ")
}

func (s serviceSettings) needs(name, value, example string) error {
	if value == "" {
		return fmt.Errorf("setting %s of service %q is missing: services of kind %q need it, such as %s", name, s.Name, s.Kind, example)
	}
	return nil
}

func (s serviceSettings) checkApp() error {
	if err := s.needs("url", s.url, "http://orders:3000"); err != nil {
		return err
	}
	prefix := "services." + s.Name + "."
	return errors.Join(checkURL(fmt.Sprintf("url of service %q", s.Name), s.url),
		s.check(fmt.Sprintf("user of service %q", s.Name), prefix+"password", prefix+"token"))
}

func (s serviceSettings) checkSelector(example string) error {
	if err := s.needs("selector", s.selector, example); err != nil {
		return err
	}
	if _, err := prometheus.New(prometheus.Config{Kind: s.Kind, Selector: s.selector}); err != nil {
		return fmt.Errorf("service %q: %w", s.Name, err)
	}
	return nil
}

// checkURL does not repeat the address: it may hold a password.
func checkURL(setting, address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return fmt.Errorf("setting %s is no address: write it as http://host:port or https://host", setting)
	case u.User != nil:
		return fmt.Errorf("setting %s has a user in it: set user beside it, and the password as a secret", setting)
	case u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("setting %s has a ? or a # in it: write the address up to there", setting)
	}
	return nil
}

// check names what is half set; user, password and token are the names of the
// settings.
func (c credentials) check(user, password, token string) error {
	switch {
	case c.token != "" && (c.user != "" || c.password != ""):
		return fmt.Errorf("secret %s is set beside a user or a password: keep the token, or the user with the secret %s", token, password)
	case c.user != "" && c.password == "":
		return fmt.Errorf("setting %s has no password: set the secret %s", user, password)
	case c.user == "" && c.password != "":
		return fmt.Errorf("secret %s has no user: set %s", password, user)
	case strings.Contains(c.user, ":"):
		return fmt.Errorf("setting %s holds a colon, which ends a user's name in basic authentication: use another user", user)
	}
	for _, one := range []struct{ name, value string }{
		{"setting " + user, c.user}, {"secret " + password, c.password}, {"secret " + token, c.token},
	} {
		if strings.ContainsFunc(one.value, unicode.IsControl) {
			return fmt.Errorf("%s has a line break or another control character in it, often at its end: remove it", one.name)
		}
	}
	return nil
}
