// Command fedhub is a federated identity hub, the tools to run one, and a demo.
//
// This folder is the outermost layer: it reads flags, the environment and
// signals, opens the database, and calls the hub. What the hub does is in
// package hub; nothing here decides about users or applications. There is one file
// for each command; cli.go lists them, settings.go has every FEDHUB_ variable.
package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() { os.Exit(start()) }

func start() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal ends the command in good order, the second one at once.
	context.AfterFunc(ctx, stop)
	return run(ctx, os.Args[1:], &console{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: environment(os.Environ())})
}

func environment(pairs []string) map[string]string {
	env := make(map[string]string, len(pairs))
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return env
}
