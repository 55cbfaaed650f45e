package cli

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/provisioning"
	"github.com/heartline-monitor/heartline/pkg/signal/app"
)

// metricsTimeout bounds a question to Prometheus: somebody waits.
const metricsTimeout = 30 * time.Second

// metricsOf is the Prometheus of a data source, "" for none, and what sends it the data
// source's credentials.
func metricsOf(source *provisioning.DataSource) (address string, transport http.RoundTripper) {
	var settings struct {
		Metrics struct {
			URL  string `json:"url"`
			User string `json:"user"`
		} `json:"metrics"`
	}
	// What is wrong with the settings, the data source's own check says.
	_ = json.Unmarshal(source.Settings.JSONData, &settings)
	secrets := source.Settings.DecryptedSecureJSONData
	return settings.Metrics.URL, signed{app.Credentials{User: settings.Metrics.User, Password: secrets["metricsPassword"], Token: secrets["metricsToken"]}}
}

// signed adds credentials to requests.
type signed struct{ app.Credentials }

// RoundTrip implements http.RoundTripper.
func (s signed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	s.Sign(r)
	return http.DefaultTransport.RoundTrip(r)
}
