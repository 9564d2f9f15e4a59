// Command bench measures a hub on both of its databases against a floor: the
// least that a server has to do to issue a token.
//
// The hubs are the product itself, built from this source. They and the floor
// are processes of their own, so that the processor time of each can be read
// from the system, and are sent requests over connections that stay open. Everything that is compared is measured in
// turns, a little of each in every round, because machines have moods; what is
// shown is the median of the rounds.
//
// It is a tool for those who work on the hub. No part of the product imports
// it, and it reaches nothing but this machine.
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

// roles are what this program does when it has started itself again. They are
// no part of its usage.
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
	f.IntVar(&o.rounds, "rounds", 7, "how often each measurement is repeated")
	f.IntVar(&o.requests, "requests", 2000, "requests in one measurement of a round")
	f.IntVar(&o.concurrency, "concurrency", 16, "connections, each with one request under way, at most 50")
	f.StringVar(&o.only, "only", "", "measure only these, between slashes: "+strings.Join(names(), "/"))
	f.StringVar(&o.engines, "engines", strings.Join(engineNames, ","), "databases to measure on, between commas")
	f.StringVar(&o.markdown, "md", "", "file whose table, between its markers, is written anew")
	f.StringVar(&o.profile, "profile", "", "folder for a CPU profile of each measurement of the last round; the hub is then not fedhub serve but part of this program")
	f.IntVar(&o.startups, "startups", 10, "how often a start is repeated; 0 leaves starts, memory and page weight out")
	if err := f.Parse(args); err != nil {
		return choices{}, err
	}
	switch {
	case f.NArg() > 0:
		return choices{}, fmt.Errorf("%q is no flag; see -help", f.Arg(0))
	case o.rounds < 1 || o.concurrency < 1 || o.requests < o.concurrency:
		return choices{}, fmt.Errorf("rounds and concurrency must be at least 1, and requests at least the concurrency")
	case o.concurrency > 50:
		return choices{}, fmt.Errorf("concurrency is %d; each connection signs a person in, and the hub slows down a machine with more than 50 at once", o.concurrency)
	}
	return o, nil
}
