// Package provisioning reads the files with which Grafana is provisioned: data
// sources, dashboards and alert rules.
package provisioning

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// PluginType is the type of Heartline's data sources: the id of its plugin.
const PluginType = "heartline-monitor-datasource"

// DataSource is one Heartline data source of a provisioning file.
type DataSource struct {
	// Settings are what Grafana hands to the plugin.
	Settings backend.DataSourceInstanceSettings
	// IsDefault says that panels without a data source use this one.
	IsDefault bool
	// Siblings are the uids of the other data sources of the file, by name.
	Siblings map[string]string
	// Notes are what is worth saying about the file: it was read all the same.
	Notes []string
}

type dataSourceFile struct {
	APIVersion  int               `yaml:"apiVersion"`
	DataSources []dataSourceEntry `yaml:"datasources"`
}

type dataSourceEntry struct {
	Name           string            `yaml:"name"`
	Type           string            `yaml:"type"`
	UID            string            `yaml:"uid"`
	URL            string            `yaml:"url"`
	User           string            `yaml:"user"`
	Database       string            `yaml:"database"`
	BasicAuth      string            `yaml:"basicAuth"`
	BasicAuthUser  string            `yaml:"basicAuthUser"`
	IsDefault      string            `yaml:"isDefault"`
	JSONData       map[string]any    `yaml:"jsonData"`
	SecureJSONData map[string]string `yaml:"secureJsonData"`
}

// ReadDataSource reads a Grafana data source provisioning file and picks the
// Heartline data source of this name, or the only one when the name is empty.
// Environment variables and files are interpolated as Grafana does it.
func ReadDataSource(path, name string) (*DataSource, error) {
	content, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("data source file: %w", err)
	}
	var file dataSourceFile
	if err := yaml.Unmarshal(content, &file); err != nil {
		return nil, fmt.Errorf("data source file %s: %s", path, yaml.FormatError(err, false, false))
	}
	if len(file.DataSources) == 0 {
		return nil, fmt.Errorf("data source file %s has no datasources: give a Grafana provisioning file, with a list named datasources", path)
	}
	e := newExpander()
	for i := range file.DataSources {
		if err := file.DataSources[i].expand(e); err != nil {
			return nil, fmt.Errorf("data source file %s, data source %d: %w", path, i+1, err)
		}
	}
	chosen, err := choose(file.DataSources, name)
	if err != nil {
		return nil, fmt.Errorf("data source file %s: %w", path, err)
	}
	settings, err := chosen.settings(modified(path))
	if err != nil {
		return nil, fmt.Errorf("data source file %s, data source %q: %w", path, chosen.Name, err)
	}
	isDefault, err := boolean("isDefault", chosen.IsDefault)
	if err != nil {
		return nil, fmt.Errorf("data source file %s, data source %q: %w", path, chosen.Name, err)
	}
	return &DataSource{
		Settings: settings, IsDefault: isDefault,
		Siblings: siblings(file.DataSources, chosen.Name), Notes: notes(path, file, e),
	}, nil
}

func choose(entries []dataSourceEntry, name string) (dataSourceEntry, error) {
	var ours, others []string
	for _, d := range entries {
		if d.Type == PluginType {
			ours = append(ours, d.Name)
		} else {
			others = append(others, fmt.Sprintf("%q (%s)", d.Name, d.Type))
		}
	}
	i := slices.IndexFunc(entries, func(d dataSourceEntry) bool { return d.Name == name })
	switch {
	case name != "" && i < 0:
		return dataSourceEntry{}, fmt.Errorf("no data source is named %q: the file has %s", name, strings.Join(append(quoted(ours), others...), ", "))
	case name != "" && entries[i].Type != PluginType:
		return dataSourceEntry{}, fmt.Errorf("data source %q is of type %q: name one of type %q", name, entries[i].Type, PluginType)
	case name != "":
		return entries[i], nil
	case len(ours) == 0:
		return dataSourceEntry{}, fmt.Errorf("no data source of type %q: the file has %s", PluginType, strings.Join(others, ", "))
	case len(ours) > 1:
		return dataSourceEntry{}, fmt.Errorf("several data sources are of type %q: choose one with --name: %s", PluginType, strings.Join(quoted(ours), ", "))
	}
	i = slices.IndexFunc(entries, func(d dataSourceEntry) bool { return d.Type == PluginType })
	return entries[i], nil
}

func quoted(names []string) []string {
	var out []string
	for _, n := range names {
		out = append(out, strconv.Quote(n))
	}
	return out
}

// expand interpolates what Grafana interpolates.
func (d *dataSourceEntry) expand(e *expander) error {
	fields := map[string]*string{
		"name": &d.Name, "type": &d.Type, "uid": &d.UID, "url": &d.URL, "user": &d.User,
		"database": &d.Database, "basicAuth": &d.BasicAuth, "basicAuthUser": &d.BasicAuthUser,
		"isDefault": &d.IsDefault,
	}
	for name, field := range fields {
		var err error
		if *field, err = e.expand(*field); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if _, err := e.tree(d.JSONData); err != nil {
		return fmt.Errorf("jsonData: %w", err)
	}
	for key, secret := range d.SecureJSONData {
		expanded, err := e.expand(secret)
		if err != nil {
			return fmt.Errorf("secureJsonData: %s: %w", key, err)
		}
		d.SecureJSONData[key] = expanded
	}
	if d.Name == "" {
		return errors.New("it has no name: give it one")
	}
	if d.UID == "" {
		d.UID = generatedUID(d.Name)
	}
	return nil
}

// generatedUID is the uid that Grafana gives to a provisioned data source
// without one: P and the first eight bytes of the name's SHA-256.
func generatedUID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return fmt.Sprintf("P%X", sum[:8])
}

func (d *dataSourceEntry) settings(updated time.Time) (backend.DataSourceInstanceSettings, error) {
	basicAuth, err := boolean("basicAuth", d.BasicAuth)
	if err != nil {
		return backend.DataSourceInstanceSettings{}, err
	}
	jsonData := []byte("{}")
	if d.JSONData != nil {
		if jsonData, err = json.Marshal(d.JSONData); err != nil {
			return backend.DataSourceInstanceSettings{}, fmt.Errorf("jsonData: %w", err)
		}
	}
	return backend.DataSourceInstanceSettings{
		ID: 1, UID: d.UID, Type: d.Type, Name: d.Name, URL: d.URL, User: d.User, Database: d.Database,
		BasicAuthEnabled: basicAuth, BasicAuthUser: d.BasicAuthUser,
		JSONData: jsonData, DecryptedSecureJSONData: d.SecureJSONData, Updated: updated,
	}, nil
}

func boolean(field, text string) (bool, error) {
	if text == "" {
		return false, nil
	}
	value, err := strconv.ParseBool(text)
	if err != nil {
		return false, fmt.Errorf("%s is %q: use true or false", field, text)
	}
	return value, nil
}

func siblings(entries []dataSourceEntry, chosen string) map[string]string {
	uids := map[string]string{}
	for _, d := range entries {
		if d.Name != chosen {
			uids[d.Name] = d.UID
		}
	}
	return uids
}

func notes(path string, file dataSourceFile, e *expander) []string {
	var out []string
	if file.APIVersion < 1 {
		out = append(out, fmt.Sprintf("%s: apiVersion: 1 is missing: without it Grafana ignores jsonData and uid", path))
	}
	for _, name := range e.unset {
		out = append(out, fmt.Sprintf("%s: the environment variable %s is not set: it is replaced by nothing", path, name))
	}
	return out
}

// Location is the zone of the check-script store, in which its naive times are
// read; UTC when the settings name none.
func (d *DataSource) Location() (*time.Location, error) {
	var settings struct {
		Events struct {
			Timezone string `json:"timezone"`
		} `json:"events"`
	}
	if err := json.Unmarshal(d.Settings.JSONData, &settings); err != nil {
		return nil, fmt.Errorf("jsonData of data source %q: %w", d.Settings.Name, err)
	}
	loc, err := time.LoadLocation(settings.Events.Timezone)
	if err != nil {
		return nil, fmt.Errorf("events.timezone of data source %q: %w: write an IANA name such as Asia/Shanghai", d.Settings.Name, err)
	}
	return loc, nil
}
