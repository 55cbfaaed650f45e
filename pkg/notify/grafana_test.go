package notify

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
)

// points is contact-points.yaml as a stranger to our structs reads it.
type points struct {
	ContactPoints []struct {
		Name      string
		Receivers []struct {
			UID, Type string
			Settings  map[string]any
		}
	} `yaml:"contactPoints"`
	Delete []struct{ UID string } `yaml:"deleteContactPoints"`
}

func contactPointsOf(t *testing.T, c *Config, v vars) (points, string) {
	t.Helper()
	body, err := c.ContactPoints(v.look)
	require.NoError(t, err)
	var p points
	require.NoError(t, yaml.Unmarshal(body, &p))
	return p, string(body)
}

func TestContactPointsOfEveryChannel(t *testing.T) {
	p, body := contactPointsOf(t, standardConfig(t), all())
	golden(t, "testdata/contact-points.yaml", body)
	require.Empty(t, p.Delete)
	require.Len(t, p.ContactPoints[0].Receivers, len(kinds))
	for _, secret := range []string{"KEY", "SECRET-2"} {
		require.NotContains(t, body, secret, "Grafana reads secrets from its environment")
	}
	for _, r := range p.ContactPoints[0].Receivers {
		require.LessOrEqual(t, len(r.UID), 40)
		// Grafana turns numbers that it reads from variables, or that are not quoted, into
		// numbers, and refuses them.
		for name, value := range r.Settings {
			switch value.(type) {
			case string, bool, map[string]any:
			default:
				require.Failf(t, "not a text", "%s of %s is a %T", name, r.UID, value)
			}
		}
	}
}

func TestWithoutVariablesThereIsNoContactPoint(t *testing.T) {
	p, body := contactPointsOf(t, standardConfig(t), vars{"HEARTLINE_SLACK_URL": "", "HEARTLINE_MAIL_TO": " "})
	require.Empty(t, p.ContactPoints)
	require.NotContains(t, body, "contactPoints:")
	require.NotContains(t, body, "policies", "they would replace the organisation's own")
	require.Len(t, p.Delete, len(kinds))
}

func TestEachChannelIsEnabledByItsOwnVariables(t *testing.T) {
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			p, _ := contactPointsOf(t, standardConfig(t), only(kind))
			require.Len(t, p.ContactPoints, 1)
			require.Len(t, p.ContactPoints[0].Receivers, 1)
			require.Equal(t, "heartline-"+string(kind), p.ContactPoints[0].Receivers[0].UID)
			require.Len(t, p.Delete, len(kinds)-1)
			for _, d := range p.Delete {
				require.NotEqual(t, "heartline-"+string(kind), d.UID)
			}
		})
	}
}

func TestReceiversHaveTheirOwnVariablesAndLanguage(t *testing.T) {
	c, err := read(t, teams)
	require.NoError(t, err)
	p, body := contactPointsOf(t, c, vars{
		"HEARTLINE_SLACK_URL": "https://a/1", "HEARTLINE_NOTIFY_LANGUAGE": "zh",
		"PAYMENTS_SLACK_URL_FILE": "/run/secrets/slack", "PAYMENTS_NOTIFY_LANGUAGE": "en",
	})
	require.Len(t, p.ContactPoints, 2)
	require.Equal(t, "heartline", p.ContactPoints[0].Name)
	require.Equal(t, `{{ template "heartline.zh.slack" . }}`, p.ContactPoints[0].Receivers[0].Settings["text"])
	require.Equal(t, "payments", p.ContactPoints[1].Name)
	require.Equal(t, `{{ template "heartline.en.slack" . }}`, p.ContactPoints[1].Receivers[0].Settings["text"])
	require.Equal(t, "$__file{/run/secrets/slack}", p.ContactPoints[1].Receivers[0].Settings["url"])
	for _, uid := range []string{"uid: night-mail", "uid: old-mail", "uid: payments-mail"} {
		require.Contains(t, body, uid, "Grafana is told of what is gone")
	}
}

func TestTemplatesAreThoseThatAreShipped(t *testing.T) {
	body, err := Templates(time.UTC)
	require.NoError(t, err)
	golden(t, "../../provisioning/alerting/templates.yaml", string(body))
}

// The folder that is shipped has no contact point: Grafana starts without any variable.
func TestShippedProvisioningHasNoContactPoint(t *testing.T) {
	files, err := filepath.Glob("../../provisioning/alerting/*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, path := range files {
		body, err := os.ReadFile(path)
		require.NoError(t, err)
		var file map[string]any
		require.NoError(t, yaml.Unmarshal(body, &file), path)
		require.NotContains(t, file, "contactPoints", path)
		require.NotContains(t, file, "policies", path)
		require.NotContains(t, string(body), "notification_settings", path)
	}
}

func TestTemplatesAreOneNamedSetForEachLanguage(t *testing.T) {
	body, err := Templates(time.UTC)
	require.NoError(t, err)
	var file struct {
		Templates []struct{ Name, Template string }
	}
	require.NoError(t, yaml.Unmarshal(body, &file))
	require.Len(t, file.Templates, 2)
	for i, language := range []string{"zh", "en"} {
		require.Equal(t, "heartline-"+language, file.Templates[i].Name)
		text, err := messages(Language(language), time.UTC, true, "")
		require.NoError(t, err)
		require.Equal(t, text, file.Templates[i].Template, "YAML keeps the spaces at the ends of lines")
		for _, name := range strings.Split(text, "{{ define ")[1:] {
			require.True(t, strings.HasPrefix(name, `"heartline.`+language+`.`), "all users share the names: %.40s", name)
		}
	}
}
