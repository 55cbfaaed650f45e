package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/heartline-monitor/heartline/pkg/signal/app"
)

// Secrets come from the environment or from files: everybody on a machine sees
// the arguments of its processes.
const (
	tokenVariable    = "HEARTLINE_TOKEN"
	passwordVariable = "HEARTLINE_PASSWORD"
)

const targetHelp = `URL is the base address of the app, such as http://orders:3000. Of an app that serves
no /api/monitor/stats, only goroutines and memory are known, from /api/monitor/health.

A token is taken from the variable HEARTLINE_TOKEN or from --token-file; the password
of --user from HEARTLINE_PASSWORD or from --password-file.`

// target says how a running app is asked.
type target struct {
	timeout            time.Duration
	tokenFile          string
	user, passwordFile string
	environment        func(string) string
}

func (t *target) register(f *pflag.FlagSet) {
	t.environment = os.Getenv
	f.DurationVar(&t.timeout, "timeout", 5*time.Second, "how long an answer may take, a `DURATION`")
	f.StringVar(&t.tokenFile, "token-file", "", "`FILE` with a bearer token")
	f.StringVar(&t.user, "user", "", "`NAME` for basic authentication")
	f.StringVar(&t.passwordFile, "password-file", "", "`FILE` with the password of --user")
}

// oneURL wants the app's address as the only argument.
func oneURL(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError{fmt.Errorf("%s needs one URL, it got %d arguments: name the base address of the app, such as http://orders:3000", cmd.Name(), len(args))}
	}
	return nil
}

// open makes a source of the app; whoever calls it closes it.
func (t *target) open(address string, now func() time.Time) (*app.Source, error) {
	if t.timeout <= 0 {
		return nil, usageError{fmt.Errorf("--timeout %v is not positive: use one such as 5s", t.timeout)}
	}
	credentials, err := t.credentials()
	if err != nil {
		return nil, err
	}
	source, err := app.New(app.Config{URL: address, Client: app.NewClient(credentials, t.timeout), Now: now})
	if err != nil {
		return nil, usageError{err}
	}
	return source, nil
}

func (t *target) credentials() (c app.Credentials, err error) {
	if c.Token, err = t.secret(tokenVariable, "--token-file", t.tokenFile); err != nil {
		return c, err
	}
	if t.user == "" {
		if t.passwordFile != "" {
			return c, usageError{errors.New("--password-file is without --user: name the user, too")}
		}
		return c, nil
	}
	if t.tokenFile != "" {
		return c, usageError{errors.New("--user and --token-file exclude each other: an app wants the one or the other")}
	}
	c = app.Credentials{User: t.user}
	if c.Password, err = t.secret(passwordVariable, "--password-file", t.passwordFile); err != nil {
		return c, err
	}
	if c.Password == "" {
		return c, usageError{fmt.Errorf("--user is without a password: set %s, or name --password-file", passwordVariable)}
	}
	return c, nil
}

// secret reads a secret from its file or, where none is named, its variable.
func (t *target) secret(variable, flag, path string) (string, error) {
	if path == "" {
		secret := strings.TrimSpace(t.environment(variable))
		if strings.ContainsFunc(secret, unicode.IsControl) {
			return "", usageError{fmt.Errorf("%s has several lines or control characters: set it to the secret alone", variable)}
		}
		return secret, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", usageError{fmt.Errorf("%s: %w", flag, err)}
	}
	secret := strings.TrimSpace(string(content))
	if secret == "" || strings.ContainsFunc(secret, unicode.IsControl) {
		return "", usageError{fmt.Errorf("%s: %s is empty or has several lines or control characters: write the secret alone into it", flag, path)}
	}
	return secret, nil
}

// timer is the clock of a command.
type timer struct {
	now func() time.Time
	// pace makes a wait that ends at regular intervals, or with its context.
	pace func(every time.Duration) (wait func(context.Context) error, stop func())
}

var systemTimer = timer{now: time.Now, pace: func(every time.Duration) (func(context.Context) error, func()) {
	ticker := time.NewTicker(every)
	return func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			return nil
		}
	}, ticker.Stop
}}

// The exit codes of check and compare, which are those of monitoring plugins.
const (
	exitWarning  = 1
	exitCritical = 2
	exitUnknown  = 3
)

// verdict is an exit code of check or compare; the reason was printed.
type verdict int

// Error implements error.
func (v verdict) Error() string { return statusNames[v] }

var statusNames = map[verdict]string{exitOK: "OK", exitWarning: "WARNING", exitCritical: "CRITICAL", exitUnknown: "UNKNOWN"}

// judging marks commands of which every mistake, too, must not look like a
// verdict: a wrong command line is 3 and not 2.
const judging = "judging"

const verdictHelp = `Exit codes, as monitoring systems expect them: 0 OK, 1 WARNING, 2 CRITICAL (also when the
app cannot be read), 3 UNKNOWN (the command line is wrong, or nothing can be judged).`

// oneLine makes a text safe for a line whose end and whose | mean something.
func oneLine(text string) string {
	return strings.NewReplacer("\n", " ", "\r", " ", "|", "/").Replace(text)
}
