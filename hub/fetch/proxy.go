package fetch

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// ProxySetting is the environment variable with the proxy, and
// ProxyResolvesSetting the one that lets it resolve names.
const (
	ProxySetting         = "FEDHUB_HTTPS_PROXY"
	ProxyResolvesSetting = "FEDHUB_PROXY_RESOLVES"
)

// A Proxy makes the connections (CONNECT, RFC 9110 §9.3.6). The hub still
// resolves names and checks addresses, and asks the proxy for the checked
// address. TLS uses the name as usual.
type Proxy struct {
	// Resolves lets the proxy resolve names, and so check addresses, for
	// networks where the hub cannot resolve any.
	Resolves bool

	secure      bool
	host        string // with the port
	credentials string // a header's value; never shown
}

// ParseProxy reads http://user:password@proxy.internal:3128, or https://. Its
// error does not repeat the value, which contains a password.
func ParseProxy(text string) (*Proxy, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" || strings.ContainsAny(text, "?#") {
		return nil, errors.New(`it is no proxy's address; it must look like "http://proxy.internal:3128", or "http://user:password@proxy.internal:3128" with what is no letter or digit in the password written as %XX`)
	}
	p := &Proxy{secure: u.Scheme == "https", host: net.JoinHostPort(u.Hostname(), port(u))}
	if u.User != nil {
		password, _ := u.User.Password()
		p.credentials = "Basic " + base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password))
	}
	return p, nil
}

// String is the proxy's host, for messages.
func (p *Proxy) String() string { return p.host }

// GoString keeps the credentials out of %#v.
func (p *Proxy) GoString() string { return p.host }

// dialer connects through the proxy to targets that v allows.
func (p *Proxy) dialer(policy Policy, v verdict, names *net.Resolver) dialFunc {
	if names == nil {
		names = net.DefaultResolver
	}
	return func(ctx context.Context, network, hostport string) (net.Conn, error) {
		targets, err := p.targets(ctx, v, names, network, hostport)
		if err != nil {
			return nil, err
		}
		for _, target := range targets {
			var conn net.Conn
			if conn, err = p.connect(ctx, policy, target); err == nil || ctx.Err() != nil {
				return conn, err
			}
		}
		return nil, err
	}
}

// targets are the addresses to ask the proxy for: the allowed addresses of a
// name, in the order of the DNS answer.
func (p *Proxy) targets(ctx context.Context, v verdict, names *net.Resolver, network, hostport string) ([]string, error) {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, err
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		target := net.JoinHostPort(ip.String(), port)
		return []string{target}, v.address(network, target)
	}
	if p.Resolves {
		return []string{hostport}, v.name(hostport)
	}
	found, err := names.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	var good []string
	for _, ip := range found {
		target := net.JoinHostPort(ip.Unmap().String(), port)
		if refused := v.address(network, target); refused != nil {
			err = refused
			continue
		}
		good = append(good, target)
	}
	if len(good) > 0 {
		return good, nil
	}
	if err == nil {
		err = &net.DNSError{Err: "no address", Name: host, IsNotFound: true}
	}
	return nil, err
}

// connect asks the proxy for one target.
func (p *Proxy) connect(ctx context.Context, policy Policy, target string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, policy.Timeout/2)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.host)
	if err != nil {
		return nil, fmt.Errorf("reach the proxy %s: %w", p.host, err)
	}
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) }) //nolint:errcheck // a closed connection needs none
	asked, err := p.ask(ctx, policy, conn, target)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("ask the proxy %s for %s: %w", p.host, target, err)
	}
	return asked, nil
}

func (p *Proxy) ask(ctx context.Context, policy Policy, conn net.Conn, target string) (net.Conn, error) {
	if p.secure {
		name, _, _ := net.SplitHostPort(p.host) //nolint:errcheck // JoinHostPort made it
		secured := tls.Client(conn, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: policy.RootCAs, ServerName: name})
		if err := secured.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		conn = secured
	}
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: target}, Host: target, Header: http.Header{"User-Agent": {policy.UserAgent}}}
	if p.credentials != "" {
		req.Header.Set("Proxy-Authorization", p.credentials)
	}
	if err := req.Write(conn); err != nil {
		return nil, err
	}
	in := bufio.NewReader(io.LimitReader(conn, maxHeader))
	answer, err := http.ReadResponse(in, req)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %d", answer.StatusCode)
	}
	if in.Buffered() > 0 {
		return nil, errors.New("it sends more than its answer to CONNECT")
	}
	return conn, nil
}
