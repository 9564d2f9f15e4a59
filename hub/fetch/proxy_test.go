package fetch

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// A connectProxy connects every request to the same server, and stores the
// requested targets.
type connectProxy struct {
	URL string

	mu    sync.Mutex
	asked []string
	auth  []string
}

func newProxy(t *testing.T, behind string) *connectProxy {
	p := &connectProxy{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked, p.auth = append(p.asked, r.Method+" "+r.Host), append(p.auth, r.Header.Get("Proxy-Authorization"))
		p.mu.Unlock()
		there, err := net.Dial("tcp", behind)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		here, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() { io.Copy(there, here); there.Close() }()
		io.Copy(here, there)
		here.Close()
	}))
	t.Cleanup(server.Close)
	p.URL = strings.Replace(server.URL, "http://", "http://ada:hush%21@", 1)
	return p
}

func (p *connectProxy) seen() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.asked, ", ")
}

func through(t *testing.T, address string, resolves bool) *Proxy {
	t.Helper()
	p, err := ParseProxy(address)
	if err != nil {
		t.Fatal(err)
	}
	p.Resolves = resolves
	return p
}

// The hub resolves the name, checks its address and connects to that; the
// server's certificate is for the name.
func TestAProxyIsAskedForTheJudgedAddress(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello "+r.Host) }))
	defer server.Close()
	proxy := newProxy(t, server.Listener.Addr().String())
	policy := Policy{RootCAs: roots(server), Proxy: through(t, proxy.URL, false)}
	client := newClient(policy, only("192.0.2.7"), rebinding(t, "192.0.2.7", "192.0.2.7"))
	if got := mustRead(t, client, "https://example.com/"); got != "hello example.com" { // the name in httptest's certificate
		t.Errorf("got %q", got)
	}
	if got, want := proxy.seen(), "CONNECT 192.0.2.7:443"; got != want {
		t.Errorf("the proxy was asked for %q, want %q", got, want)
	}
	if got, want := proxy.auth[0], "Basic YWRhOmh1c2gh"; got != want {
		t.Errorf("it was told %q, want %q", got, want)
	}
	if _, err := newClient(policy, only("192.0.2.7"), rebinding(t, "192.0.2.7", "192.0.2.7")).Get("https://another.test/"); err == nil {
		t.Error("a certificate for another name was taken")
	}
}

func TestNoProxyIsAskedForWhatIsRefused(t *testing.T) {
	proxy := newProxy(t, "127.0.0.1:1")
	var refused *Refused
	_, err := newClient(Policy{Proxy: through(t, proxy.URL, false)}, judge{}, rebinding(t, "169.254.169.254", "169.254.169.254")).Get("https://trap.example.org/")
	if !errors.As(err, &refused) {
		t.Errorf("a name of a metadata address: %v", err)
	}
	for _, address := range []string{
		"https://10.0.0.1/", "https://[::1]/", "https://127.0.0.1:8443/", "http://id.example.org/", "https://8.8.8.8:5432/",
	} {
		for _, resolves := range []bool{false, true} {
			if _, err := NewClient(Policy{Proxy: through(t, proxy.URL, resolves)}).Get(address); !errors.As(err, &refused) {
				t.Errorf("%s, the proxy resolves %v: %v", address, resolves, err)
			}
		}
	}
	// If the proxy resolves names, the hub still refuses local names, IP
	// addresses in unusual notation, and forbidden ports.
	for _, address := range []string{
		"https://localhost/", "https://LOCALHOST./", "https://a.localhost:8443/", "https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://id.example.org:22/", "https://id.example.org:27017/",
	} {
		if _, err := NewClient(Policy{Proxy: through(t, proxy.URL, true)}).Get(address); !errors.As(err, &refused) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if got := proxy.seen(); got != "" {
		t.Errorf("the proxy was asked: %s", got)
	}
}

func TestAProxyThatResolvesIsAskedForTheName(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") }))
	defer server.Close()
	proxy := newProxy(t, server.Listener.Addr().String())
	mustRead(t, NewClient(Policy{RootCAs: roots(server), Proxy: through(t, proxy.URL, true)}), "https://example.com:8443/")
	if got, want := proxy.seen(), "CONNECT example.com:8443"; got != want {
		t.Errorf("the proxy was asked for %q, want %q", got, want)
	}
}

func TestAProxysPasswordIsNeverShown(t *testing.T) {
	gone := listen(t, "127.0.0.1:0")
	address := gone.Addr().String()
	gone.Close()
	proxy := newProxy(t, address)
	for _, at := range []string{proxy.URL, "http://ada:hush%21@" + address} {
		p := through(t, at, true)
		_, err := NewClient(Policy{Proxy: p}).Get("https://id.example.org/")
		if err == nil {
			t.Fatalf("%s: no error", at)
		}
		for _, text := range []string{err.Error(), fmt.Sprint(p), fmt.Sprintf("%+v", p), fmt.Sprintf("%#v", p)} {
			if strings.Contains(text, "hush") || strings.Contains(text, "YWRh") {
				t.Errorf("it shows the password: %s", text)
			}
		}
	}
	for _, wrong := range []string{"hush", "ftp://ada:hush@proxy:1", "http://ada:hu%zzsh@proxy:1", "http://proxy:hush", "http://proxy:1/hush", "http://:hush@:1", "http://proxy:1?hush"} {
		if _, err := ParseProxy(wrong); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}
