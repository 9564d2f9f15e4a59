// Package serving opens ports and serves on them, for the hub and for the demo. It
// sets limits against slow and hostile clients, and finishes requests at the end.
package serving

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/fedhub/fedhub/internal/flood"
)

// Limits of one connection. The hub answers every request within 15 seconds, if
// need be with an error.
const (
	readHeader = 5 * time.Second
	read       = 15 * time.Second
	write      = 30 * time.Second
	idle       = 60 * time.Second
	maxHeader  = 32 << 10 // bytes; cookies of a host with many apps fit
)

// A Listener is one port, on one or two addresses.
type Listener struct {
	Port int
	all  []net.Listener
}

// ErrInUse says that another program listens on the port.
var ErrInUse = errors.New("the port is in use")

// Listen opens an address, like ":8080" or "10.0.0.1:8080". Port 0 picks a free
// port.
func Listen(ctx context.Context, address string) (*Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, reason(err)
	}
	return &Listener{Port: portOf(l), all: []net.Listener{l}}, nil
}

// Loopback opens a port on the loopback addresses, IPv4 and, if the machine has
// it, IPv6. Browsers use either for "localhost", so another program on one of them
// would receive requests for the hub.
func Loopback(ctx context.Context, port int) (*Listener, error) {
	const tries = 20
	for range tries {
		l, err := loopback(ctx, port)
		if port == 0 && errors.Is(err, ErrInUse) {
			continue // the port is free in one family and taken in the other
		}
		return l, err
	}
	return nil, ErrInUse
}

func loopback(ctx context.Context, port int) (*Listener, error) {
	l, err := Listen(ctx, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	six, err := Listen(ctx, net.JoinHostPort("::1", strconv.Itoa(l.Port)))
	if errors.Is(err, ErrInUse) {
		l.Close()
		return nil, err
	}
	if err == nil { // else this machine has no IPv6
		l.all = append(l.all, six.all...)
	}
	return l, nil
}

func portOf(l net.Listener) int {
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0
	}
	return addr.Port
}

func reason(err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%w: %w", ErrInUse, err)
	}
	return err
}

// Close closes a listener that was not served.
func (l *Listener) Close() {
	for _, one := range l.all {
		one.Close() //nolint:errcheck // nothing was written
	}
}

// A Server serves on one Listener.
type Server struct {
	http    *http.Server
	serving sync.WaitGroup
	failed  chan error
}

// Start begins to serve.
func Start(l *Listener, handler http.Handler, log *slog.Logger) *Server {
	return StartTLS(l, handler, log, nil)
}

// StartTLS begins to serve, with TLS if config is set.
func StartTLS(l *Listener, handler http.Handler, log *slog.Logger, config *tls.Config) *Server {
	s := &Server{
		http: &http.Server{
			Handler:           handler,
			ReadHeaderTimeout: readHeader,
			ReadTimeout:       read,
			WriteTimeout:      write,
			IdleTimeout:       idle,
			MaxHeaderBytes:    maxHeader,
			TLSConfig:         config,
			ErrorLog:          slog.NewLogLogger(flood.NewHandler(log.Handler(), time.Now).OneKind("the server"), slog.LevelWarn),
		},
		failed: make(chan error, len(l.all)),
	}
	for _, one := range l.all {
		s.serving.Go(func() {
			serve := func() error { return s.http.Serve(one) }
			if config != nil {
				serve = func() error { return s.http.ServeTLS(one, "", "") } // the config has the certificate
			}
			if err := serve(); !errors.Is(err, http.ErrServerClosed) {
				s.failed <- err
			}
		})
	}
	return s
}

// Failed receives an error if the server stops.
func (s *Server) Failed() <-chan error { return s.failed }

// Stop accepts no more requests, waits for those under way until the context
// ends, and then closes their connections.
func (s *Server) Stop(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("requests under way were aborted: %w", err), s.http.Close())
	}
	s.serving.Wait()
	return err
}
