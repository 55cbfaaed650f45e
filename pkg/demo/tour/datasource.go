package tour

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/heartline-monitor/heartline/pkg/demo"
)

// shippedDataSource is the demo's, for docker-compose.yaml.
const shippedDataSource = "deploy/grafana/datasource.yaml"

// sources say where the demo's service can be read; what is empty cannot be.
type sources struct {
	checkout string // address
	requests string // folder of the request log
	metrics  string // address of a Prometheus
}

// dataSourceFile is what shippedDataSource holds.
type dataSourceFile struct {
	APIVersion  int          `yaml:"apiVersion"`
	DataSources []dataSource `yaml:"datasources"`
}

type dataSource struct {
	Name     string `yaml:"name"`
	UID      string `yaml:"uid"`
	Type     string `yaml:"type"`
	Access   string `yaml:"access"`
	Editable bool   `yaml:"editable"`
	JSONData struct {
		Events   map[string]string `yaml:"events"`
		Metrics  map[string]string `yaml:"metrics"`
		Services []service         `yaml:"services"`
	} `yaml:"jsonData"`
}

type service struct {
	Name     string `yaml:"name"`
	Kind     string `yaml:"kind"`
	URL      string `yaml:"url,omitempty"`
	Path     string `yaml:"path,omitempty"`
	Timezone string `yaml:"timezone,omitempty"`
	Selector string `yaml:"selector,omitempty"`
}

// writeDataSource writes the demo's data source with everything filled in, so that
// nothing has to be set to use it. Services that cannot be read are left out.
func writeDataSource(s sources) (string, error) {
	shipped, err := os.ReadFile(shippedDataSource)
	if err != nil {
		return "", err
	}
	filled, err := s.fill(string(shipped))
	if err != nil {
		return "", err
	}
	var content dataSourceFile
	if err := yaml.UnmarshalWithOptions([]byte(filled), &content, yaml.Strict()); err != nil {
		return "", fmt.Errorf("%s: %w", shippedDataSource, err)
	}
	for i := range content.DataSources {
		settings := &content.DataSources[i].JSONData
		settings.Services = slices.DeleteFunc(settings.Services, s.lacks)
	}
	written, err := yaml.Marshal(content)
	if err != nil {
		return "", err
	}
	file := filepath.Join(folder, "datasource.yaml")
	return file, os.WriteFile(file, written, 0o644)
}

func (s sources) fill(shipped string) (string, error) {
	paths := [2]string{store, s.requests}
	for i := range paths {
		var err error
		if paths[i], err = filepath.Abs(paths[i]); err != nil {
			return "", err
		}
	}
	filled := strings.NewReplacer("${HEARTLINE_EVENTS_PATH}", paths[0], "${HEARTLINE_TIMEZONE}", demo.Zone, "${HEARTLINE_REQUESTS_PATH}", paths[1],
		"${HEARTLINE_CHECKOUT_URL}", s.checkout, "${HEARTLINE_METRICS_URL}", s.metrics).Replace(shipped)
	if strings.Contains(filled, ": ${") {
		return "", fmt.Errorf("%s has a variable that the demo does not know", shippedDataSource)
	}
	return filled, nil
}

func (s sources) lacks(one service) bool {
	return one.Path != "" && s.requests == "" || one.Selector != "" && s.metrics == ""
}
