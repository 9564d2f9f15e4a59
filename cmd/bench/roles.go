package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/seal"
)

// A greeting is the first line that a server writes to its standard output.
type greeting struct {
	URL string `json:"url"`
}

// serveHub is a hub as it runs for real, on the database that is named.
func serveHub(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("as-hub", flag.ContinueOnError)
	database := f.String("database", "", "file or mongodb:// address")
	if err := f.Parse(args); err != nil {
		return err
	}
	backend, err := openDatabase(ctx, *database)
	if err != nil {
		return err
	}
	defer backend.Close(context.Background()) //nolint:errcheck // the folder is thrown away
	return serve(ctx, func(url string) (http.Handler, error) {
		h, err := hub.New(ctx, config(url), backend)
		if err != nil {
			return nil, err
		}
		go h.Run(ctx)
		return h, nil
	})
}

// config is what a hub is told that is started with nothing but an address.
func config(url string) hub.Config {
	return hub.Config{
		URL:       url,
		SecretKey: bytes.Repeat([]byte{7}, seal.KeySize),
		Log:       slog.New(slog.NewJSONHandler(os.Stderr, nil)),
	}
}

// Limits of a connection, as fedhub serve has them: deadlines cost a little.
const (
	readHeader = 5 * time.Second
	read       = 15 * time.Second
	write      = 30 * time.Second
	idle       = 60 * time.Second
)

// serve opens a free port on this machine and serves on it until the parent
// closes our standard input, be it only by dying.
func serve(ctx context.Context, open func(url string) (http.Handler, error)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	url := "http://" + listener.Addr().String()
	handler, err := open(url)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: readHeader, ReadTimeout: read, WriteTimeout: write, IdleTimeout: idle}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	if err := json.NewEncoder(os.Stdout).Encode(greeting{URL: url}); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- obey() }()
	select {
	case err = <-failed:
	case err = <-ended:
	case <-ctx.Done():
	}
	return err
}

// obey does what the parent writes, one order in a line, until it writes no
// more: "profile FILE" begins a CPU profile and "stop" ends it. Each is
// answered by a line.
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
