package grpcmonitor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/heartline-monitor/heartline/pkg/instrument"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service is the health service of gRPC, which has a unary call and a stream; what
// it answers to is the name of the service that is asked about.
type service struct {
	grpc_health_v1.UnimplementedHealthServer
}

func (service) Check(_ context.Context, r *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	return &grpc_health_v1.HealthCheckResponse{Status: grpc_health_v1.HealthCheckResponse_SERVING}, outcome(r.GetService())
}

func (service) Watch(r *grpc_health_v1.HealthCheckRequest, stream grpc.ServerStreamingServer[grpc_health_v1.HealthCheckResponse]) error {
	if err := stream.Send(&grpc_health_v1.HealthCheckResponse{}); err != nil {
		return err
	}
	if r.GetService() == "wait" {
		<-stream.Context().Done()
		return nil
	}
	return outcome(r.GetService())
}

func outcome(asked string) error {
	switch asked {
	case "missing":
		return status.Error(codes.NotFound, "missing")
	case "broken":
		return status.Error(codes.Internal, "broken")
	case "plain":
		return errors.New("an error that is no status")
	default:
		return nil
	}
}

// start serves over a connection in memory.
func start(t *testing.T) (*instrument.Monitor, grpc_health_v1.HealthClient) {
	t.Helper()
	m, err := instrument.New(instrument.Config{Service: "test", Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	require.NoError(t, err)
	t.Cleanup(m.Close)
	server := grpc.NewServer(grpc.UnaryInterceptor(UnaryServerInterceptor(m)), grpc.StreamInterceptor(StreamServerInterceptor(m)))
	grpc_health_v1.RegisterHealthServer(server, service{})
	listener := bufconn.Listen(1 << 20)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		require.NoError(t, <-served)
	})
	conn, err := grpc.NewClient("passthrough:///buffer", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return m, grpc_health_v1.NewHealthClient(conn)
}

func counted(t *testing.T, m *instrument.Monitor) (list []string) {
	t.Helper()
	stats, err := m.Stats()
	require.NoError(t, err)
	for _, o := range stats.Operations {
		list = append(list, fmt.Sprintf("%s %d/%d, %d in flight", o.Operation, o.RequestsTotal, o.ErrorsTotal, *o.InFlight))
	}
	return list
}

func TestUnaryCallsAreCountedByMethodAndErrorsAreTheServers(t *testing.T) {
	m, client := start(t)
	for _, asked := range []string{"", "", "missing", "broken", "plain"} {
		_, err := client.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: asked})
		require.Equal(t, asked != "", err != nil)
	}
	require.Equal(t, []string{"/grpc.health.v1.Health/Check 5/2, 0 in flight"}, counted(t, m))
}

func TestStreamsAreInFlightUntilTheyEnd(t *testing.T) {
	m, client := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	stream, err := client.Watch(ctx, &grpc_health_v1.HealthCheckRequest{Service: "wait"})
	require.NoError(t, err)
	_, err = stream.Recv()
	require.NoError(t, err)
	require.Equal(t, []string{"/grpc.health.v1.Health/Watch 0/0, 1 in flight"}, counted(t, m))
	cancel()
	require.Eventually(t, func() bool {
		return counted(t, m)[0] == "/grpc.health.v1.Health/Watch 1/0, 0 in flight"
	}, 10*time.Second, time.Millisecond)

	broken, err := client.Watch(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: "broken"})
	require.NoError(t, err)
	for err == nil {
		_, err = broken.Recv()
	}
	require.Equal(t, codes.Internal, status.Code(err))
	require.Equal(t, []string{"/grpc.health.v1.Health/Watch 2/1, 0 in flight"}, counted(t, m))
}

func TestAPanicIsAnErrorAndGoesOn(t *testing.T) {
	m, err := instrument.New(instrument.Config{Service: "test"})
	require.NoError(t, err)
	defer m.Close()
	require.PanicsWithValue(t, "boom", func() {
		_, _ = UnaryServerInterceptor(m)(t.Context(), nil, &grpc.UnaryServerInfo{FullMethod: "/a/b"},
			func(context.Context, any) (any, error) { panic("boom") })
	})
	require.PanicsWithValue(t, "boom", func() {
		_ = StreamServerInterceptor(m)(nil, nil, &grpc.StreamServerInfo{FullMethod: "/a/c"},
			func(any, grpc.ServerStream) error { panic("boom") })
	})
	require.Equal(t, []string{"/a/b 1/1, 0 in flight", "/a/c 1/1, 0 in flight"}, counted(t, m))
}

func TestOnlyCodesThatAreTheServersFaultAreErrors(t *testing.T) {
	var failed []codes.Code
	for code := codes.OK; code <= codes.Unauthenticated; code++ {
		if Failed(code) {
			failed = append(failed, code)
		}
	}
	require.Equal(t, []codes.Code{codes.Unknown, codes.DeadlineExceeded, codes.Unimplemented, codes.Internal, codes.Unavailable, codes.DataLoss}, failed)
}
