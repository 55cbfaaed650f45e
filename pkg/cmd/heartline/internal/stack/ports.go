package stack

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
)

const loopback = "127.0.0.1"

// checkPorts tries to listen where the services will. A port of a service whose
// container runs is held by itself.
func (s *Stack) checkPorts(ctx context.Context, running map[string]container) []Finding {
	ports, err := s.file.ports(s.services(), s.env)
	if err != nil {
		return []Finding{{"ports", Failed, err.Error(), "correct it"}}
	}
	var found []Finding
	taken := map[int]string{}
	free := make([]string, 0, len(ports))
	for _, p := range ports {
		name := fmt.Sprintf("%d (%s)", p.number, p.service)
		remedy := "stop what listens there, or set " + p.variable + " to another port in .env"
		switch {
		case taken[p.number] != "":
			found = append(found, Finding{"ports", Failed, fmt.Sprintf("port %s is that of %s, too", name, taken[p.number]), "set " + p.variable + " to another port in .env"})
		case running[p.service].State == "running":
			free = append(free, name)
		default:
			if err := listen(ctx, p.number); err != nil {
				found = append(found, Finding{"ports", Failed, fmt.Sprintf("port %s is taken: %s", name, err), remedy})
			} else {
				free = append(free, name)
			}
		}
		taken[p.number] = p.service
	}
	if len(found) == 0 {
		return []Finding{{"ports", OK, strings.Join(free, ", ") + ": free, or held by the stack", ""}}
	}
	return found
}

// listen fails where somebody listens on a port of the loopback interface already.
func listen(ctx context.Context, number int) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(loopback, strconv.Itoa(number)))
	if err != nil {
		return err
	}
	return l.Close()
}

// Address is where a service can be reached from this machine.
type Address struct {
	Service, URL, What string
}

// about says what is at the first port of a service that people look at.
var about = []struct {
	service string
	inside  int
	scheme  string
	what    string
}{
	{"grafana", 3000, "http://", "dashboards and alerts; log in as admin with the " + passwordVariable + " of .env"},
	{"prometheus", 9090, "http://", "metrics, targets and rules"},
	{"alertmanager", 9093, "http://", "alerts of Prometheus"},
	{"jaeger", 16686, "http://", "traces; OTLP at 4317 (gRPC) and 4318 (HTTP)"},
	{"loki", 3100, "http://", "logs, for Grafana's Explore"},
	{"checkout", 8080, "http://", "the demo's service, under load"},
	{standin, 9091, "http://", "a stand-in for Milvus: no real one; /steer changes its life"},
	{Milvus, 19530, "", "Milvus, for its clients"},
	{Milvus, 9091, "http://", "Milvus' metrics, /healthz and /webui/"},
}

// Addresses are those of the services of the stack.
func (s *Stack) Addresses() ([]Address, error) {
	ports, err := s.file.ports(s.services(), s.env)
	if err != nil {
		return nil, err
	}
	var all []Address
	for _, a := range about {
		for _, p := range ports {
			if p.service == a.service && p.inside == a.inside {
				all = append(all, Address{a.service, a.scheme + net.JoinHostPort(loopback, strconv.Itoa(p.number)), a.what})
			}
		}
	}
	return all, nil
}
