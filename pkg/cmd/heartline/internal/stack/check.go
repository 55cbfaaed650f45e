package stack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/docker/go-units"
	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/mem"
)

// Verdict is how a finding weighs.
type Verdict string

// The verdicts. With one that is Failed the stack cannot start.
const (
	OK      Verdict = "ok"
	Warning Verdict = "warning"
	Failed  Verdict = "failed"
)

// Finding is what came of looking at one prerequisite.
type Finding struct {
	Subject string
	Verdict Verdict
	Text    string
	Remedy  string // empty where all is well
}

// The oldest docker compose that reads the file: env_file with required is of 2.24.
const (
	composeMajor = 2
	composeMinor = 24
)

// need is what the images and a few days of data take, in bytes.
type need struct{ disk, memory uint64 }

func (s *Stack) needs() need {
	if s.milvus {
		return need{disk: 10 * units.GiB, memory: 4 * units.GiB}
	}
	return need{disk: 4 * units.GiB, memory: 1536 * units.MiB}
}

// engine is what docker info says of the engine.
type engine struct {
	ServerVersion string
	OSType        string
	Architecture  string
	MemTotal      uint64
	DockerRootDir string
	ServerErrors  []string
}

// Check looks at everything that the stack needs. What cannot be looked at because
// something else is missing is left out.
func (s *Stack) Check(ctx context.Context) []Finding {
	found, running, e := s.checkDocker(ctx)
	found = append(found, s.checkPorts(ctx, running)...)
	found = append(found, s.checkFiles(e)...)
	if e == nil || len(running) > 0 {
		return found // what runs has its room already
	}
	return append(found, s.checkDisk(ctx, e), s.checkMemory(ctx, e))
}

// checkDocker also returns the containers that there are, and the engine if one answers.
func (s *Stack) checkDocker(ctx context.Context) (found []Finding, running map[string]container, e *engine) {
	if _, err := exec.LookPath("docker"); err != nil {
		return []Finding{{"docker", Failed, "docker is not on the PATH", "install Docker Engine with the compose plugin, or Docker Desktop: https://docs.docker.com/get-started/get-docker/"}}, nil, nil
	}
	d := s.everything()
	found = append(found, checkCompose(ctx, d))
	e, err := d.engine(ctx)
	if err != nil {
		return append(found, Finding{"engine", Failed, "no Docker engine answers: " + err.Error(), "start it (systemctl start docker, or Docker Desktop); where permission is denied, add yourself to the group docker and log in again"}), nil, nil
	}
	found = append(found, Finding{"engine", OK, fmt.Sprintf("Docker %s, %s/%s", e.ServerVersion, e.OSType, e.Architecture), ""})
	if found[0].Verdict == Failed {
		return found, nil, e
	}
	running, err = d.containers(ctx)
	if err != nil {
		found = append(found, Finding{"containers", Failed, err.Error(), "run docker compose config in " + s.dir + " to see what is wrong"})
	}
	return found, running, e
}

func checkCompose(ctx context.Context, d docker) Finding {
	said, err := d.ask(ctx, "compose", "version", "--short")
	if err != nil {
		return Finding{"compose", Failed, "docker compose does not answer: " + err.Error(), "install the compose plugin: https://docs.docker.com/compose/install/"}
	}
	version := strings.TrimPrefix(strings.TrimSpace(string(said)), "v")
	parts := strings.SplitN(version, ".", 3)
	major, err := strconv.Atoi(parts[0])
	minor := 0
	if err == nil && len(parts) > 1 {
		minor, err = strconv.Atoi(parts[1])
	}
	if err != nil || major < composeMajor || major == composeMajor && minor < composeMinor {
		return Finding{"compose", Failed, fmt.Sprintf("docker compose is version %q", version), fmt.Sprintf("update the compose plugin to %d.%d or later", composeMajor, composeMinor)}
	}
	return Finding{"compose", OK, "docker compose " + version, ""}
}

func (d docker) engine(ctx context.Context) (*engine, error) {
	said, err := d.ask(ctx, "info", "--format", "{{json .}}")
	var e engine
	if broken := json.Unmarshal(said, &e); broken != nil {
		return nil, cmp.Or(err, broken)
	}
	// Without an engine docker info can succeed, and says why in its answer.
	if len(e.ServerErrors) > 0 {
		return nil, errors.New(complaint(e.ServerErrors[0]))
	}
	if err != nil || e.ServerVersion == "" {
		return nil, cmp.Or(err, errors.New("docker info names no server"))
	}
	return &e, nil
}

// checkFiles looks for what containers are to see of this machine.
func (s *Stack) checkFiles(e *engine) []Finding {
	mounts, err := s.file.mounts(s.dir, s.services(), s.env)
	if err != nil {
		return []Finding{{"files", Failed, err.Error(), "correct it"}}
	}
	var found []Finding
	for _, m := range mounts {
		if exists(m.source) || m.source == s.demoStore() {
			continue
		}
		remedy := "get it from the repository"
		switch {
		case m.source == s.built():
			remedy = "run go tool mage build"
		case m.variable != "":
			remedy = "set " + m.variable + " to what there is"
		}
		found = append(found, Finding{"files", Failed, s.relative(m.source) + " does not exist", remedy})
	}
	if e != nil && exists(s.built()) {
		plugin := "gpx_heartline_" + e.OSType + "_" + goArchitecture(e.Architecture)
		if !exists(filepath.Join(s.built(), plugin)) {
			found = append(found, Finding{"files", Failed, s.relative(filepath.Join(s.built(), plugin)) + " does not exist", "run go tool mage build on a machine of the engine's kind, " + e.OSType + "/" + e.Architecture})
		}
	}
	if len(found) == 0 {
		return []Finding{{"files", OK, fmt.Sprintf("%d files and folders are there", len(mounts)), ""}}
	}
	return found
}

// built is where the plugin and the programs are.
func (s *Stack) built() string { return filepath.Join(s.dir, "dist") }

// goArchitecture is Go's name for what docker info calls x86_64 or aarch64.
func goArchitecture(engine string) string {
	switch engine {
	case "x86_64":
		return "amd64"
	case "aarch64":
		return "arm64"
	default:
		return engine
	}
}

func (s *Stack) checkDisk(ctx context.Context, e *engine) Finding {
	at := e.DockerRootDir
	usage, err := disk.UsageWithContext(ctx, at)
	if err != nil { // the engine has a machine of its own, or keeps others out
		at = s.dir
		usage, err = disk.UsageWithContext(ctx, at)
	}
	if err != nil {
		return Finding{"disk", Warning, "free space is unknown: " + err.Error(), "see that there are " + size(s.needs().disk)}
	}
	text := fmt.Sprintf("%s free at %s, %s are needed", size(usage.Free), at, size(s.needs().disk))
	if usage.Free < s.needs().disk {
		return Finding{"disk", Failed, text, "make room, docker system prune removes what no container uses"}
	}
	return Finding{"disk", OK, text, ""}
}

func (s *Stack) checkMemory(ctx context.Context, e *engine) Finding {
	needed := s.needs().memory
	if e.MemTotal > 0 && e.MemTotal < needed {
		return Finding{"memory", Failed, fmt.Sprintf("Docker has %s, %s are needed", size(e.MemTotal), size(needed)), "give Docker more memory, in Docker Desktop under Settings, Resources"}
	}
	memory, err := mem.VirtualMemoryWithContext(ctx)
	if err != nil {
		return Finding{"memory", Warning, "available memory is unknown: " + err.Error(), "see that there are " + size(needed)}
	}
	text := fmt.Sprintf("%s available, %s are needed", size(memory.Available), size(needed))
	if memory.Available < needed {
		return Finding{"memory", Warning, text, "end other programs, or expect the machine to swap"}
	}
	return Finding{"memory", OK, text, ""}
}

func size(bytes uint64) string { return units.BytesSize(float64(bytes)) }

// demoStore is the check-script store that Up makes where there is none.
func (s *Stack) demoStore() string { return filepath.Join(s.dir, "demo-store", "monitor_db") }
