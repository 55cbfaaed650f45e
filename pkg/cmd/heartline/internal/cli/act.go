package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/heartline-monitor/heartline/pkg/notify/act"
)

const actHelp = `Run configured commands for alerts, such as a restart at 10,000 goroutines.

It is a webhook, POST /alerts, for a contact point of Grafana or a receiver of
Alertmanager. Who sends has to know the token of HEARTLINE_ACT_TOKEN, or of the file that
HEARTLINE_ACT_TOKEN_FILE names, as Authorization: Bearer TOKEN.

Nothing runs without --run: what would run is written to the audit log. Only alerts that
the actions file names do anything; no shell reads a command, and the alert's labels are
variables of its environment, HEARTLINE_LABEL_SERVICE for the label service. An action
runs once for each firing of an alert, and no more often than its limit says. The audit
log, lines of JSON, has every alert and what was done.`

const actExamples = `  HEARTLINE_ACT_TOKEN=... heartline act --actions actions.yml
  HEARTLINE_ACT_TOKEN_FILE=/etc/heartline/token heartline act --actions actions.yml --audit audit.jsonl --run`

type actOptions struct {
	actions, listen, audit string
	run                    bool
}

func newAct(io streams) *cobra.Command {
	var o actOptions
	cmd := &cobra.Command{
		Use:     "act [flags]",
		Short:   "Run configured commands for alerts",
		Long:    actHelp,
		Example: actExamples,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.serve(cmd.Context(), os.LookupEnv, io) },
	}
	f := cmd.Flags()
	f.StringVar(&o.actions, "actions", "", "`FILE` with the actions")
	f.StringVar(&o.listen, "listen", "127.0.0.1:9095", "`ADDRESS` to listen on")
	f.StringVar(&o.audit, "audit", "", "`FILE` that the audit log is appended to (default standard output)")
	f.BoolVar(&o.run, "run", false, "run commands, not only say which would run")
	return cmd
}

func (o *actOptions) serve(ctx context.Context, env func(string) (string, bool), io streams) (err error) {
	if o.actions == "" {
		return usageError{errors.New("--actions is missing: name the file that says which command is for which alert")}
	}
	actions, err := act.Load(o.actions)
	if err != nil {
		return err
	}
	token, err := actToken(env)
	if err != nil {
		return err
	}
	audit, done, err := o.openAudit(io.out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	log := slog.New(slog.NewTextHandler(io.err, nil))
	server, err := act.New(act.Config{Actions: actions, Token: token, Run: o.run, Audit: audit, Log: log, Now: time.Now})
	if err != nil {
		return err
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", o.listen)
	if err != nil {
		return fmt.Errorf("listen for alerts: %w: choose another address with --listen", err)
	}
	if at, ok := listener.Addr().(*net.TCPAddr); ok && !at.IP.IsLoopback() {
		log.Warn("Listening beyond this machine: the token is sent in clear text", "address", at.String())
	}
	log.Info("Receiving alerts", "url", "http://"+listener.Addr().String()+"/alerts", "actions", len(actions), "dryRun", !o.run)
	return server.Serve(ctx, listener)
}

func actToken(env func(string) (string, bool)) (string, error) {
	token, _ := env("HEARTLINE_ACT_TOKEN")
	path, _ := env("HEARTLINE_ACT_TOKEN_FILE")
	switch {
	case token != "" && path != "":
		return "", errors.New("HEARTLINE_ACT_TOKEN and HEARTLINE_ACT_TOKEN_FILE are both set: unset one of them")
	case token != "":
		return token, nil
	case path == "":
		return "", errors.New("HEARTLINE_ACT_TOKEN is missing: set it, or HEARTLINE_ACT_TOKEN_FILE, to a secret that the sender knows, such as that of openssl rand -hex 24")
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read the token of HEARTLINE_ACT_TOKEN_FILE: %w", err)
	}
	return strings.TrimSpace(string(body)), nil
}

func (o *actOptions) openAudit(out io.Writer) (io.Writer, func() error, error) {
	if o.audit == "" {
		return out, func() error { return nil }, nil
	}
	file, err := os.OpenFile(o.audit, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("open the audit log: %w", err)
	}
	return file, file.Close, nil
}
