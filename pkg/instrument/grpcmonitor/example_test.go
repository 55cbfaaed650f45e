package grpcmonitor_test

import (
	"log"

	"google.golang.org/grpc"

	"github.com/heartline-monitor/heartline/pkg/instrument"
	"github.com/heartline-monitor/heartline/pkg/instrument/grpcmonitor"
)

func Example() {
	monitor, err := instrument.New(instrument.Config{Service: "checkout"})
	if err != nil {
		log.Fatal(err)
	}
	defer monitor.Close()
	server := grpc.NewServer(
		grpc.ChainUnaryInterceptor(grpcmonitor.UnaryServerInterceptor(monitor)),
		grpc.ChainStreamInterceptor(grpcmonitor.StreamServerInterceptor(monitor)),
	)
	defer server.Stop()
}
