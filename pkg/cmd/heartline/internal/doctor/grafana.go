package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/heartline-monitor/heartline/pkg/signal/app"
)

// Grafana is a Grafana, and who asks it: with a token, or as a user.
type Grafana struct {
	URL    string
	Plugin string // the id of the plugin
	app.Credentials
}

// Check looks whether Grafana answers, has the plugin loaded, and has data sources
// of it that are well.
func (g Grafana) Check(ctx context.Context) []Finding {
	g.URL = strings.TrimRight(g.URL, "/")
	status, _, err := g.get(ctx, "/api/health")
	if err != nil || status != http.StatusOK {
		f := Finding{Part: "grafana", Status: Error, What: fmt.Sprintf("%s/api/health answers %d", g.URL, status)}
		if err != nil {
			f.What = err.Error()
		}
		f.Remedy = "see that Grafana runs and that --grafana is its address: heartline stack status"
		return []Finding{f}
	}
	loaded := g.plugin(ctx)
	if loaded.Status != OK {
		return []Finding{loaded}
	}
	return append([]Finding{loaded}, g.dataSources(ctx)...)
}

func (g Grafana) plugin(ctx context.Context) Finding {
	f := Finding{Part: "grafana plugin", Status: Error}
	status, body, err := g.get(ctx, "/api/plugins/"+g.Plugin+"/settings")
	var settings struct {
		Enabled bool
		Info    struct{ Version string }
	}
	switch {
	case err != nil:
		f.What, f.Remedy = err.Error(), "see that Grafana is not restarting"
	case status == http.StatusNotFound:
		f.What = "Grafana has not loaded " + g.Plugin
		f.Remedy = "put dist/ into its plugins folder as " + g.Plugin + ", set allow_loading_unsigned_plugins = " + g.Plugin + " in [plugins], and start it again; its log says why a plugin was left out"
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		f.What = fmt.Sprintf("Grafana does not tell without a login (%d)", status)
		f.Remedy = "set GRAFANA_TOKEN to a service account's token, or --grafana-user and GRAFANA_PASSWORD"
	case status != http.StatusOK || json.Unmarshal([]byte(body), &settings) != nil:
		f.What, f.Remedy = fmt.Sprintf("Grafana answers %d: %.200s", status, body), "see that --grafana is the address of a Grafana, without a login page before it"
	default:
		f.Status, f.What = OK, "loaded, version "+settings.Info.Version
	}
	return f
}

func (g Grafana) dataSources(ctx context.Context) []Finding {
	status, body, err := g.get(ctx, "/api/datasources")
	var all []struct{ Name, UID, Type string }
	if err != nil || status != http.StatusOK || json.Unmarshal([]byte(body), &all) != nil {
		return []Finding{{
			Part: "grafana data sources", Status: Warning, What: fmt.Sprintf("Grafana does not list them (%d)", status),
			Remedy: "give the service account the role Admin, or the right datasources:read",
		}}
	}
	var found []Finding
	for _, d := range all {
		if d.Type == g.Plugin {
			found = append(found, g.dataSource(ctx, d.Name, d.UID))
		}
	}
	if found == nil {
		return []Finding{{
			Part: "grafana data sources", Status: Warning, What: "none is of " + g.Plugin,
			Remedy: "add one, or provision it with provisioning/datasources/heartline.yaml",
		}}
	}
	return found
}

func (g Grafana) dataSource(ctx context.Context, name, uid string) Finding {
	f := Finding{Part: "grafana data source " + name, Status: OK}
	status, body, err := g.get(ctx, "/api/datasources/uid/"+uid+"/health")
	var health struct{ Status, Message string }
	if err == nil {
		err = json.Unmarshal([]byte(body), &health)
	}
	f.What = health.Message
	if err != nil || status != http.StatusOK || health.Status != "OK" {
		f.Status = Error
		f.Remedy = "mend the settings that the message names, or what they lead to, and press Save & test"
		if health.Message == "" {
			f.What = fmt.Sprintf("its health check answers %d", status)
		}
	}
	return f
}

func (g Grafana) get(ctx context.Context, path string) (status int, body string, err error) {
	return get(ctx, g.URL+path, g.Sign)
}
