package build

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/milvus"
)

// made are the sources of mounts that no checkout holds: they are built, or
// made by the demo.
var made = []string{Dist, "demo-store/monitor_db"}

// project loads docker-compose.yaml as Docker does, with this environment.
func project(t *testing.T, env ...string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"docker-compose.yaml"}, cli.WithEnv(env), cli.WithDefaultProfiles())
	require.NoError(t, err)
	return options.LoadProject(t.Context())
}

func grafanaService(t *testing.T, env ...string) types.ServiceConfig {
	t.Helper()
	p, err := project(t, append(env, "GF_SECURITY_ADMIN_PASSWORD=secret")...)
	require.NoError(t, err)
	service, err := p.GetService("grafana")
	require.NoError(t, err)
	return service
}

// stack is docker-compose.yaml with everything in it: the profile milvus, and the
// stand-in that takes its place otherwise.
func stack(t *testing.T, env ...string) *types.Project {
	t.Helper()
	p, err := project(t, append(env, "GF_SECURITY_ADMIN_PASSWORD=secret", "COMPOSE_PROFILES=milvus", "MINIO_ROOT_PASSWORD=secretive")...)
	require.NoError(t, err)
	return p
}

func TestComposeHasNoDefaultPassword(t *testing.T) {
	inCheckout(t)
	_, err := project(t)
	require.ErrorContains(t, err, "run dist/heartline stack up or go tool mage demo once")
	_, err = project(t, "GF_SECURITY_ADMIN_PASSWORD=secret", "COMPOSE_PROFILES=milvus")
	require.ErrorContains(t, err, "run dist/heartline stack up --profile milvus")

	require.Equal(t, "secret", *grafanaService(t).Environment["GF_SECURITY_ADMIN_PASSWORD"])
	p := stack(t)
	require.Equal(t, "secretive", *p.Services["minio"].Environment["MINIO_ROOT_PASSWORD"])
	require.Equal(t, "secretive", *p.Services["milvus"].Environment["MINIO_SECRET_ACCESS_KEY"])
	require.Equal(t, p.Services["minio"].Environment["MINIO_ROOT_USER"], p.Services["milvus"].Environment["MINIO_ACCESS_KEY_ID"])
	raw, err := os.ReadFile("docker-compose.yaml")
	require.NoError(t, err)
	require.NotRegexp(t, `(?i)(password|secret|token)\w*: +["']?[^$\s]`, string(raw), "a secret comes from outside or not at all")
	require.NotContains(t, string(raw), "minioadmin")
}

func TestComposeImagesArePinned(t *testing.T) {
	inCheckout(t)
	p := stack(t)
	images := map[string]string{}
	for name, service := range p.Services {
		require.Regexp(t, `^[\w./-]+:(v?\d+\.\d+\.\d+|RELEASE\.\d{4}-\d\d-\d\dT[\d-]+Z)$`, service.Image, name)
		images[name], _, _ = strings.Cut(service.Image, ":")
	}
	require.Equal(t, map[string]string{
		"grafana": "grafana/grafana", "prometheus": "prom/prometheus", "alertmanager": "prom/alertmanager", "loki": "grafana/loki",
		"jaeger": "jaegertracing/jaeger", "checkout": "alpine", "milvus-standin": "alpine", "notifications": "alpine",
		"etcd": "quay.io/coreos/etcd", "minio": "minio/minio", "milvus": "milvusdb/milvus",
	}, images)
	require.Regexp(t, `:12\.4\.`, p.Services["grafana"].Image)
	require.Regexp(t, `:v3\.`, p.Services["prometheus"].Image)
	version, ok := strings.CutPrefix(p.Services["milvus"].Image, "milvusdb/milvus:v")
	require.True(t, ok)
	require.Contains(t, milvus.Versions, version, "dashboards and rules are checked against the metrics of these")
	command := p.Services["milvus-standin"].Command
	require.Equal(t, version, command[slices.Index(command, "-release")+1])
}

// A container that ends has no health; others wait for its end.
func TestComposeKnowsWhetherEachServiceIsWell(t *testing.T) {
	inCheckout(t)
	p := stack(t)
	ends := map[string]bool{}
	for _, service := range p.Services {
		for on, dependency := range service.DependsOn {
			ends[on] = ends[on] || dependency.Condition == types.ServiceConditionCompletedSuccessfully
		}
	}
	require.Equal(t, map[string]bool{"notifications": true, "etcd": false, "minio": false}, ends)
	for name, service := range p.Services {
		if ends[name] {
			require.Nil(t, service.HealthCheck, name)
			require.Equal(t, "no", service.Restart, name)
			continue
		}
		require.NotNil(t, service.HealthCheck, name)
		require.Equal(t, "unless-stopped", service.Restart, name)
	}
}

func TestComposeListensOnTheLoopbackInterfaceOnly(t *testing.T) {
	inCheckout(t)
	p := stack(t, "GRAFANA_PORT=3999", "CHECKOUT_PORT=8999")
	published := map[string][]string{}
	for name, service := range p.Services {
		require.Empty(t, service.NetworkMode, name)
		for _, port := range service.Ports {
			require.Equal(t, "127.0.0.1", port.HostIP, name)
			published[name] = append(published[name], port.Published)
		}
	}
	require.Equal(t, map[string][]string{
		"grafana": {"3999"}, "checkout": {"8999"}, "prometheus": {"9090"}, "alertmanager": {"9093"}, "loki": {"3100"},
		"jaeger": {"16686", "4317", "4318", "14268"}, "milvus": {"19530", "9091"}, "milvus-standin": {"19091"},
	}, published)
	require.Equal(t, "http://127.0.0.1:3999/", *p.Services["grafana"].Environment["GF_SERVER_ROOT_URL"])
}

func TestComposeMountsWhatThereIs(t *testing.T) {
	inCheckout(t)
	p := stack(t)
	writes := []string{}
	for name, service := range p.Services {
		for _, volume := range service.Volumes {
			if volume.Type == types.VolumeTypeVolume {
				require.Contains(t, p.Volumes, volume.Source)
				if !volume.ReadOnly {
					writes = append(writes, name+" "+volume.Source)
				}
				continue
			}
			require.True(t, volume.ReadOnly, "%s writes %s", name, volume.Source)
		}
		for _, source := range mounts(t, service) {
			if !slices.Contains(made, source) {
				_, err := os.Stat(source)
				require.NoError(t, err, name)
			}
		}
	}
	require.ElementsMatch(t, []string{
		"alertmanager alertmanager", "checkout requests", "etcd etcd", "grafana grafana", "loki loki", "milvus milvus", "minio minio",
		"notifications alerting", "prometheus prometheus",
	}, writes)
}

// mounts maps each place in the container to the file or folder that is mounted
// there.
func mounts(t *testing.T, service types.ServiceConfig) map[string]string {
	t.Helper()
	root, err := os.Getwd()
	require.NoError(t, err)
	at := map[string]string{}
	for _, volume := range service.Volumes {
		if volume.Type != types.VolumeTypeBind {
			continue
		}
		source, err := filepath.Rel(root, volume.Source)
		require.NoError(t, err)
		at[volume.Target] = filepath.ToSlash(source)
	}
	return at
}

func TestComposeMountsThingsWhereGrafanaLooksForThem(t *testing.T) {
	inCheckout(t)
	service := grafanaService(t)
	at := mounts(t, service)
	id, err := field("src/plugin.json", "id")
	require.NoError(t, err)
	require.Equal(t, Dist, at[path.Join("/var/lib/grafana/plugins", id)])
	require.Equal(t, "provisioning/dashboards", at["/etc/grafana/provisioning/dashboards"])

	provider, err := os.ReadFile("provisioning/dashboards/heartline.yaml")
	require.NoError(t, err)
	found := regexp.MustCompile(`path: (\S+)`).FindSubmatch(provider)
	require.NotNil(t, found)
	require.Equal(t, "dashboards", at[string(found[1])])

	config, err := os.ReadFile(at["/etc/grafana/grafana.ini"])
	require.NoError(t, err)
	require.Contains(t, string(config), "allow_loading_unsigned_plugins = "+id+"\n")
	require.Contains(t, string(config), "[plugin."+id+"]")
	require.Contains(t, string(config), "allowed_paths = $__env{HEARTLINE_EVENTS_PATH},$__env{HEARTLINE_REQUESTS_PATH}\n")
	require.Equal(t, "demo-store/monitor_db", at[*service.Environment["HEARTLINE_EVENTS_PATH"]])
	require.Equal(t, "deploy/grafana/datasource.yaml", at["/etc/grafana/provisioning/datasources/heartline.yaml"])
}

func TestComposeReadsTheRequestLogThatItsServiceWrites(t *testing.T) {
	inCheckout(t)
	p, err := project(t, "GF_SECURITY_ADMIN_PASSWORD=secret")
	require.NoError(t, err)
	volumeAt := func(service, target string) string {
		for _, volume := range p.Services[service].Volumes {
			if volume.Target == target {
				return volume.Source
			}
		}
		return ""
	}
	checkout, grafana := p.Services["checkout"], p.Services["grafana"]
	log := checkout.Command[slices.Index(checkout.Command, "-log")+1]
	folder := *grafana.Environment["HEARTLINE_REQUESTS_PATH"]
	require.Equal(t, "requests", volumeAt("checkout", path.Dir(log)))
	require.Equal(t, "requests", volumeAt("grafana", folder))

	demo, err := os.ReadFile("deploy/grafana/datasource.yaml")
	require.NoError(t, err)
	require.Contains(t, string(demo), "path: ${HEARTLINE_REQUESTS_PATH}/"+path.Base(log)+"\n")
	require.Equal(t, Dist, mounts(t, checkout)[path.Dir(checkout.Command[0])])
	require.Equal(t, "heartline-checkout", path.Base(checkout.Command[0]))
}

func TestComposeScrapesAndReadsItsServiceWhereItListens(t *testing.T) {
	inCheckout(t)
	p, err := project(t, "GF_SECURITY_ADMIN_PASSWORD=secret")
	require.NoError(t, err)
	checkout, grafana := p.Services["checkout"], p.Services["grafana"]
	listens := "checkout" + checkout.Command[slices.Index(checkout.Command, "-listen")+1]
	require.Equal(t, "http://"+listens, *grafana.Environment["HEARTLINE_CHECKOUT_URL"])
	require.Equal(t, "http://prometheus:9090", *grafana.Environment["HEARTLINE_METRICS_URL"])
	scrapes, err := os.ReadFile(mounts(t, p.Services["prometheus"])["/etc/prometheus/prometheus.yml"])
	require.NoError(t, err)
	require.Contains(t, string(scrapes), "- targets: ["+listens+"]\n")
}

func TestComposeGivesTheProvisionedDataSourcesTheirVariables(t *testing.T) {
	inCheckout(t)
	service := grafanaService(t)
	for _, file := range []string{"provisioning/datasources/heartline.yaml", "deploy/grafana/datasource.yaml"} {
		provisioned, err := os.ReadFile(file)
		require.NoError(t, err)
		variables := regexp.MustCompile(`: \$\{(\w+)\}`).FindAllSubmatch(provisioned, -1)
		require.NotEmpty(t, variables)
		for _, v := range variables {
			require.Contains(t, service.Environment, string(v[1]), file)
		}
	}
}

func TestComposeReadsTheStoreItIsTold(t *testing.T) {
	inCheckout(t)
	service := grafanaService(t, "HEARTLINE_STORE=/srv/mine", "HEARTLINE_REQUESTS=/srv/logs", "HEARTLINE_TIMEZONE=Europe/Berlin",
		"HEARTLINE_DATASOURCE=/srv/heartline.yaml")
	at := map[string]string{}
	for _, volume := range service.Volumes {
		at[volume.Target] = volume.Source
	}
	require.Equal(t, "/srv/mine", at[*service.Environment["HEARTLINE_EVENTS_PATH"]])
	require.Equal(t, "/srv/logs", at[*service.Environment["HEARTLINE_REQUESTS_PATH"]])
	require.Equal(t, "/srv/heartline.yaml", at["/etc/grafana/provisioning/datasources/heartline.yaml"])
	require.Equal(t, "Europe/Berlin", *service.Environment["HEARTLINE_TIMEZONE"])
}
