package build

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"
)

// made are the sources of mounts that no checkout holds: they are built, or
// made by the demo.
var made = []string{Dist, "demo-store/monitor_db"}

// project loads docker-compose.yaml as Docker does, with this environment.
func project(t *testing.T, env ...string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"docker-compose.yaml"}, cli.WithEnv(env))
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

func TestComposeHasNoDefaultPassword(t *testing.T) {
	inCheckout(t)
	_, err := project(t)
	require.ErrorContains(t, err, "run go tool mage demo once")
	require.Equal(t, "secret", *grafanaService(t).Environment["GF_SECURITY_ADMIN_PASSWORD"])
}

func TestComposeImagesArePinned(t *testing.T) {
	inCheckout(t)
	p, err := project(t, "GF_SECURITY_ADMIN_PASSWORD=secret")
	require.NoError(t, err)
	require.NotEmpty(t, p.Services)
	for name, service := range p.Services {
		require.Regexp(t, `:v?\d+\.\d+\.\d+$`, service.Image, name)
		require.NotNil(t, service.HealthCheck, name)
	}
	require.Regexp(t, `^grafana/grafana:12\.4\.`, p.Services["grafana"].Image)
	require.Regexp(t, `^prom/prometheus:v3\.`, p.Services["prometheus"].Image)
	require.Regexp(t, `^alpine:3\.`, p.Services["checkout"].Image)
}

func TestComposeListensOnTheLoopbackInterfaceOnly(t *testing.T) {
	inCheckout(t)
	p, err := project(t, "GF_SECURITY_ADMIN_PASSWORD=secret", "GRAFANA_PORT=3999", "CHECKOUT_PORT=8999")
	require.NoError(t, err)
	published := map[string]string{}
	for name, service := range p.Services {
		for _, port := range service.Ports {
			require.Equal(t, "127.0.0.1", port.HostIP, name)
			published[name] = port.Published
		}
	}
	require.Equal(t, map[string]string{"grafana": "3999", "checkout": "8999", "prometheus": "9090"}, published)
	require.Equal(t, "http://127.0.0.1:3999/", *p.Services["grafana"].Environment["GF_SERVER_ROOT_URL"])
}

func TestComposeMountsWhatThereIs(t *testing.T) {
	inCheckout(t)
	p, err := project(t, "GF_SECURITY_ADMIN_PASSWORD=secret")
	require.NoError(t, err)
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
	require.ElementsMatch(t, []string{"checkout requests", "prometheus prometheus"}, writes)
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
	require.Equal(t, "provisioning", at["/etc/grafana/provisioning"])

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
