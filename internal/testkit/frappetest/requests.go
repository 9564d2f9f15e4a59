package frappetest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// maxHops is the maximum number of redirects.
const maxHops = 30

// A request is one of the site's HTTP library: with these headers in this order,
// and without cookies.
type request struct {
	method, url string
	accept      string // empty: anything
	kind        string // Content-Type of a form
	credential  string // Authorization
	body        string
}

// An answer is a response with any status.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// ask sends a request and follows redirects: a POST becomes a GET, unless the
// status forbids it.
func (s *Secondary) ask(r request) (answer, error) {
	for range maxHops {
		got, err := s.askOnce(r)
		if err != nil {
			return answer{}, err
		}
		to := got.header.Get("Location")
		if got.status < 301 || got.status > 308 || to == "" {
			return got, nil
		}
		from, err := url.Parse(r.url)
		if err != nil {
			return answer{}, err
		}
		next, err := from.Parse(to)
		if err != nil {
			return answer{}, err
		}
		r.url = next.String()
		if got.status < 307 {
			r.method, r.kind, r.body = http.MethodGet, "", ""
		}
		if next.Host != from.Host {
			r.credential = ""
		}
	}
	return answer{}, fmt.Errorf("more than %d redirects", maxHops)
}

func (s *Secondary) askOnce(r request) (answer, error) {
	u, err := url.Parse(r.url)
	if err != nil {
		return answer{}, err
	}
	if u.Scheme != "http" || u.Host == "" {
		return answer{}, fmt.Errorf("%s: a simulated site asks over plain HTTP only", r.url)
	}
	s.mu.Lock()
	s.asked = append(s.asked, Asked{r.method, r.url, r.body})
	s.mu.Unlock()
	conn, err := s.dial(u.Host)
	if err != nil {
		return answer{}, err
	}
	defer conn.Close() //nolint:errcheck // the answer was read
	if _, err := conn.Write(r.wire(u)); err != nil {
		return answer{}, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: r.method})
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, body}, err
}

func (s *Secondary) dial(host string) (net.Conn, error) {
	if s.Dial != nil {
		return s.Dial(host)
	}
	return net.Dial("tcp", host)
}

// wire is the request on the wire. Several leading slashes of the path become
// one.
func (r request) wire(u *url.URL) []byte {
	target := "/" + strings.TrimLeft(u.RequestURI(), "/")
	accept := r.accept
	if accept == "" {
		accept = "*/*"
	}
	lines := []string{
		r.method + " " + target + " HTTP/1.1", "Host: " + u.Host, "User-Agent: python-requests/2.32.5",
		"Accept-Encoding: gzip, deflate, br", "Accept: " + accept, "Connection: keep-alive",
	}
	if r.method == http.MethodPost {
		lines = append(lines, fmt.Sprintf("Content-Length: %d", len(r.body)), "Content-Type: "+r.kind)
	}
	if r.credential != "" {
		lines = append(lines, "Authorization: "+r.credential)
	}
	var out bytes.Buffer
	out.WriteString(strings.Join(lines, "\r\n") + "\r\n\r\n" + r.body)
	return out.Bytes()
}
