package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestAPlainClientReachesNothingPrivate(t *testing.T) {
	reached := atomic.Int32{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer server.Close()
	client := NewClient(Policy{RootCAs: roots(server)})

	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]"} {
		_, err := client.Get("https://" + host + ":" + port)
		var refused *Refused
		if !errors.As(err, &refused) {
			t.Errorf("%s: got %v, want a refusal", host, err)
		}
	}
	if got := reached.Load(); got != 0 {
		t.Errorf("the server was reached %d times", got)
	}
}

func TestARefusalNamesTheSetting(t *testing.T) {
	_, err := NewClient(Policy{}).Get("https://127.0.0.1:1")
	if err == nil || !strings.Contains(err.Error(), AllowPrivateSetting) {
		t.Errorf("got %v, want the name of the setting", err)
	}
	_, err = NewClient(Policy{AllowPrivate: true}).Get("http://169.254.169.254/latest/meta-data/")
	if err == nil || strings.Contains(err.Error(), AllowPrivateSetting) {
		t.Errorf("got %v, want a refusal that offers no way round", err)
	}
}

func TestAnAllowedClientReachesItsNeighbour(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.UserAgent())
	}))
	defer server.Close()

	got := mustRead(t, NewClient(Policy{AllowPrivate: true, UserAgent: "fedhub test"}), server.URL)
	if want := "fedhub test"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheAnswerToANameIsJudgedAtEveryDial(t *testing.T) {
	// 127.0.0.1 plays the public server here, 127.0.0.2 the inner one.
	public, inner := listen(t, "127.0.0.1:0"), &counter{}
	_, port, _ := net.SplitHostPort(public.Addr().String())
	private := listen(t, "127.0.0.2:"+port)
	serve(t, public, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Connection", "close") })
	serve(t, private, inner.count)

	names := rebinding(t, "127.0.0.1", "127.0.0.2")
	client := newClient(Policy{}, only("127.0.0.1"), names)
	if _, err := client.Get("http://rebind.example.org:" + port); err != nil {
		t.Fatalf("first answer: %v", err)
	}
	_, err := client.Get("http://rebind.example.org:" + port)
	var refused *Refused
	if !errors.As(err, &refused) {
		t.Errorf("second answer: got %v, want a refusal", err)
	}
	if got := inner.n.Load(); got != 0 {
		t.Errorf("the inner server was reached %d times", got)
	}
}

func TestRedirectsAreFewAndStayOnOnePort(t *testing.T) {
	inner := &counter{}
	other := httptest.NewServer(http.HandlerFunc(inner.count))
	defer other.Close()
	server := redirecting(t)
	for path, want := range map[string]bool{
		"/hops?n=3":           true,
		"/hops?n=4":           false,
		"/to?u=" + other.URL:  false,
		"/to?u=file:///etc":   false,
		"/to?u=//evil.test/x": false,
		"/to?u=http://169.254.169.254/latest/meta-data": false,
	} {
		_, err := NewClient(Policy{AllowPrivate: true}).Get(server.URL + path)
		if got := err == nil; got != want {
			t.Errorf("%s: followed %v (%v), want %v", path, got, err, want)
		}
	}
	if got := inner.n.Load(); got != 0 {
		t.Errorf("the other host was reached %d times", got)
	}
}

// Two names of one machine, and one port: only the name is another.
func TestARedirectToAnotherNameIsRefused(t *testing.T) {
	for name, followed := range map[string]bool{"one.example.org": true, "ONE.example.org": true, "two.example.org": false, "one.example.org.evil.test": false} {
		there := &counter{}
		l := listen(t, "127.0.0.1:0")
		_, port, _ := net.SplitHostPort(l.Addr().String())
		serve(t, l, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/there" {
				there.count(w, r)
				return
			}
			http.Redirect(w, r, "http://"+name+":"+port+"/there", http.StatusFound)
		})
		client := newClient(Policy{}, only("127.0.0.1"), rebinding(t, "127.0.0.1", "127.0.0.1"))
		answer, err := client.Get("http://one.example.org:" + port + "/")
		if err == nil {
			answer.Body.Close()
		}
		var refused *Refused
		if followed && err != nil || !followed && !errors.As(err, &refused) {
			t.Errorf("%s: got %v, want it followed: %v", name, err, followed)
		}
		if got := there.n.Load() == 1; got != followed {
			t.Errorf("%s: reached %v, want %v", name, got, followed)
		}
	}
}

func TestARedirectToAPrivateAddressIsRefused(t *testing.T) {
	// The name stays the same; its address changes between the two requests.
	public, inner := listen(t, "127.0.0.1:0"), &counter{}
	_, port, _ := net.SplitHostPort(public.Addr().String())
	private := listen(t, "127.0.0.2:"+port)
	serve(t, public, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		http.Redirect(w, r, "/inside", http.StatusFound)
	})
	serve(t, private, inner.count)

	client := newClient(Policy{}, only("127.0.0.1"), rebinding(t, "127.0.0.1", "127.0.0.2"))
	_, err := client.Get("http://rebind.example.org:" + port)
	var refused *Refused
	if !errors.As(err, &refused) {
		t.Errorf("got %v, want a refusal", err)
	}
	if got := inner.n.Load(); got != 0 {
		t.Errorf("the inner server was reached %d times", got)
	}
}

func TestARedirectStaysOnSchemeHostAndPort(t *testing.T) {
	for _, row := range []struct {
		from, to string
		followed bool
	}{
		{"https://id.example.org/a", "https://id.example.org/b", true},
		{"https://id.example.org/a", "https://id.example.org:443/b", true},
		{"https://id.example.org/a", "https://id.example.org:8443/b", false},
		{"https://id.example.org/a", "http://id.example.org/b", false},
		{"https://id.example.org:8443/a", "http://id.example.org:8443/b", false}, // only the scheme is another
		{"https://id.example.org:80/a", "http://id.example.org/b", false},
		{"http://id.example.org/a", "http://id.example.org:80/b", true},
		{"http://id.example.org/a", "https://id.example.org/b", true}, // better than before
		{"http://id.example.org:8080/a", "https://id.example.org/b", false},
		{"http://id.example.org/a", "https://id.example.org:8443/b", false},
		{"http://id.example.org/a", "http://id.example.org:8080/b", false},
		{"http://id.example.org:443/a", "https://id.example.org/b", true},
		{"http://id.example.org/a", "https://other.example.org/b", false},
	} {
		from, err1 := url.Parse(row.from)
		to, err2 := url.Parse(row.to)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		for _, method := range []string{"GET", "HEAD"} {
			err := checkRedirect(&http.Request{URL: to}, []*http.Request{{Method: method, URL: from}})
			var refused *Refused
			if row.followed && err != nil || !row.followed && !errors.As(err, &refused) {
				t.Errorf("%s %s to %s: got %v, want it followed: %v", method, row.from, row.to, err, row.followed)
			}
		}
	}
	// The last step counts, not the first: http, https, http.
	plain, secure := &url.URL{Scheme: "http", Host: "id.example.org"}, &url.URL{Scheme: "https", Host: "id.example.org"}
	var refused *Refused
	if err := checkRedirect(&http.Request{URL: plain}, []*http.Request{{Method: "GET", URL: plain}, {Method: "GET", URL: secure}}); !errors.As(err, &refused) {
		t.Errorf("back to plain http: got %v, want a refusal", err)
	}
}

func TestAClientThatIsToldNothingWaitsTenSecondsAndSaysFedhub(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.UserAgent()) }))
	defer server.Close()
	client := NewClient(Policy{AllowPrivate: true})
	if got := mustRead(t, client, server.URL); got != "fedhub" || client.Timeout != 10*time.Second {
		t.Errorf("it is %q and waits %v", got, client.Timeout)
	}
	r, err := http.NewRequest("GET", server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", "another")
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if got, err := io.ReadAll(answer.Body); err != nil || string(got) != "another" {
		t.Errorf("who says who it is is called %q, %v", got, err)
	}
}

func TestBodiesAndCredentialsAreNotRedirected(t *testing.T) {
	server := redirecting(t)
	client := NewClient(Policy{AllowPrivate: true})
	_, err := client.Post(server.URL+"/hops?n=1", "text/plain", strings.NewReader("secret"))
	if err == nil {
		t.Error("a POST was redirected")
	}
	r, _ := http.NewRequest("GET", server.URL+"/hops?n=1", nil)
	r.Header.Set("Authorization", "Bearer secret")
	if _, err = client.Do(r); err == nil {
		t.Error("a bearer token was redirected")
	}
}

func TestTooMuchIsCutOff(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/exact":
			w.Write(make([]byte, 1_048_576))
		case "/declared":
			w.Header().Set("Content-Length", fmt.Sprint(1<<30))
			w.Write(make([]byte, 1<<10))
		case "/endless":
			for {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(bomb())
		case "/header":
			for i := range 64 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 4<<10))
			}
		}
	}))
	defer server.Close()
	client := NewClient(Policy{AllowPrivate: true})

	if got, want := len(mustRead(t, client, server.URL+"/exact")), 1_048_576; got != want {
		t.Errorf("exactly the limit: got %d bytes, want %d", got, want)
	}
	for _, path := range []string{"/declared", "/endless", "/bomb"} {
		if n, err := read(client, server.URL+path); !errors.Is(err, ErrTooLarge) || n > 1_048_576 {
			t.Errorf("%s: got %d bytes and %v, want ErrTooLarge", path, n, err)
		}
	}
	if _, err := read(client, server.URL+"/header"); err == nil {
		t.Error("a 256 KB header was accepted")
	}
}

func TestASlowServerIsCutOff(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.URL.Path == "/drip" {
			if _, err := w.Write([]byte(".")); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(time.Millisecond):
			}
		}
		<-r.Context().Done()
	}))
	defer server.Close()
	client := NewClient(Policy{AllowPrivate: true, Timeout: 50 * time.Millisecond})
	for _, path := range []string{"/hang", "/drip"} {
		_, err := read(client, server.URL+path)
		if timeout := net.Error(nil); !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("%s: got %v, want a timeout", path, err)
		}
	}
}

func TestAnObserverSeesTheCallAndNoSecrets(t *testing.T) {
	server := redirecting(t)
	var calls []Call
	client := NewClient(Policy{AllowPrivate: true, Observe: func(c Call) { calls = append(calls, c) }})
	mustRead(t, client, server.URL+"/hops?n=1&secret=s3cret")
	client.Get("https://169.254.169.254/?secret=s3cret")

	if got, want := len(calls), 3; got != want {
		t.Fatalf("got %d calls, want %d", got, want)
	}
	if got, want := calls[0].Status, http.StatusTemporaryRedirect; got != want {
		t.Errorf("first status: got %d, want %d", got, want)
	}
	if got, want := calls[1].Path, "/hops"; got != want {
		t.Errorf("second path: got %q, want %q", got, want)
	}
	if calls[2].Err == nil || calls[2].Status != 0 {
		t.Errorf("refused call: got %+v, want an error and no status", calls[2])
	}
	if strings.Contains(fmt.Sprintf("%+v", calls), "s3cret") {
		t.Errorf("the observer saw a secret: %+v", calls)
	}
}

func TestNoProxyIsReadFromTheEnvironment(t *testing.T) {
	proxy := &counter{}
	server := httptest.NewServer(http.HandlerFunc(proxy.count))
	defer server.Close()
	t.Setenv("HTTP_PROXY", server.URL)
	t.Setenv("HTTPS_PROXY", server.URL)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, _ := http.NewRequestWithContext(ctx, "GET", "http://id.example.org/", nil)
	NewClient(Policy{AllowPrivate: true}).Do(r)
	if transport := NewClient(Policy{}).Transport.(*guarded).next.(*http.Transport); transport.Proxy != nil {
		t.Error("the transport has a proxy")
	}
	if got := proxy.n.Load(); got != 0 {
		t.Errorf("the proxy was asked %d times", got)
	}
}

func roots(server *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return pool
}

func bomb() []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	z.Write(make([]byte, 8<<20))
	z.Close()
	return b.Bytes()
}

func mustRead(t *testing.T, c *http.Client, address string) string {
	t.Helper()
	answer, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// read returns how much of the body came, and the first error.
func read(c *http.Client, address string) (int64, error) {
	answer, err := c.Get(address)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	return io.Copy(io.Discard, answer.Body)
}
