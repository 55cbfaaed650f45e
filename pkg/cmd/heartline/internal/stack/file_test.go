package stack

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"
)

const checkout = "../../../../.."

// clear takes what the machine's own environment could say out of a test.
func clear(t *testing.T) {
	t.Helper()
	for _, name := range []string{profilesVariable, passwordVariable, minioVariable, "HEARTLINE_STORE"} {
		t.Setenv(name, "")
	}
}

// What is read here of the shipped file is what docker compose reads of it.
func TestTheFileIsReadAsDockerReadsIt(t *testing.T) {
	clear(t)
	for _, profile := range []string{"", Milvus} {
		t.Run("profile "+profile, func(t *testing.T) {
			s, err := Open(checkout, profile, nil)
			require.NoError(t, err)
			options, err := cli.NewProjectOptions([]string{filepath.Join(s.dir, composeFile)}, cli.WithEnv([]string{
				profilesVariable + "=" + profile, passwordVariable + "=secret", minioVariable + "=secretive",
			}), cli.WithDefaultProfiles())
			require.NoError(t, err)
			project, err := options.LoadProject(t.Context())
			require.NoError(t, err)

			names := project.ServiceNames()
			if profile == Milvus {
				names = slices.DeleteFunc(names, func(name string) bool { return name == standin })
			}
			require.ElementsMatch(t, names, s.services())
			require.ElementsMatch(t, project.VolumeNames(), s.Volumes())

			var wantPorts, gotPorts [][2]string
			var wantMounts, gotMounts []string
			for _, name := range names {
				service := project.Services[name]
				for _, p := range service.Ports {
					wantPorts = append(wantPorts, [2]string{name, p.Published})
				}
				for _, v := range service.Volumes {
					if v.Type == types.VolumeTypeBind {
						wantMounts = append(wantMounts, v.Source)
					}
				}
			}
			ports, err := s.file.ports(s.services(), func(string) (string, bool) { return "", false })
			require.NoError(t, err)
			for _, p := range ports {
				gotPorts = append(gotPorts, [2]string{p.service, strconv.Itoa(p.number)})
				require.Regexp(t, `^[A-Z_]+_PORT$`, p.variable)
			}
			require.ElementsMatch(t, wantPorts, gotPorts)
			mounts, err := s.file.mounts(s.dir, s.services(), func(name string) (string, bool) {
				return map[string]string{profilesVariable: profile}[name], true
			})
			require.NoError(t, err)
			for _, m := range mounts {
				gotMounts = append(gotMounts, m.source)
			}
			slices.Sort(wantMounts)
			require.Equal(t, slices.Compact(wantMounts), gotMounts)
			require.True(t, s.file.ends("notifications"))
			require.False(t, s.file.ends("etcd"))
		})
	}
}

func TestTheStackIsFoundFromBelowAndNowhereElse(t *testing.T) {
	clear(t)
	s, err := Open(filepath.Join(checkout, "pkg", "build"), "", nil)
	require.NoError(t, err)
	root, err := filepath.Abs(checkout)
	require.NoError(t, err)
	require.Equal(t, root, s.dir)

	_, err = Open(t.TempDir(), "", nil)
	require.ErrorContains(t, err, "no docker-compose.yaml of Heartline in ")
	require.ErrorContains(t, err, "name it with --dir")

	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, composeFile), []byte("name: other\nservices: {}\n"), 0o600))
	_, err = Open(other, "", nil)
	require.ErrorContains(t, err, "no docker-compose.yaml of Heartline in "+other)

	require.NoError(t, os.WriteFile(filepath.Join(other, composeFile), []byte("name: [heartline\n"), 0o600))
	_, err = Open(other, "", nil)
	require.ErrorContains(t, err, "read "+filepath.Join(other, composeFile))
}

func TestTheProfileComesFromTheFlagThenTheEnvironmentThenDotEnv(t *testing.T) {
	clear(t)
	s := sandbox(t, "")
	require.False(t, s.milvus)
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, ".env"), []byte("COMPOSE_PROFILES=milvus\n"), 0o600))
	require.NoError(t, os.Unsetenv(profilesVariable)) // clear puts it back
	again, err := Open(s.dir, "", nil)
	require.NoError(t, err)
	require.True(t, again.milvus)

	t.Setenv(profilesVariable, "gpu")
	_, err = Open(s.dir, "", nil)
	require.EqualError(t, err, `profile "gpu" is unknown: use milvus, or none`)
	again, err = Open(s.dir, Milvus, nil)
	require.NoError(t, err)
	require.True(t, again.milvus)
}
