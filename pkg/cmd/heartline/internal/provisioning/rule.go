package provisioning

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/goccy/go-yaml"
)

// ExpressionUID is the data source uid of the nodes that Grafana computes itself.
const ExpressionUID = "__expr__"

// Rule is one alert rule of an alerting provisioning file.
type Rule struct {
	File        string
	Folder      string
	Group       string
	UID         string
	Title       string
	Condition   string // refId of the node that decides
	NoDataState string // NoData, Alerting, OK or KeepLast; "" is NoData
	Nodes       []RuleNode
}

// RuleNode is a query or an expression of a rule.
type RuleNode struct {
	RefID      string
	DataSource Reference     // ExpressionUID for an expression
	From, To   time.Duration // how long before the evaluation the range begins and ends
	Model      json.RawMessage
}

type ruleFile struct {
	Groups []struct {
		Name   string      `yaml:"name"`
		Folder string      `yaml:"folder"`
		Rules  []ruleEntry `yaml:"rules"`
	} `yaml:"groups"`
}

type ruleEntry struct {
	UID         string          `yaml:"uid"`
	Title       string          `yaml:"title"`
	Condition   string          `yaml:"condition"`
	NoDataState string          `yaml:"noDataState"`
	Data        []ruleDataEntry `yaml:"data"`
}

type ruleDataEntry struct {
	RefID         string `yaml:"refId"`
	QueryType     string `yaml:"queryType"`
	DataSourceUID string `yaml:"datasourceUid"`
	Range         struct {
		From int64 `yaml:"from"` // seconds before the evaluation
		To   int64 `yaml:"to"`
	} `yaml:"relativeTimeRange"`
	Model map[string]any `yaml:"model"`
}

// ReadRules reads the alert rules of Grafana alerting provisioning files: the
// files, and those ending in .yaml, .yml or .json in the folders and below. A
// file with other alerting resources only is passed over, but some file must
// have rules.
func ReadRules(paths []string) ([]Rule, error) {
	files, err := find(paths, ".yaml", ".yml", ".json")
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	var rules []Rule
	for _, file := range files {
		found, err := readRuleFile(file)
		if err != nil {
			return nil, fmt.Errorf("rule file %w", err)
		}
		rules = append(rules, found...)
	}
	if len(files) > 0 && len(rules) == 0 {
		return nil, fmt.Errorf("no alert rules in %v: give Grafana alerting provisioning files, with a list named groups", paths)
	}
	return rules, nil
}

func readRuleFile(path string) ([]Rule, error) {
	content, err := readFile(path)
	if err != nil {
		return nil, err
	}
	var file ruleFile
	if err := yaml.Unmarshal(content, &file); err != nil {
		return nil, fmt.Errorf("%s: %s", path, yaml.FormatError(err, false, false))
	}
	e := newExpander()
	var rules []Rule
	for _, group := range file.Groups {
		for _, entry := range group.Rules {
			rule, err := entry.rule(e)
			if err != nil {
				return nil, fmt.Errorf("%s, group %q, rule %q: %w", path, group.Name, entry.Title, err)
			}
			rule.File, rule.Folder, rule.Group = path, group.Folder, group.Name
			rules = append(rules, rule)
		}
	}
	return rules, nil
}

func (r ruleEntry) rule(e *expander) (Rule, error) {
	for _, field := range []*string{&r.UID, &r.Title, &r.Condition, &r.NoDataState} {
		var err error
		if *field, err = e.expand(*field); err != nil {
			return Rule{}, err
		}
	}
	rule := Rule{UID: r.UID, Title: r.Title, Condition: r.Condition, NoDataState: r.NoDataState}
	for _, d := range r.Data {
		node, err := d.node(e)
		if err != nil {
			return Rule{}, fmt.Errorf("node %s: %w", d.RefID, err)
		}
		rule.Nodes = append(rule.Nodes, node)
	}
	return rule, nil
}

func (d ruleDataEntry) node(e *expander) (RuleNode, error) {
	uid, err := e.expand(d.DataSourceUID)
	if err != nil {
		return RuleNode{}, err
	}
	// The model itself is not interpolated, as in Grafana.
	if _, ok := d.Model["queryType"]; !ok && d.QueryType != "" && d.Model != nil {
		d.Model["queryType"] = d.QueryType
	}
	model, err := json.Marshal(d.Model)
	if err != nil {
		return RuleNode{}, fmt.Errorf("model: %w", err)
	}
	var common struct {
		DataSource Reference `json:"datasource"`
	}
	if err := json.Unmarshal(model, &common); err != nil {
		return RuleNode{}, fmt.Errorf("model: %w", err)
	}
	return RuleNode{
		RefID: d.RefID, DataSource: Reference{Type: common.DataSource.Type, UID: uid},
		From: time.Duration(d.Range.From) * time.Second, To: time.Duration(d.Range.To) * time.Second,
		Model: model,
	}, nil
}
