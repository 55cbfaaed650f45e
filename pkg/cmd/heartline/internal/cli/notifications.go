package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/heartline-monitor/heartline/pkg/notify"
)

const notificationsHelp = `Render where alerts are sent, from the environment.

A channel is enabled by its variable; without any, nothing is sent and Grafana starts
all the same:

  HEARTLINE_MAIL_TO                          mail; GF_SMTP_... say how
  HEARTLINE_WECOM_URL                        the robot of a WeCom group
  HEARTLINE_WECOM_SECRET, _CORP_ID, _AGENT_ID  an app of a WeCom company
  HEARTLINE_DINGTALK_URL                     the robot of a DingTalk group
  HEARTLINE_TELEGRAM_TOKEN, _CHAT            Telegram
  HEARTLINE_SLACK_URL                        Slack
  HEARTLINE_WEBHOOK_URL, _TOKEN              a webhook of your own
  HEARTLINE_FEISHU_URL                       the robot of a Feishu group

A secret may also lie in a file: HEARTLINE_SLACK_URL_FILE=/run/secrets/slack.
HEARTLINE_NOTIFY_LANGUAGE is en or zh, HEARTLINE_TIMEZONE that of times in messages,
GF_SERVER_ROOT_URL the address of Grafana in messages of Alertmanager.`

const renderNotificationsHelp = `Write contact-points.yaml and templates.yaml for Grafana, and alertmanager.yml for
Alertmanager.

--out is a folder of Grafana's alerting provisioning. contact-points.yaml has the
channels that are enabled and deletes the others; it names variables, not their values,
so that Grafana needs the same environment. --alertmanager is a folder of its own; secrets
are files in it that only their owner reads.`

const renderNotificationsExamples = `  heartline notifications render --out provisioning/alerting
  HEARTLINE_SLACK_URL=https://hooks.slack.com/... heartline notifications render --out alerting
  heartline notifications render --alertmanager /etc/alertmanager --alertmanager-version 0.34`

type renderNotificationsOptions struct {
	config, out, alertmanager, sees, version, owner string
}

func newNotifications(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "notifications",
		Short: "Render where alerts are sent",
		Long:  notificationsHelp,
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown command %q: see heartline notifications --help", args[0])}
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(newRenderNotifications(io))
	return cmd
}

func newRenderNotifications(io streams) *cobra.Command {
	var o renderNotificationsOptions
	cmd := &cobra.Command{
		Use:     "render [flags]",
		Short:   "Write contact points, message templates and alertmanager.yml",
		Long:    renderNotificationsHelp,
		Example: renderNotificationsExamples,
		Args:    noArguments,
		RunE:    func(*cobra.Command, []string) error { return o.run(os.LookupEnv, io) },
	}
	f := cmd.Flags()
	f.StringVar(&o.config, "config", "", "notifications `FILE` (default that of Heartline: one receiver for all alerts)")
	f.StringVar(&o.out, "out", "", "`FOLDER` of Grafana's alerting provisioning")
	f.StringVar(&o.alertmanager, "alertmanager", "", "`FOLDER` of alertmanager.yml")
	f.StringVar(&o.sees, "alertmanager-sees", "", "`FOLDER` by which Alertmanager knows that of --alertmanager, as in a container (default the same)")
	f.StringVar(&o.version, "alertmanager-version", "0.28", "lowest `VERSION` of Alertmanager that reads it: from 0.34 on it reaches robots of WeCom, DingTalk and Feishu")
	f.StringVar(&o.owner, "owner", "", "give the files to this user, `UID:GID`, as the one of a container")
	return cmd
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("unexpected argument %q: see %s --help", args[0], cmd.CommandPath())}
	}
	return nil
}

func (o *renderNotificationsOptions) run(env notify.Environment, io streams) error {
	to, err := o.output()
	if err != nil {
		return err
	}
	config, err := notify.Load(o.config)
	if err != nil {
		return err
	}
	notes, err := config.Render(env, to)
	if err != nil {
		return err
	}
	for _, note := range notes {
		_, _ = fmt.Fprintln(io.err, "note:", note)
	}
	for _, folder := range []string{o.out, o.alertmanager} {
		if folder != "" {
			_, _ = fmt.Fprintln(io.out, "written:", folder)
		}
	}
	return nil
}

func (o *renderNotificationsOptions) output() (notify.Output, error) {
	to := notify.Output{Grafana: o.out}
	if o.out == "" && o.alertmanager == "" {
		return to, usageError{errors.New("--out is missing: name the folder of Grafana's alerting provisioning, or --alertmanager")}
	}
	if o.alertmanager != "" {
		dir, err := filepath.Abs(o.alertmanager)
		if err != nil {
			return to, fmt.Errorf("find --alertmanager: %w", err)
		}
		grafana, err := filepath.Abs(o.out)
		if err != nil {
			return to, fmt.Errorf("find --out: %w", err)
		}
		if o.out != "" && dir == grafana {
			return to, usageError{errors.New("--alertmanager and --out are the same folder: Grafana reads every file of its own, and would refuse alertmanager.yml")}
		}
		to.Alertmanager = notify.Alertmanager{Dir: dir, Sees: cmp.Or(o.sees, dir), Version: o.version}
	}
	var err error
	to.Owner, err = ownerOf(o.owner)
	return to, err
}

func ownerOf(value string) (*notify.Owner, error) {
	if value == "" {
		return nil, nil
	}
	uid, gid, _ := strings.Cut(value, ":")
	user, userErr := strconv.ParseUint(uid, 10, 31)
	group, groupErr := strconv.ParseUint(gid, 10, 31)
	if userErr != nil || groupErr != nil {
		return nil, usageError{fmt.Errorf("--owner %q is not two numbers: write one such as 65534:65534", value)}
	}
	return &notify.Owner{UID: int(user), GID: int(group)}, nil
}
