package fetch

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// only is a verdict that takes one address for the public internet, so that
// the tests can play both sides on one machine.
type only string

func (only) scheme(*url.URL) error { return nil }

func (o only) address(_, hostport string) error {
	if host, _, _ := net.SplitHostPort(hostport); host != string(o) {
		return &Refused{Address: host, Reason: "it is not " + string(o)}
	}
	return nil
}

func (only) name(string) error { return nil }

type counter struct{ n atomic.Int32 }

func (c *counter) count(http.ResponseWriter, *http.Request) { c.n.Add(1) }

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func serve(t *testing.T, l net.Listener, handler http.HandlerFunc) {
	server := &httptest.Server{Listener: l, Config: &http.Server{Handler: handler}}
	server.Start()
	t.Cleanup(server.Close)
}

// redirecting serves /hops?n=3, which redirects three times, and /to?u=, which
// redirects to u.
func redirecting(t *testing.T) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		switch to := r.URL.Query().Get("u"); {
		case to != "":
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		case n > 0:
			http.Redirect(w, r, "/hops?n="+strconv.Itoa(n-1), http.StatusTemporaryRedirect)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

// rebinding is a resolver that answers the first query with the first address and
// later ones with the second, without caching.
func rebinding(t *testing.T, first, later string) *net.Resolver {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go answerNames(conn, first, later)
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func answerNames(conn net.PacketConn, first, later string) {
	buffer, asked := make([]byte, 1500), 0
	for {
		n, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buffer[:n]) != nil || len(m.Questions) != 1 {
			continue
		}
		q := m.Questions[0]
		answer := dnsmessage.Message{
			Header:    dnsmessage.Header{ID: m.ID, Response: true, Authoritative: true},
			Questions: m.Questions,
		}
		if q.Type == dnsmessage.TypeA {
			address := first
			if asked++; asked > 1 {
				address = later
			}
			answer.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 0},
				Body:   &dnsmessage.AResource{A: netip.MustParseAddr(address).As4()},
			}}
		}
		if packed, err := answer.Pack(); err == nil {
			conn.WriteTo(packed, from)
		}
	}
}
