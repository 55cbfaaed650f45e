package build

import (
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/program"
)

// container lays the files of a service out as the container sees them below a folder.
func container(t *testing.T, service types.ServiceConfig) string {
	t.Helper()
	dir := t.TempDir()
	for target, source := range mounts(t, service) {
		to := filepath.Join(dir, filepath.FromSlash(target))
		info, err := os.Stat(source)
		require.NoError(t, err)
		if info.IsDir() {
			require.NoError(t, os.CopyFS(to, os.DirFS(source)))
			continue
		}
		content, err := os.ReadFile(source)
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
		require.NoError(t, os.WriteFile(to, content, 0o600))
	}
	return dir
}

func TestPrometheusAcceptsItsConfigurationWithAndWithoutMilvus(t *testing.T) {
	inCheckout(t)
	promtool, err := program.Find(t.Context(), "promtool")
	require.NoError(t, err)
	for profile, target := range map[string]string{"": "milvus-standin:9091", "milvus": "milvus:9091"} {
		p, err := project(t, "GF_SECURITY_ADMIN_PASSWORD=secret", "MINIO_ROOT_PASSWORD=secretive", "COMPOSE_PROFILES="+profile)
		require.NoError(t, err)
		dir := filepath.Join(container(t, p.Services["prometheus"]), "etc", "prometheus")
		said, err := exec.CommandContext(t.Context(), promtool, "check", "config", filepath.Join(dir, "prometheus.yml")).CombinedOutput()
		require.NoError(t, err, string(said))
		require.NotContains(t, string(said), "no rule files found")
		rules, err := fs.Glob(os.DirFS(dir), "rules/*.yml")
		require.NoError(t, err)
		require.NotEmpty(t, rules)
		targets, err := os.ReadFile(filepath.Join(dir, "targets", "milvus.yml"))
		require.NoError(t, err)
		require.Contains(t, string(targets), "- targets: ["+target+"]\n")
	}
}

func TestAlertmanagerAcceptsItsConfiguration(t *testing.T) {
	inCheckout(t)
	amtool, err := program.Find(t.Context(), "amtool")
	require.NoError(t, err)
	dir := filepath.Join(container(t, stack(t).Services["alertmanager"]), "etc", "alertmanager")
	said, err := exec.CommandContext(t.Context(), amtool, "check-config", filepath.Join(dir, "alertmanager.yml")).CombinedOutput()
	require.NoError(t, err, string(said))
}

// inside are the ports on which services listen that publish none of them.
var inside = map[string][]uint32{"etcd": {2379}, "minio": {9000}}

// requireReachable fails where an address is not that of a service of the stack.
func requireReachable(t *testing.T, p *types.Project, address string) {
	t.Helper()
	host, port, found := strings.Cut(address, ":")
	require.True(t, found, address)
	service, known := p.Services[host]
	require.True(t, known, "%s is no service", address)
	open := inside[host]
	for _, published := range service.Ports {
		open = append(open, published.Target)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	require.NoError(t, err)
	require.Contains(t, open, uint32(number), address)
}

func TestServicesFindEachOther(t *testing.T) {
	inCheckout(t)
	p := stack(t)
	for _, service := range p.Services {
		for variable, value := range service.Environment {
			if value == nil || variable == "GF_SERVER_ROOT_URL" {
				continue
			}
			if u, err := url.Parse(*value); err == nil && u.Scheme == "http" {
				requireReachable(t, p, u.Host)
			} else if regexp.MustCompile(`_(ADDRESS|ENDPOINTS)$`).MatchString(variable) && !strings.HasPrefix(variable, "GF_") {
				requireReachable(t, p, *value)
			}
		}
	}
	scrapes, err := os.ReadFile("deploy/prometheus/prometheus.yml")
	require.NoError(t, err)
	for _, file := range []string{"standin", "milvus"} {
		targets, err := os.ReadFile("deploy/prometheus/milvus/" + file + ".yml")
		require.NoError(t, err)
		scrapes = append(scrapes, targets...)
	}
	found := regexp.MustCompile(`targets: \[(\S+:\d+)\]`).FindAllSubmatch(scrapes, -1)
	require.Len(t, found, 8)
	for _, target := range found {
		requireReachable(t, p, string(target[1]))
	}
}

// linked is what a data source says of others.
type linked struct {
	Name, UID, Type, URL string
	JSONData             map[string]any `yaml:"jsonData"`
}

func stackDataSources(t *testing.T) []linked {
	t.Helper()
	raw, err := os.ReadFile("deploy/grafana/datasources/stack.yaml")
	require.NoError(t, err)
	var content struct {
		APIVersion  int `yaml:"apiVersion"`
		DataSources []linked
	}
	require.NoError(t, yaml.Unmarshal(raw, &content))
	require.Equal(t, 1, content.APIVersion)
	return content.DataSources
}

// uids collects every uid of a data source in some settings.
func uids(settings any) (all []string) {
	switch v := settings.(type) {
	case map[string]any:
		for key, value := range v {
			if uid, ok := value.(string); ok && strings.HasSuffix(strings.ToLower(key), "uid") {
				all = append(all, uid)
			}
			all = append(all, uids(value)...)
		}
	case []any:
		for _, value := range v {
			all = append(all, uids(value)...)
		}
	}
	return all
}

func TestDataSourcesOfTheStackAreThereAndLinkedToEachOther(t *testing.T) {
	inCheckout(t)
	p := stack(t)
	links := map[string][]string{}
	for _, d := range stackDataSources(t) {
		require.Equal(t, strings.ToLower(d.Name), d.UID)
		require.Equal(t, d.UID, d.Type)
		u, err := url.Parse(d.URL)
		require.NoError(t, err)
		requireReachable(t, p, u.Host)
		require.Equal(t, d.UID, u.Hostname())
		links[d.UID] = slices.Compact(slices.Sorted(slices.Values(uids(d.JSONData))))
	}
	require.Equal(t, map[string][]string{
		"prometheus": {"alertmanager", "jaeger"}, "loki": {"alertmanager", "jaeger"}, "jaeger": {"loki", "prometheus"}, "alertmanager": nil,
	}, links)
}

// Grafana replaces $x and ${x} of these files by environment variables: what is
// meant for its pages has to be escaped.
func TestDataSourcesOfTheStackKeepTheirDollars(t *testing.T) {
	inCheckout(t)
	raw, err := os.ReadFile("deploy/grafana/datasources/stack.yaml")
	require.NoError(t, err)
	for i, line := range strings.Split(string(raw), "\n") {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			require.NotRegexp(t, `(^|[^$])\$[^$]`, line, "line %d", i+1)
		}
	}
	require.Contains(t, string(raw), "$$")
}

// The program that the stack runs before Grafana accepts its command line, and what
// it writes is for Grafana alone.
func TestNotificationsOfTheStackAreWritten(t *testing.T) {
	inCheckout(t)
	service := stack(t).Services["notifications"]
	require.Equal(t, []string{"sh", "-ec"}, []string(service.Command[:2]))
	cli := filepath.Join(t.TempDir(), "heartline")
	require.NoError(t, Binary(t.Context(), "./pkg/cmd/heartline", cli))
	out := t.TempDir()
	at := mounts(t, service)
	require.Equal(t, Dist, at["/opt/heartline"])
	script := strings.NewReplacer("/opt/heartline/heartline", cli, "/rendered", out,
		"/etc/heartline/notifications.yml", at["/etc/heartline/notifications.yml"]).Replace(service.Command[2])
	for range 2 { // again, as with every start
		said, err := exec.CommandContext(t.Context(), "sh", "-ec", script).CombinedOutput()
		require.NoError(t, err, string(said))
	}
	written, err := fs.Glob(os.DirFS(out), "*")
	require.NoError(t, err)
	require.Contains(t, written, "contact-points.yaml")
	require.Contains(t, written, "milvus.yaml")
	for _, name := range written {
		info, err := os.Stat(filepath.Join(out, name))
		require.NoError(t, err)
		require.True(t, info.Mode().IsRegular() && filepath.Ext(name) == ".yaml", name)
		require.NotZero(t, info.Mode().Perm()&0o004, "Grafana runs as another user: %s", name)
	}
}

func TestTheGuideToTheStackHasItsServicesAndSettings(t *testing.T) {
	inCheckout(t)
	guide, err := os.ReadFile("docs/stack.md")
	require.NoError(t, err)
	raw, err := os.ReadFile("docker-compose.yaml")
	require.NoError(t, err)
	for name := range stack(t).Services {
		require.Contains(t, string(guide), "`"+name+"`")
	}
	for _, setting := range regexp.MustCompile(`\$\{([A-Z_]+)`).FindAllSubmatch(raw, -1) {
		require.Contains(t, string(guide), string(setting[1]))
	}
}
