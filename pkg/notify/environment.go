package notify

import (
	"fmt"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
)

// Environment looks a variable up, as os.LookupEnv does.
type Environment func(name string) (value string, set bool)

// variable is what the environment says of one setting: its value, or in NAME_FILE
// the file that holds it.
type variable struct {
	name, value, file string
	padded            bool // blank space stands around the value
}

// text is a variable that is set and not empty: compose passes those that are
// not set as empty ones.
func (env Environment) text(name string) string {
	value, _ := env(name)
	return strings.TrimSpace(value)
}

// look finds a variable that may hold a secret. Both parts of the result are empty
// where it is not set.
func (env Environment) look(name string) (variable, error) {
	v := variable{name: name, value: env.text(name), file: env.text(name + "_FILE")}
	raw, _ := env(name)
	v.padded = raw != v.value
	if v.value != "" && v.file != "" {
		return v, fmt.Errorf("%s and %s_FILE are both set: unset one of them", name, name)
	}
	return v, nil
}

func (v variable) set() bool { return v.value != "" || v.file != "" }

// reference is how a file of Grafana refers to the variable, so that the file holds
// no secret. Grafana reads the value once more as a text with variables, and makes
// a number or a truth value of one that looks like it, which the settings refuse.
func (v variable) reference() (string, error) {
	if v.file != "" {
		if strings.ContainsAny(v.file, "$}") {
			return "", fmt.Errorf("%s_FILE holds a $ or a }, which Grafana does not read in a path: name another file", v.name)
		}
		return "$__file{" + v.file + "}", nil
	}
	if v.padded {
		return "", fmt.Errorf("%s begins or ends with blank space, which Grafana would keep: take it away", v.name)
	}
	if strings.Contains(v.value, "$") {
		return "", fmt.Errorf("%s holds a $, which Grafana would read as the beginning of a variable: write %%24 in an address, or choose another secret", v.name)
	}
	_, number := strconv.ParseFloat(v.value, 64)
	_, truth := strconv.ParseBool(v.value)
	if number == nil || truth == nil {
		return "", fmt.Errorf("%s looks like a number or a truth value, and Grafana would read it as one: choose a secret with other characters in it", v.name)
	}
	return "$__env{" + v.name + "}", nil
}

// checkURL never says the address: the keys of robots are in it.
func (v variable) checkURL() error {
	if v.file != "" {
		return nil // who renders need not be allowed to read it
	}
	u, err := url.Parse(v.value)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%s is not an address such as https://example.org/path: copy it from where the robot or webhook was made", v.name)
	}
	return nil
}

// addresses splits mail addresses at commas, semicolons and ends of lines, as Grafana does.
func addresses(name, value string) ([]string, error) {
	var out []string
	for _, part := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(",;\n", r) }) {
		parsed, err := mail.ParseAddress(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("%s: %q is not a mail address: write name@example.org, several with commas between", name, strings.TrimSpace(part))
		}
		out = append(out, parsed.Address)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s holds no address: write name@example.org, or unset it", name)
	}
	return out, nil
}

// whole checks a number that is an identifier. It stays a text.
func whole(name, value string) error {
	if _, err := strconv.ParseInt(value, 10, 64); err != nil {
		return fmt.Errorf("%s is %q, not a whole number", name, value)
	}
	return nil
}

// language is that of <prefix>_NOTIFY_LANGUAGE, else of HEARTLINE_NOTIFY_LANGUAGE, else English.
func (env Environment) language(prefix string) (Language, error) {
	for _, p := range []string{prefix, defaultPrefix} {
		value := env.text(p + "_NOTIFY_LANGUAGE")
		if value == "" {
			continue
		}
		if _, known := languages[Language(value)]; !known {
			return "", fmt.Errorf("%s_NOTIFY_LANGUAGE is %q: use zh or en", p, value)
		}
		return Language(value), nil
	}
	return English, nil
}
