package doctor

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// The ports of a Milvus: of its clients, and of its health, metrics and web page.
const (
	milvusPort        = "19530"
	milvusMetricsPort = "9091"
)

// Milvus looks whether clients reach a Milvus, and whether it calls itself well.
// The address is a host, or a host and the port of the clients, or the URL of
// /metrics, whose host is asked on the usual port then.
func Milvus(address string) (Check, error) {
	host, port, health := address, milvusPort, ""
	if strings.Contains(address, "://") {
		u, err := url.Parse(address)
		if err != nil || u.Hostname() == "" {
			return nil, fmt.Errorf("milvus address %q is no URL: write http://127.0.0.1:%s, or a host alone", address, milvusMetricsPort)
		}
		host, health = u.Hostname(), u.Scheme+"://"+u.Host
	} else if h, p, err := net.SplitHostPort(address); err == nil {
		host, port = h, p
	}
	if health == "" {
		health = "http://" + net.JoinHostPort(host, milvusMetricsPort)
	}
	return func(ctx context.Context) []Finding {
		return []Finding{milvusClients(ctx, net.JoinHostPort(host, port)), milvusHealth(ctx, health)}
	}, nil
}

func milvusClients(ctx context.Context, address string) Finding {
	f := Finding{Part: "milvus clients", Status: OK, What: address + " takes connections"}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		f.Status, f.What = Error, err.Error()
		f.Remedy = "see that Milvus runs and its port " + milvusPort + " is published here: heartline stack status, or docker compose ps"
		return f
	}
	_ = conn.Close()
	return f
}

func milvusHealth(ctx context.Context, base string) Finding {
	f := Finding{Part: "milvus health", Status: OK}
	status, said, err := get(ctx, base+"/healthz", nil)
	switch {
	case err != nil:
		f.Status, f.What = Error, err.Error()
		f.Remedy = "see that port " + milvusMetricsPort + " of Milvus is reachable from here: Prometheus reads its metrics there, too"
	case status != http.StatusOK:
		f.Status, f.What = Error, fmt.Sprintf("%s/healthz answers %d: %s", base, status, said)
		f.Remedy = "the answer names the component that is not well: read its log, and see that etcd and the object store answer"
	case !strings.Contains(said, "OK"):
		f.Status, f.What = Error, fmt.Sprintf("%s/healthz answers, but not as Milvus does: %s", base, said)
		f.Remedy = "see that --milvus is the address of a Milvus, without a proxy or a login page before its port " + milvusMetricsPort
	default:
		f.What = base + "/healthz says " + said
	}
	return f
}

// get returns the status and the beginning of the body of an answer.
func get(ctx context.Context, address string, prepare func(*http.Request)) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	if prepare != nil {
		prepare(req)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }() // what matters was read
	const most = 1 << 20
	content, err := io.ReadAll(io.LimitReader(resp.Body, most))
	return resp.StatusCode, strings.TrimSpace(string(content)), err
}
