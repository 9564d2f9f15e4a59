// Package fetch is the hub's one way out: the http.Client for everything that
// is fetched from an address somebody else wrote down. Discovery documents,
// key sets, token endpoints, client metadata and back-channel logout all go
// through it.
//
// Such an address may be a trap that makes the hub talk to its own network
// (server-side request forgery). So the guard sits at the last moment before a
// connection: every IP address is judged after DNS has spoken and right before
// the dial, which also defeats a name that changes its answer in between. What
// comes back is cut off by size and by time.
//
// The package knows nothing of what is fetched; it holds no cookies, follows
// few redirects and reads no proxy from the environment. A proxy that a setting
// names is asked for the addresses that were judged; see Proxy.
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

// AllowPrivateSetting is the environment variable that sets Policy.AllowPrivate;
// a Refused error names it where it would help.
const AllowPrivateSetting = "FEDHUB_ALLOW_PRIVATE_ADDRESSES"

const (
	defaultTimeout = 10 * time.Second
	maxBody        = 1 << 20 // bytes, after decompression
	maxHeader      = 64 << 10
	maxRedirects   = 3
	// One slow host may hold this many connections and no more, so that it
	// cannot use up what the others need.
	maxConnsPerHost = 64
)

// A Policy says what a client may do. The zero Policy is the safe one.
type Policy struct {
	// AllowPrivate lets the client use plain http and reach loopback, private
	// and carrier-grade addresses. It is for hubs that live on such an address
	// themselves or are told so by AllowPrivateSetting.
	// Link-local, multicast and cloud metadata addresses stay out of reach.
	AllowPrivate bool
	// Allowed are private and loopback addresses that may be reached although
	// AllowPrivate is false, by https.
	Allowed []Allowed
	// Closed says of an address that it is never reached, however private
	// addresses are: it is the hub's own. It may be nil.
	Closed    func(netip.AddrPort) bool
	Proxy     *Proxy         // asked for connections; nil for none
	UserAgent string         // "fedhub" if empty
	Timeout   time.Duration  // for the whole exchange, body included; 10 s if zero
	RootCAs   *x509.CertPool // who may vouch for servers; nil: the machine's
	// Observe, if set, is told of every request once its answer began or it
	// failed, redirects included. It may be called by many goroutines at once.
	Observe func(Call)
}

// A Call is one request as an observer sees it. It carries nothing secret:
// no query, no header, no body.
type Call struct {
	Method   string
	Host     string // with the port, if one was given
	Path     string
	Status   int // 0 if no answer came
	Duration time.Duration
	Err      error
}

// NewClient returns a client that keeps to the policy. It is safe for
// concurrent use and should be shared: it pools connections.
func NewClient(p Policy) *http.Client {
	return newClient(p, judge{allowPrivate: p.AllowPrivate, allowed: p.Allowed, closed: p.Closed}, nil)
}

// verdict decides about one address right before it is dialled.
type verdict interface {
	scheme(u *url.URL) error
	address(network, hostport string) error
	name(hostport string) error // where a proxy resolves it
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
			Proxy: nil, // it would have the proxy dial for us, past the guard
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

// guarded is the transport that every request and every redirect goes through.
// The checks are here and not in the client, so that a caller who copies the
// client to give it stricter redirect rules keeps them.
type guarded struct {
	policy  Policy
	verdict verdict
	next    http.RoundTripper
}

func (g *guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	start := time.Now() // a measurement, not a decision: the real clock
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
		r = r.Clone(r.Context()) // a RoundTripper must not change what it is given
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
// that carries a body or credentials is never sent on: what it carries was
// meant for the address that was checked, not for one the answer names.
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

// sameHost also lets http://host become https://host, the one redirect that
// changes the port and yet is an improvement.
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
