package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/database"
	"github.com/fedhub/fedhub/cmd/fedhub/internal/serving"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/users"
)

type serveCmd struct {
	base   `embed:""`
	server `embed:""`
	limits `embed:""`
}

// Run serves until the context ends, then finishes the requests under way.
func (s *serveCmd) Run(ctx context.Context, c *console) error {
	log, err := s.logger(c.err)
	if err != nil {
		return err
	}
	delay, timeout, err := s.patience()
	if err != nil {
		return err
	}
	proxies, err := s.proxies()
	if err != nil {
		return err
	}
	most, err := s.limits.read()
	if err != nil {
		return err
	}
	host, port, err := s.address(s.URL)
	if err != nil {
		return err
	}
	secure, err := s.tls(log)
	if err != nil {
		return err
	}
	authorities, err := s.clientCAs()
	if err != nil {
		return err
	}
	o, err := s.open(ctx, c, func(config *hub.Config) {
		config.Log, config.TrustedProxies = log, proxies
		config.Limits = most
		config.Listener = net.JoinHostPort(host, strconv.Itoa(port))
		config.ProxyHeader, config.TrustEveryProxy = s.ProxyHeader, s.TrustEveryProxy
		config.ClientCerts, config.ClientCertHeader = secure != nil, s.ClientCertHeader
		config.ClientCAs, config.CertURL = authorities, s.MTLSURL
	})
	if err != nil {
		return err
	}
	return errors.Join(s.serve(ctx, c, o, log, secure, delay, timeout), o.close())
}

func (s *serveCmd) serve(ctx context.Context, c *console, o *opened, log *slog.Logger, secure *tls.Config, delay, timeout time.Duration) error {
	l, err := s.listen(ctx, o.URL())
	if err != nil {
		return err
	}
	beside, stop := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	running.Go(func() { o.Run(beside) })
	running.Go(func() { giveBackMemory(beside) })
	defer running.Wait()
	defer stop()

	server := serving.StartTLS(l, o, log, secure)
	if err := s.greet(ctx, c, o); err != nil {
		return errors.Join(err, server.Stop(context.WithoutCancel(ctx)))
	}
	if path := s.openKeyFile(c.env); path != "" {
		log.WarnContext(ctx, "other users can read the secret key file", "path", path)
	}
	log.InfoContext(ctx, "serving", "url", o.URL(), "port", l.Port, "database", database.Shown(s.Database))
	select {
	case err := <-server.Failed():
		return errors.Join(fmt.Errorf("serve: %w", err), server.Stop(context.WithoutCancel(ctx)))
	case <-ctx.Done():
	}
	return leave(ctx, o, server, log, delay, timeout)
}

// listen opens the port. If the hub's URL is on localhost, it listens on localhost
// only.
func (s *serveCmd) listen(ctx context.Context, public string) (*serving.Listener, error) {
	host, port, err := s.address(public)
	if err != nil {
		return nil, err
	}
	address := net.JoinHostPort(host, strconv.Itoa(port))
	var l *serving.Listener
	if host == "localhost" {
		l, err = serving.Loopback(ctx, port)
	} else {
		l, err = serving.Listen(ctx, address)
	}
	switch {
	case errors.Is(err, serving.ErrInUse):
		return nil, fmt.Errorf("FEDHUB_LISTEN: port %d is in use; stop the program that uses it, or set another address, like 127.0.0.1:%d", port, port%65535+1)
	case err != nil:
		return nil, fmt.Errorf("FEDHUB_LISTEN: cannot listen on %s: %w; use an address of this machine, like :8080", address, err)
	}
	return l, nil
}

// greet prints the hub's URL, and the setup link if there is no administrator.
func (s *serveCmd) greet(ctx context.Context, c *console, o *opened) error {
	link, err := o.SetupLink(ctx)
	if err != nil && !errors.Is(err, users.ErrSetUp) {
		return fmt.Errorf("create a setup link: %w", err)
	}
	fmt.Fprintf(c.out, "fedhub is ready at %s\n", o.URL())
	fmt.Fprintf(c.out, "Database: %s\n", database.Shown(s.Database))
	if s.URL == "" {
		fmt.Fprintln(c.out, "Note: FEDHUB_URL is not set, so only this machine can use the hub. Set it to the hub's public https URL before others use it.")
	}
	if link != "" {
		fmt.Fprintf(c.out, "Create the first administrator (this link works once, within an hour): %s\n", link)
	}
	return nil
}

// leave finishes the requests under way. First /readyz reports that the hub is
// not ready, so that load balancers stop sending requests.
func leave(ctx context.Context, o *opened, server *serving.Server, log *slog.Logger, delay, timeout time.Duration) error {
	ctx = context.WithoutCancel(ctx)
	o.Drain()
	log.InfoContext(ctx, "stopping")
	time.Sleep(delay)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return server.Stop(ctx)
}
