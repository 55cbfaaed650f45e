// Package grpcmonitor counts the calls that a gRPC server serves in an
// instrument.Monitor. The operation is the full method, such as
// "/shop.Cart/Add".
package grpcmonitor

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/heartline-monitor/heartline/pkg/instrument"
)

// UnaryServerInterceptor counts unary calls. A code that is the server's fault is
// an error (see Failed), and so is a panic, which goes on.
func UnaryServerInterceptor(m *instrument.Monitor) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		call := m.Operation(info.FullMethod).Begin()
		outcome := errPanicked
		defer func() { call.End(outcome) }()
		response, err := handler(ctx, request)
		outcome = failure(err)
		return response, err
	}
}

// StreamServerInterceptor counts streams, each as one request that takes until the
// stream ends.
func StreamServerInterceptor(m *instrument.Monitor) grpc.StreamServerInterceptor {
	return func(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		call := m.Operation(info.FullMethod).Begin()
		outcome := errPanicked
		defer func() { call.End(outcome) }()
		err := handler(server, stream)
		outcome = failure(err)
		return err
	}
}

var errPanicked = status.Error(codes.Unknown, "the handler panicked")

// failure is err where the server is to blame for it, otherwise nil.
func failure(err error) error {
	if err != nil && Failed(status.Code(err)) {
		return err
	}
	return nil
}

// Failed tells whether a code is the server's fault, as the semantic conventions
// of OpenTelemetry for spans of gRPC servers have it; NotFound, say, is the
// client's.
func Failed(code codes.Code) bool {
	switch code {
	case codes.Unknown, codes.DeadlineExceeded, codes.Unimplemented, codes.Internal, codes.Unavailable, codes.DataLoss:
		return true
	default:
		return false
	}
}
