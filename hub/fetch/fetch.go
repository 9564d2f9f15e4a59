// Package fetch provides the http.Client for every address that comes from
// outside: discovery documents, key sets, token endpoints, client metadata and
// back-channel logout.
//
// Such an address may try to make the hub send requests into its own network
// (server-side request forgery). So every IP address is checked after DNS
// resolution and directly before the connection, which also defeats a name that
// changes its answer in between. Answers are limited in size and time.
//
// The package does not know what is fetched. It keeps no cookies, follows few
// redirects and reads no proxy from the environment. If a proxy is set, the hub
// asks it for the checked addresses; see Proxy.
package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// AllowPrivateSetting is the environment variable that sets
// Policy.AllowPrivate; a Refused error names it if it would help.
const AllowPrivateSetting = "FEDHUB_ALLOW_PRIVATE_ADDRESSES"

const (
	defaultTimeout = 10 * time.Second
	maxBody        = 1 << 20 // bytes, after decompression
	maxHeader      = 64 << 10
	maxRedirects   = 3
	// A slow host may hold this many connections and no more, so that it cannot
	// block others.
	maxConnsPerHost = 64
)

// A Policy says what a client may do. The zero Policy is the strictest.
type Policy struct {
	// AllowPrivate lets the client use plain http and reach loopback, private
	// and carrier-grade NAT addresses. It is for hubs on such an address, or by
	// AllowPrivateSetting. Link-local, multicast and cloud metadata addresses
	// stay forbidden.
	AllowPrivate bool
	// Allowed are private and loopback addresses that may be reached by https
	// even if AllowPrivate is false.
	Allowed []Allowed
	// Closed reports addresses that are always refused, because they are the
	// hub's own. It may be nil.
	Closed    func(netip.AddrPort) bool
	Proxy     *Proxy         // used for connections; nil for none
	UserAgent string         // "fedhub" if empty
	Timeout   time.Duration  // for the whole exchange, body included; 10 s if zero
	RootCAs   *x509.CertPool // trusted CAs; nil: the machine's
	// Observe, if set, is called with every request, redirects included, once
	// its answer began or it failed. It may be called concurrently.
	Observe func(Call)
}

// A Call describes one request to an observer. It contains no secrets: no
// query, no header, no body.
type Call struct {
	Method   string
	Host     string // with the port, if the URL has one
	Path     string
	Status   int // 0 if no answer came
	Duration time.Duration
	Err      error
}

// NewClient returns a client with this policy. It is safe for concurrent use
// and should be shared, because it pools connections.
func NewClient(p Policy) *http.Client {
	return newClient(p, judge{allowPrivate: p.AllowPrivate, allowed: p.Allowed, closed: p.Closed}, nil)
}

// verdict decides about one address directly before connecting.
type verdict interface {
	scheme(u *url.URL) error
	address(network, hostport string) error
	name(hostport string) error // for names that a proxy resolves
}

type dialFunc = func(ctx context.Context, network, hostport string) (net.Conn, error)

func newClient(p Policy, v verdict, names *net.Resolver) *http.Client {
	if p.Timeout == 0 {
		p.Timeout = defaultTimeout
	}
	if p.UserAgent == "" {
		p.UserAgent = "fedhub"
	}
	dial := func(v verdict) dialFunc {
		if p.Proxy != nil {
			return p.Proxy.dialer(p, v, names)
		}
		return (&net.Dialer{
			Timeout:  p.Timeout / 2,
			Resolver: names,
			Control: func(network, hostport string, _ syscall.RawConn) error {
				return v.address(network, hostport)
			},
		}).DialContext
	}
	usual, trusting := dial(v), dial(judge{allowPrivate: true, anyPort: true, closed: p.Closed})
	return &http.Client{
		Timeout:       p.Timeout,
		CheckRedirect: checkRedirect,
		Transport: &guarded{policy: p, verdict: v, next: &http.Transport{
			Proxy: nil, // the environment's proxy would bypass the guard
			DialContext: func(ctx context.Context, network, hostport string) (net.Conn, error) {
				if allowedHost(p.Allowed, hostport) {
					return trusting(ctx, network, hostport)
				}
				return usual(ctx, network, hostport)
			},
			ForceAttemptHTTP2:      true,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: p.RootCAs},
			TLSHandshakeTimeout:    p.Timeout / 2,
			ResponseHeaderTimeout:  p.Timeout,
			MaxResponseHeaderBytes: maxHeader,
			MaxConnsPerHost:        maxConnsPerHost,
			MaxIdleConnsPerHost:    8,
			IdleConnTimeout:        90 * time.Second,
		}},
	}
}

// guarded is the transport for every request and redirect. The checks are here
// and not in the client, so that a copy of the client with stricter redirect
// rules keeps them.
type guarded struct {
	policy  Policy
	verdict verdict
	next    http.RoundTripper
}

func (g *guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	start := time.Now() // only measures, so it uses the real clock
	answer, err := g.send(r)
	if g.policy.Observe != nil {
		call := Call{Method: r.Method, Host: r.URL.Host, Path: r.URL.EscapedPath(), Duration: time.Since(start), Err: err}
		if answer != nil {
			call.Status = answer.StatusCode
		}
		g.policy.Observe(call)
	}
	return answer, err
}

func (g *guarded) send(r *http.Request) (*http.Response, error) {
	if err := g.verdict.scheme(r.URL); err != nil {
		closeBody(r)
		return nil, err
	}
	if r.Header.Get("User-Agent") == "" {
		r = r.Clone(r.Context()) // a RoundTripper must not modify its request
		r.Header.Set("User-Agent", g.policy.UserAgent)
	}
	answer, err := g.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if answer.ContentLength > maxBody {
		answer.Body.Close()
		return nil, ErrTooLarge
	}
	answer.Body = &capped{body: answer.Body, left: maxBody}
	return answer, nil
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		r.Body.Close()
	}
}

// checkRedirect follows a few redirects of plain reads on one host. A request
// with a body or credentials is never redirected: they were meant for the
// checked address only.
func checkRedirect(next *http.Request, before []*http.Request) error {
	first := before[0]
	switch {
	case len(before) > maxRedirects:
		return &Refused{Address: next.URL.Host, Reason: "it redirected more than three times"}
	case first.Method != http.MethodGet && first.Method != http.MethodHead, first.Header.Get("Authorization") != "":
		return &Refused{Address: next.URL.Host, Reason: "a request with a body or credentials is not redirected"}
	case before[len(before)-1].URL.Scheme == "https" && next.URL.Scheme != "https":
		return &Refused{Address: next.URL.Host, Reason: "a redirect may not leave https"}
	case !sameHost(first.URL, next.URL):
		return &Refused{Address: next.URL.Host, Reason: "a redirect may not leave the host " + first.URL.Host}
	}
	return nil
}

// sameHost also accepts http://host to https://host, although the port changes.
func sameHost(a, b *url.URL) bool {
	if !strings.EqualFold(a.Hostname(), b.Hostname()) {
		return false
	}
	upgrade := a.Scheme == "http" && a.Port() == "" && b.Scheme == "https" && b.Port() == ""
	return upgrade || port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "http" {
		return "80"
	}
	return "443"
}
