package provisioning

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Dashboard is the part of a dashboard's JSON that asks for data.
type Dashboard struct {
	File        string
	UID         string
	Title       string
	From, To    string // the time range it opens with, such as now-7d and now
	Inputs      []Input
	Variables   []Variable
	Annotations []Annotation
	Panels      []Panel // those inside rows too, in the order of the dashboard
}

// Input is a data source that is chosen when an exported dashboard is imported:
// its queries refer to it as ${NAME}.
type Input struct {
	Name     string `json:"name"`
	PluginID string `json:"pluginId"`
}

// Reference names a data source: by type and uid, or by uid, name or variable
// alone. The zero Reference is the default data source.
type Reference struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// UnmarshalJSON reads an object, or the plain string of older dashboards.
func (r *Reference) UnmarshalJSON(data []byte) error {
	*r = Reference{}
	if json.Unmarshal(data, &r.UID) == nil {
		return nil
	}
	type plain Reference
	return json.Unmarshal(data, (*plain)(r))
}

// Panel is one panel, with its queries.
type Panel struct {
	ID            int       `json:"id"`
	Title         string    `json:"title"`
	Type          string    `json:"type"`
	DataSource    Reference `json:"datasource"`
	Targets       []Target  `json:"targets"`
	Interval      string    `json:"interval"`      // the shortest interval, "" for none
	MaxDataPoints int64     `json:"maxDataPoints"` // 0 follows the panel's width
	TimeFrom      string    `json:"timeFrom"`      // "1d": a range of the panel's own
	TimeShift     string    `json:"timeShift"`     // "1d": moves the range back
	Repeat        string    `json:"repeat"`        // the variable the panel is drawn once for each value of
	FieldConfig   struct {
		Defaults struct {
			NoValue string `json:"noValue"` // what is shown where there is nothing
		} `json:"defaults"`
	} `json:"fieldConfig"`
	Library json.RawMessage `json:"libraryPanel"` // set when the panel lives outside the dashboard
	Inner   []Panel         `json:"panels"`       // of a collapsed row
}

// Target is one query of a panel as the dashboard has it.
type Target struct {
	RefID      string
	Hide       bool
	DataSource Reference
	Query      json.RawMessage
}

// UnmarshalJSON keeps the whole query beside the fields that every query has.
func (t *Target) UnmarshalJSON(data []byte) error {
	var common struct {
		RefID      string    `json:"refId"`
		Hide       bool      `json:"hide"`
		DataSource Reference `json:"datasource"`
	}
	if err := json.Unmarshal(data, &common); err != nil {
		return err
	}
	t.RefID, t.Hide, t.DataSource = common.RefID, common.Hide, common.DataSource
	t.Query = slices.Clone(data)
	return nil
}

// Annotation is an annotation query. BuiltIn is 1 for Grafana's own. One that is not
// enabled can be switched on in the dashboard.
type Annotation struct {
	Name       string    `json:"name"`
	BuiltIn    int       `json:"builtIn"`
	Enable     bool      `json:"enable"`
	DataSource Reference `json:"datasource"`
	Target     *Target   `json:"target"`
}

// Variable is a template variable.
type Variable struct {
	Name       string            `json:"name"`
	Type       string            `json:"type"`
	DataSource Reference         `json:"datasource"`
	Query      json.RawMessage   `json:"query"` // a string, or an object for a data source's own
	Regex      string            `json:"regex"`
	Multi      bool              `json:"multi"`
	IncludeAll bool              `json:"includeAll"`
	AllValue   string            `json:"allValue"`
	Current    Current           `json:"current"`
	Filters    []json.RawMessage `json:"filters"` // of an ad hoc variable
}

// Current is the saved value of a variable.
type Current struct{ Values []string }

// UnmarshalJSON reads {"value": "a"} and {"value": ["a", "b"]}.
func (c *Current) UnmarshalJSON(data []byte) error {
	var saved struct {
		Value any `json:"value"`
	}
	if err := json.Unmarshal(data, &saved); err != nil {
		return err
	}
	list, ok := saved.Value.([]any)
	if !ok {
		list = []any{saved.Value}
	}
	for _, v := range list {
		if text, ok := v.(string); ok && text != "" {
			c.Values = append(c.Values, text)
		}
	}
	return nil
}

type dashboardFile struct {
	Dashboard  json.RawMessage `json:"dashboard"` // as Grafana's API wraps it
	APIVersion string          `json:"apiVersion"`

	UID    string  `json:"uid"`
	Title  string  `json:"title"`
	Inputs []Input `json:"__inputs"`
	Panels []Panel `json:"panels"`
	Time   struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"time"`
	Templating struct {
		List []Variable `json:"list"`
	} `json:"templating"`
	Annotations struct {
		List []Annotation `json:"list"`
	} `json:"annotations"`
}

// ReadDashboards reads dashboards in Grafana's classic JSON: the files, and
// those ending in .json in the folders and below them.
func ReadDashboards(paths []string) ([]Dashboard, error) {
	files, err := find(paths, ".json")
	if err != nil {
		return nil, fmt.Errorf("dashboards: %w", err)
	}
	dashboards := make([]Dashboard, 0, len(files))
	for _, file := range files {
		content, err := readFile(file)
		if err != nil {
			return nil, fmt.Errorf("dashboard: %w", err)
		}
		d, err := decodeDashboard(content)
		if err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", file, err)
		}
		d.File = file
		dashboards = append(dashboards, d)
	}
	return dashboards, nil
}

func decodeDashboard(content []byte) (Dashboard, error) {
	var file dashboardFile
	if err := json.Unmarshal(content, &file); err != nil {
		return Dashboard{}, fmt.Errorf("it is not a dashboard's JSON: %w", err)
	}
	if len(file.Dashboard) > 0 {
		return decodeDashboard(file.Dashboard)
	}
	if file.APIVersion != "" {
		return Dashboard{}, fmt.Errorf("it is a resource of %s: export it in the classic model", file.APIVersion)
	}
	if file.Panels == nil && file.Title == "" {
		return Dashboard{}, errors.New("it has neither title nor panels: give a dashboard's JSON as Grafana exports it")
	}
	return Dashboard{
		UID: file.UID, Title: file.Title, From: file.Time.From, To: file.Time.To, Inputs: file.Inputs, Variables: file.Templating.List,
		Annotations: file.Annotations.List, Panels: flatten(file.Panels),
	}, nil
}

// flatten takes the panels out of their rows. A row with a repeat hands it down
// to its panels, as Grafana repeats them with it.
func flatten(panels []Panel) []Panel {
	var flat []Panel
	repeat := ""
	for _, p := range panels {
		if p.Type != "row" {
			if p.Repeat == "" {
				p.Repeat = repeat
			}
			flat = append(flat, p)
			continue
		}
		repeat = p.Repeat
		for _, inner := range p.Inner {
			if inner.Repeat == "" {
				inner.Repeat = repeat
			}
			flat = append(flat, inner)
		}
	}
	return flat
}
