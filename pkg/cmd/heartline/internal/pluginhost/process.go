// Package pluginhost runs the plugin binary as Grafana does: as a process of
// its own that is spoken to over gRPC.
package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/grpcplugin"
	"github.com/grafana/grafana-plugin-sdk-go/config"
	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
)

// startTimeout bounds how long a plugin may take until it serves.
const startTimeout = 15 * time.Second

// AllowedPathsVariable names the local paths the plugin may read. Grafana fills
// it from its configuration.
const AllowedPathsVariable = "GF_PLUGIN_ALLOWED_PATHS"

// Namespace is that of Grafana's first organisation, to which files provision.
const Namespace = "default"

// forwarded are the variables of its own that Grafana hands to a plugin.
var forwarded = []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "TMPDIR", "TZ"}

// Process is a running plugin, serving one data source.
type Process struct {
	client   *plugin.Client
	context  backend.PluginContext
	said     *tail
	data     grpcplugin.DataClient
	health   grpcplugin.DiagnosticsClient
	resource grpcplugin.ResourceClient
	stream   grpcplugin.StreamClient
}

// Start starts the binary for the data source. The caller must Close it; when
// the context ends the process is killed.
func Start(ctx context.Context, binary string, settings backend.DataSourceInstanceSettings) (*Process, error) {
	cmd := exec.CommandContext(ctx, binary) //nolint:gosec // it is what the user asks for: the plugin that is named or was installed beside
	cmd.Env = environment(os.Environ())
	cmd.SysProcAttr = parentDeath()
	said := &tail{}
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion:  grpcplugin.ProtocolVersion,
			MagicCookieKey:   grpcplugin.MagicCookieKey,
			MagicCookieValue: grpcplugin.MagicCookieValue,
		},
		VersionedPlugins: map[int]plugin.PluginSet{grpcplugin.ProtocolVersion: {
			"diagnostics": &grpcplugin.DiagnosticsGRPCPlugin{},
			"resource":    &grpcplugin.ResourceGRPCPlugin{},
			"data":        &grpcplugin.DataGRPCPlugin{},
			"stream":      &grpcplugin.StreamGRPCPlugin{},
		}},
		Cmd:              cmd,
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		StartTimeout:     startTimeout,
		SkipHostEnv:      true,
		Stderr:           said,
		Logger:           hclog.NewNullLogger(),
	})
	p := &Process{client: client, context: pluginContext(settings), said: said}
	if err := p.connect(); err != nil {
		p.Close()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("start plugin: %w", context.Cause(ctx))
		}
		return nil, fmt.Errorf("plugin %s did not start, see that it is Heartline's and built for this machine: %w", binary, said.explain(startError(err)))
	}
	return p, nil
}

// startError leaves out the advice for developers that go-plugin adds.
func startError(err error) error {
	first, _, more := strings.Cut(err.Error(), "\n")
	if !more {
		return err
	}
	return errors.New(strings.TrimRight(first, ": "))
}

func (p *Process) connect() error {
	protocol, err := p.client.Client()
	if err != nil {
		return err
	}
	for name, use := range map[string]func(any) bool{
		"data":        func(c any) (ok bool) { p.data, ok = c.(grpcplugin.DataClient); return ok },
		"diagnostics": func(c any) (ok bool) { p.health, ok = c.(grpcplugin.DiagnosticsClient); return ok },
		"resource":    func(c any) (ok bool) { p.resource, ok = c.(grpcplugin.ResourceClient); return ok },
		"stream":      func(c any) (ok bool) { p.stream, ok = c.(grpcplugin.StreamClient); return ok },
	} {
		raw, err := protocol.Dispense(name)
		if err != nil {
			return fmt.Errorf("service %s: %w", name, err)
		}
		if !use(raw) {
			return fmt.Errorf("service %s has an unexpected client %T", name, raw)
		}
	}
	return nil
}

// Close ends the process and waits until it is gone.
func (p *Process) Close() { p.client.Kill() }

func pluginContext(settings backend.DataSourceInstanceSettings) backend.PluginContext {
	return backend.PluginContext{
		Namespace:                  Namespace,
		PluginID:                   settings.Type,
		User:                       &backend.User{Login: "heartline", Name: "heartline", Role: "Admin"},
		DataSourceInstanceSettings: &settings,
		GrafanaConfig:              config.NewGrafanaCfg(map[string]string{config.ConcurrentQueryCount: "10"}),
	}
}

// environment is what the plugin sees: its own settings and the little that
// Grafana forwards. Where no local paths are allowed explicitly, all are: the
// process has no more rights than the user who started it.
func environment(own []string) []string {
	env := slices.DeleteFunc(slices.Clone(own), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return !strings.HasPrefix(name, "GF_") && !slices.Contains(forwarded, name)
	})
	if !slices.ContainsFunc(env, func(entry string) bool { return strings.HasPrefix(entry, AllowedPathsVariable+"=") }) {
		env = append(env, AllowedPathsVariable+"=/")
	}
	return env
}
