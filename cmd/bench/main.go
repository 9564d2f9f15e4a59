// Command bench measures a hub on each of its databases and compares it with a
// floor: a server that does the minimum to issue a token.
//
// The hubs are built from this source. They and the floor run in processes of
// their own, so that the system reports the processor time of each. Requests use
// connections that stay open. Every round measures a part of everything that is
// compared, because the speed of a machine varies; the result is the median of
// the rounds.
//
// It is a tool for developers of the hub. No part of the product imports it, and
// it calls only this machine.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

func main() { os.Exit(start()) }

func start() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 2
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	return 0
}

// roles are the tasks of this program when it starts itself again. They are not in
// its help.
var roles = map[string]func(ctx context.Context, args []string) error{
	"as-floor": serveFloor,
	"as-hub":   serveHub,
	"as-seed":  seed,
}

// choices are the flags.
type choices struct {
	rounds      int
	requests    int
	concurrency int
	only        string
	engines     string
	markdown    string
	profile     string
	startups    int
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	if len(args) > 0 {
		if role, ok := roles[args[0]]; ok {
			return role(ctx, args[1:])
		}
	}
	o, err := parse(args, progress)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "fedhub-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	b := &bench{choices: o, folder: folder, progress: progress}
	r, err := b.measure(ctx)
	if err != nil {
		return err
	}
	if o.markdown != "" {
		err = r.into(filepath.Clean(o.markdown))
	}
	r.write(out)
	return err
}

func parse(args []string, errors io.Writer) (choices, error) {
	var o choices
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(errors)
	f.IntVar(&o.rounds, "rounds", 7, "number of rounds; each repeats every measurement")
	f.IntVar(&o.requests, "requests", 2000, "number of requests for each measurement of a round")
	f.IntVar(&o.concurrency, "concurrency", 16, "number of connections, each with one request at a time, at most 50")
	f.StringVar(&o.only, "only", "", "measure only these, separated by slashes: "+strings.Join(names(), "/"))
	f.StringVar(&o.engines, "engines", strings.Join(engineNames, ","), "databases to measure on, separated by commas")
	f.StringVar(&o.markdown, "md", "", "Markdown file; the results replace the table between its markers")
	f.StringVar(&o.profile, "profile", "", "folder for CPU profiles of the last round, one for each measurement; the hub then runs in this program instead of fedhub serve")
	f.IntVar(&o.startups, "startups", 10, "number of starts to measure; 0 skips starts, memory and page weight")
	if err := f.Parse(args); err != nil {
		return choices{}, err
	}
	switch {
	case f.NArg() > 0:
		return choices{}, fmt.Errorf("unexpected argument %q; see -help", f.Arg(0))
	case o.rounds < 1 || o.concurrency < 1 || o.requests < o.concurrency:
		return choices{}, fmt.Errorf("-rounds and -concurrency must be at least 1, and -requests at least -concurrency")
	case o.concurrency > 50:
		return choices{}, fmt.Errorf("-concurrency is %d; it must be at most 50, because each connection signs a user in and the hub limits sign-ins from one address", o.concurrency)
	}
	return o, nil
}
