package tour

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/heartline-monitor/heartline/pkg/build"
	"github.com/heartline-monitor/heartline/pkg/demo"
	"github.com/heartline-monitor/heartline/pkg/program"
)

const (
	// serviceTimeout is for the service, which writes a week of history first, and
	// for Prometheus.
	serviceTimeout = time.Minute
	// warm is how long the service runs before rates and percentiles are asked for.
	warm = 35 * time.Second
	// listensOn ends what the service says when it starts.
	listensOn = "listens on "
	// toCome begins what it says of the time from its start on.
	toCome = "Live, "
)

// requestLog is the one that the demo's service writes.
var requestLog = filepath.Join(folder, "requests", "checkout.db")

// services are the programs that a tour runs beside the check scripts.
type services struct {
	checkout string // address of the demo's service
	milvus   string // address of the stand-in for Milvus
	metrics  string // address of a Prometheus that scrapes both; empty where there is none
	without  error  // why there is none
	about    string // what happens to the service and when, in lines for people

	children []*child
	stop     context.CancelFunc
}

// startServices starts the demo's service, the stand-in for Milvus and a Prometheus.
// They end with the context, or with close.
func startServices(ctx context.Context, out io.Writer) (*services, error) {
	ctx, stop := context.WithCancel(ctx)
	s := &services{stop: stop}
	// First: while one is built, the others would run long enough to seem warm, and
	// nobody would have scraped them.
	binary, err := s.findPrometheus(ctx, out)
	if err == nil {
		err = s.startCheckout(ctx)
	}
	if err == nil {
		err = s.startMilvus(ctx)
	}
	if err == nil && binary != "" {
		err = s.startPrometheus(ctx, binary)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// close ends the programs and waits until they have.
func (s *services) close() {
	s.stop()
	for _, c := range s.children {
		<-c.exited
	}
}

// String says what there is to see, for a terminal.
func (s *services) String() string {
	scraper := fmt.Sprintf("Nothing scrapes it: %v.", s.without)
	if s.metrics != "" {
		scraper = "Prometheus at " + s.metrics + " scrapes it."
	}
	standIn := ""
	if s.milvus != "" {
		standIn = fmt.Sprintf("Milvus is a stand-in at %s: its figures are made up. %[1]s/steer lists what can happen to it, and\n"+
			"  curl -X PUT '%[1]s/steer?writeDenied=1' lets it deny writes.\n", s.milvus)
	}
	return fmt.Sprintf("Service checkout at %s, under load. %s\n%s%s", s.checkout, scraper, standIn, s.about)
}

func (s *services) startCheckout(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(requestLog), 0o755); err != nil {
		return err
	}
	lines, address, err := s.listening(ctx, "heartline-checkout", "checkout", "-listen", "127.0.0.1:0", "-log", requestLog, "-seed", strconv.Itoa(demo.Seed))
	s.about, s.checkout = lines, address
	return err
}

// startMilvus starts the stand-in: a real Milvus is in docker-compose.yaml.
func (s *services) startMilvus(ctx context.Context) (err error) {
	_, s.milvus, err = s.listening(ctx, "heartline-milvus-standin", "milvus-standin", "-listen", "127.0.0.1:0", "-seed", strconv.Itoa(demo.Seed))
	return err
}

// listening starts a built program and waits until it says, in the last of its
// lines, on which address it listens.
func (s *services) listening(ctx context.Context, program, name string, args ...string) (lines, address string, err error) {
	said := filepath.Join(folder, name+".txt")
	out, err := os.Create(said)
	if err != nil {
		return "", "", err
	}
	defer func() { _ = out.Close() }() // the program has its own handle
	cmd := exec.CommandContext(ctx, filepath.Join(build.Dist, program), args...)
	cmd.Stdout = out
	c, err := launch(cmd, filepath.Join(folder, name+".log"))
	if err != nil {
		return "", "", err
	}
	s.children = append(s.children, c)
	err = c.ready(ctx, serviceTimeout, func(context.Context) bool {
		text, err := os.ReadFile(said)
		if err != nil || !strings.HasSuffix(string(text), "\n") {
			return false
		}
		before, last := cutLastLine(string(text))
		_, where, listens := strings.Cut(last, listensOn)
		// The stand-in names its role before the address.
		lines, address = before, where[strings.LastIndexByte(where, ' ')+1:]
		return listens
	})
	return lines, address, err
}

// cutLastLine takes the last of several whole lines off.
func cutLastLine(text string) (before, last string) {
	text = strings.TrimSuffix(text, "\n")
	i := strings.LastIndexByte(text, '\n') + 1
	return text[:i], text[i:]
}

// findPrometheus finds one that is installed, or else builds it. Where that cannot be,
// the demo goes on without, and the path is empty.
func (s *services) findPrometheus(ctx context.Context, out io.Writer) (binary string, err error) {
	if _, err := exec.LookPath("prometheus"); err != nil {
		if _, err := fmt.Fprintln(out, "No prometheus is on the PATH: one is built, which takes minutes the first time."); err != nil {
			return "", err
		}
	}
	if binary, s.without = program.Find(ctx, "prometheus"); s.without != nil {
		return "", ctx.Err()
	}
	return binary, nil
}

func (s *services) startPrometheus(ctx context.Context, binary string) error {
	work := filepath.Join(folder, "prometheus")
	if err := os.RemoveAll(work); err != nil {
		return err
	}
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	config, err := s.writeScrapes(work, "127.0.0.1:"+port)
	if err != nil {
		return err
	}
	c, err := launch(exec.CommandContext(ctx, binary, "--config.file", config,
		"--storage.tsdb.path", filepath.Join(work, "data"), "--web.listen-address", "127.0.0.1:"+port), filepath.Join(work, "prometheus.log"))
	if err != nil {
		return err
	}
	s.children = append(s.children, c)
	s.metrics = "http://127.0.0.1:" + port
	return c.ready(ctx, serviceTimeout, func(ctx context.Context) bool { return answers(ctx, s.metrics+"/-/ready") })
}

// writeScrapes writes a configuration with the jobs of the shipped one that run here,
// at the addresses they have here, and the shipped rules.
func (s *services) writeScrapes(dir, itself string) (string, error) {
	rules, err := filepath.Abs("deploy/prometheus/rules")
	if err != nil {
		return "", err
	}
	type targets struct {
		Targets []string `yaml:"targets"`
	}
	type job struct {
		Name    string    `yaml:"job_name"`
		Every   string    `yaml:"scrape_interval"`
		Targets []targets `yaml:"static_configs"`
	}
	var config struct {
		Global map[string]string `yaml:"global"`
		Rules  []string          `yaml:"rule_files"`
		Jobs   []job             `yaml:"scrape_configs"`
	}
	// The demo lasts for minutes, so that every second counts.
	config.Global = map[string]string{"evaluation_interval": "5s"}
	config.Rules = []string{filepath.Join(rules, "*.yml")}
	// The stand-in has as many metrics as Milvus, so it is asked less often.
	for _, scraped := range [][3]string{{"checkout", "1s", s.checkout}, {"milvus", "5s", s.milvus}, {"prometheus", "5s", itself}} {
		config.Jobs = append(config.Jobs, job{scraped[0], scraped[1], []targets{{[]string{strings.TrimPrefix(scraped[2], "http://")}}}})
	}
	body, err := yaml.Marshal(config)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "prometheus.yml")
	return file, os.WriteFile(file, body, 0o644)
}

// busy lets the stand-in have so many requests that the rarest of events, such as
// the sealing of a segment, happens while somebody waits for figures.
func (s *services) busy(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, s.milvus+"/steer?load=20", http.NoBody)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("steer the stand-in for Milvus: %w", err)
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("steer the stand-in for Milvus: it answers %s", resp.Status)
	}
	return nil
}

// warmUp waits until there are figures to show.
func (s *services) warmUp(ctx context.Context) error {
	return s.children[0].ready(ctx, warm+serviceTimeout, func(ctx context.Context) bool {
		age, requests, err := s.age(ctx)
		return err == nil && age >= warm && requests > 0
	})
}

// age asks the service how long it has been running, and how many requests it had.
func (s *services) age(ctx context.Context) (age time.Duration, requests int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.checkout+"/api/monitor/stats", http.NoBody)
	if err != nil {
		return 0, 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = resp.Body.Close() }() // it was read, or is of no use
	var stats struct {
		Start, Now time.Time
		Total      struct {
			Requests int `json:"requests_total"`
		}
	}
	err = json.NewDecoder(resp.Body).Decode(&stats)
	return stats.Now.Sub(stats.Start), stats.Total.Requests, err
}
