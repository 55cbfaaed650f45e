package build

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/build/buildinfo"
	"github.com/grafana/grafana-plugin-sdk-go/build/utils"
)

// tags keep the C library out of name look-ups (netgo, osusergo): a statically
// linked glibc would load its resolver from the host at run time, which an
// Alpine image does not have. The others are the SDK's own and SQLite's.
const tags = "arrow_json_stdlib,netgo,osusergo,sqlite_omit_load_extension"

// All makes a complete Dist.
func All(ctx context.Context) error {
	// The front end first: its build empties Dist.
	if err := FrontEnd(ctx); err != nil {
		return err
	}
	if _, err := Plugin(ctx, Dist); err != nil {
		return err
	}
	if _, err := CLI(ctx, Dist); err != nil {
		return err
	}
	if _, err := Checkout(ctx, Dist); err != nil {
		return err
	}
	if _, err := MilvusStandIn(ctx, Dist); err != nil {
		return err
	}
	return Manifest(Dist)
}

// Plugin builds the plugin binary for this machine into dir and returns its
// path. On Linux it is linked statically, so that it runs on any distribution.
func Plugin(ctx context.Context, dir string) (string, error) {
	executable, err := field("src/plugin.json", "executable")
	if err != nil {
		return "", err
	}
	out := filepath.Join(dir, fmt.Sprintf("%s_%s_%s", executable, runtime.GOOS, runtime.GOARCH)+exe())
	return out, Binary(ctx, "./pkg", out)
}

// CLI builds the heartline command into dir and returns its path.
func CLI(ctx context.Context, dir string) (string, error) {
	out := filepath.Join(dir, "heartline"+exe())
	return out, Binary(ctx, "./pkg/cmd/heartline", out)
}

// Checkout builds the demo's service into dir and returns its path.
func Checkout(ctx context.Context, dir string) (string, error) {
	out := filepath.Join(dir, "heartline-checkout"+exe())
	return out, Binary(ctx, "./pkg/demo/checkout", out)
}

// MilvusStandIn builds the program that exposes metrics as Milvus does into dir and
// returns its path.
func MilvusStandIn(ctx context.Context, dir string) (string, error) {
	out := filepath.Join(dir, "heartline-milvus-standin"+exe())
	return out, Binary(ctx, "./pkg/demo/milvusstandin", out)
}

// Manifest writes the hashes of the Go sources beside the plugin binary, where
// Grafana's plugin validator looks for them.
func Manifest(dir string) error {
	content, err := utils.GenerateManifest()
	if err != nil {
		return fmt.Errorf("hash the Go sources: %w", err)
	}
	return os.WriteFile(filepath.Join(dir, "go_plugin_build_manifest"), []byte(content), 0o644)
}

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// Binary builds a main package the way the plugin is built.
func Binary(ctx context.Context, pkg, out string) error {
	compiler := "gcc"
	if cc := os.Getenv("CC"); cc != "" {
		compiler, _, _ = strings.Cut(cc, " ")
	}
	if err := need(compiler, "SQLite is compiled from C, install a C compiler (Debian: apt-get install gcc libc6-dev)"); err != nil {
		return err
	}
	flags, err := linkerFlags()
	if err != nil {
		return err
	}
	return Run(ctx, []string{"CGO_ENABLED=1"}, "go", "build", "-tags", tags, "-ldflags", flags, "-o", out, pkg)
}

// linkerFlags drop the symbols and tell the SDK what it runs, as the SDK's own
// build does.
func linkerFlags() (string, error) {
	id, err := field("src/plugin.json", "id")
	if err != nil {
		return "", err
	}
	version, err := field("package.json", "version")
	if err != nil {
		return "", err
	}
	vars := map[string]string{}
	buildinfo.Info{PluginID: id, Version: version}.AppendFlags(vars)
	flags := []string{"-s", "-w"}
	for name, value := range vars {
		flags = append(flags, fmt.Sprintf("-X '%s=%s'", name, value))
	}
	slices.Sort(flags)
	if runtime.GOOS == "linux" {
		flags = append(flags, "-linkmode external", "-extldflags -static")
	}
	return strings.Join(flags, " "), nil
}
