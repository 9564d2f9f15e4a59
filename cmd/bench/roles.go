package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/settings"
)

// serveHub is a hub that can be profiled, unlike fedhub serve.
func serveHub(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("as-hub", flag.ContinueOnError)
	url := f.String("url", "", "where to serve")
	database := f.String("database", "", "file or mongodb:// address")
	if err := f.Parse(args); err != nil {
		return err
	}
	backend, err := openDatabase(ctx, *database)
	if err != nil {
		return err
	}
	defer backend.Close(context.Background()) //nolint:errcheck // the folder is deleted
	h, err := hub.New(ctx, config(*url), backend)
	if err != nil {
		return err
	}
	go h.Run(ctx)
	return serve(ctx, *url, h)
}

// config is the configuration of a hub with default settings.
func config(url string) hub.Config {
	return hub.Config{URL: url, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, SecretKey: bytes.Repeat([]byte{7}, 32), SecondFactor: settings.SecondFactorOptional, Log: slog.New(slog.NewJSONHandler(os.Stderr, nil))}
}

// Limits of a connection, as in fedhub serve: deadlines cost processor time.
const (
	readHeader = 5 * time.Second
	read       = 15 * time.Second
	write      = 30 * time.Second
	idle       = 60 * time.Second
)

// serve serves until the parent closes the standard input or ends.
func serve(ctx context.Context, url string, handler http.Handler) error {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", host(url))
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: readHeader, ReadTimeout: read, WriteTimeout: write, IdleTimeout: idle}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	ended := make(chan error, 1)
	go func() { ended <- obey() }()
	select {
	case err = <-failed:
	case err = <-ended:
	case <-ctx.Done():
	}
	return err
}

// obey carries out the orders of the parent, one in each line of the standard
// input: "profile FILE" starts a CPU profile and "stop" ends it. It confirms each
// with a line.
func obey() error {
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		order, file, _ := strings.Cut(orders.Text(), " ")
		switch order {
		case "profile":
			out, err := os.Create(file)
			if err != nil {
				return err
			}
			if err := pprof.StartCPUProfile(out); err != nil {
				return err
			}
		case "stop":
			pprof.StopCPUProfile()
		default:
			return fmt.Errorf("the order %q is unknown", order)
		}
		fmt.Println("done")
	}
	return orders.Err()
}
