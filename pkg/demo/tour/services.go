package tour

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/build"
)

const (
	// serviceTimeout is for the service, which writes a week of history first, and
	// for Prometheus.
	serviceTimeout = time.Minute
	// warm is how long the service runs before rates and percentiles are asked for.
	warm = 20 * time.Second
	// listensOn ends what the service says when it starts.
	listensOn = "listens on "
	// toCome begins what it says of the time from its start on.
	toCome = "Live, "
	// scraped is the service's address in the shipped configuration of Prometheus.
	scraped = "checkout:8080"
)

// requestLog is the one that the demo's service writes.
var requestLog = filepath.Join(folder, "requests", "checkout.db")

// services are the programs that a tour runs beside the check scripts.
type services struct {
	checkout string // address of the demo's service
	metrics  string // address of a Prometheus that scrapes it; empty where there is none
	about    string // what happens to the service and when, in lines for people

	children []*child
	stop     context.CancelFunc
}

// startServices starts the demo's service and, where one is installed, a Prometheus.
// They end with the context, or with close.
func startServices(ctx context.Context) (*services, error) {
	ctx, stop := context.WithCancel(ctx)
	s := &services{stop: stop}
	err := s.startCheckout(ctx)
	if err == nil {
		err = s.startPrometheus(ctx)
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
	scraper := "No prometheus is on the PATH, so nothing scrapes it (Debian: apt-get install prometheus)."
	if s.metrics != "" {
		scraper = "Prometheus at " + s.metrics + " scrapes it."
	}
	return fmt.Sprintf("Service checkout at %s, under load. %s\n%s", s.checkout, scraper, s.about)
}

func (s *services) startCheckout(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(requestLog), 0o755); err != nil {
		return err
	}
	said := filepath.Join(folder, "checkout.txt")
	out, err := os.Create(said)
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }() // the program has its own handle
	cmd := exec.CommandContext(ctx, filepath.Join(build.Dist, "heartline-checkout"),
		"-listen", "127.0.0.1:0", "-log", requestLog, "-seed", strconv.Itoa(seed))
	cmd.Stdout = out
	c, err := launch(cmd, filepath.Join(folder, "checkout.log"))
	if err != nil {
		return err
	}
	s.children = append(s.children, c)
	return c.ready(ctx, serviceTimeout, func(context.Context) bool {
		text, err := os.ReadFile(said)
		if err != nil || !strings.HasSuffix(string(text), "\n") {
			return false
		}
		lines, last := cutLastLine(string(text))
		_, address, listens := strings.Cut(last, listensOn)
		s.about, s.checkout = lines, address
		return listens
	})
}

// cutLastLine takes the last of several whole lines off.
func cutLastLine(text string) (before, last string) {
	text = strings.TrimSuffix(text, "\n")
	i := strings.LastIndexByte(text, '\n') + 1
	return text[:i], text[i:]
}

// startPrometheus does nothing where no Prometheus is installed.
func (s *services) startPrometheus(ctx context.Context) error {
	binary, err := exec.LookPath("prometheus")
	if err != nil {
		return nil
	}
	work := filepath.Join(folder, "prometheus")
	if err := os.RemoveAll(work); err != nil {
		return err
	}
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	config, err := s.writeScrapes(work)
	if err != nil {
		return err
	}
	port, err := freePort()
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

// writeScrapes writes the shipped configuration with the address of the service.
func (s *services) writeScrapes(dir string) (string, error) {
	const shipped = "deploy/prometheus/prometheus.yml"
	content, err := os.ReadFile(shipped)
	if err != nil {
		return "", err
	}
	if strings.Count(string(content), scraped) != 1 {
		return "", fmt.Errorf("%s does not name %s once", shipped, scraped)
	}
	file := filepath.Join(dir, "prometheus.yml")
	here := strings.TrimPrefix(s.checkout, "http://")
	return file, os.WriteFile(file, []byte(strings.Replace(string(content), scraped, here, 1)), 0o644)
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
