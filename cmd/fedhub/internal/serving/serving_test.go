package serving

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"testing"
)

func TestLoopbackIsBothOfTheMachinesAddresses(t *testing.T) {
	l, err := Loopback(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	server := Start(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "here") }), slog.New(slog.DiscardHandler)) //nolint:errcheck // it is read below
	defer server.Stop(context.Background())                                                                                                         //nolint:errcheck // nothing is under way
	for _, host := range []string{"127.0.0.1", "localhost", "::1"} {
		if host == "::1" && !hasIPv6() {
			continue
		}
		resp, err := http.Get("http://" + net.JoinHostPort(host, strconv.Itoa(l.Port)))
		if err != nil {
			t.Errorf("%s: %v", host, err)
			continue
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != "here" {
			t.Errorf("%s: got %q and %v", host, body, err)
		}
	}
	for _, one := range l.all {
		if at, ok := one.Addr().(*net.TCPAddr); !ok || !at.IP.IsLoopback() || at.Port != l.Port {
			t.Errorf("it listens on %v, want a loopback address and port %d", one.Addr(), l.Port)
		}
	}
}

func hasIPv6() bool {
	six, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		return false
	}
	six.Close()
	return true
}

func TestAPortThatIsHalfTakenIsTaken(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		taken, err := net.Listen("tcp", address)
		if err != nil {
			continue // this machine has no IPv6
		}
		defer taken.Close()
		_, err = Loopback(t.Context(), portOf(taken))
		if !errors.Is(err, ErrInUse) {
			t.Errorf("%s: got %v, want %v", address, err, ErrInUse)
		}
	}
}

func TestRequestsUnderWayAreFinished(t *testing.T) {
	l, err := Loopback(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	begun, finish := make(chan struct{}), make(chan struct{})
	server := Start(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-finish
		io.WriteString(w, "done") //nolint:errcheck // it is read below
	}), slog.New(slog.DiscardHandler))
	answer := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://127.0.0.1:" + strconv.Itoa(l.Port))
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body) //nolint:errcheck // what is there is compared
		answer <- string(body)
	}()
	<-begun
	stopped := make(chan error, 1)
	go func() { stopped <- server.Stop(context.Background()) }()
	close(finish)
	if got := <-answer; got != "done" {
		t.Errorf("got %q, want %q", got, "done")
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestRequestsThatDoNotEndAreCutOff(t *testing.T) {
	l, err := Loopback(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	begun := make(chan struct{})
	server := Start(l, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
	}), slog.New(slog.DiscardHandler))
	go http.Get("http://127.0.0.1:" + strconv.Itoa(l.Port)) //nolint:errcheck // it is cut off
	<-begun
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := server.Stop(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}
