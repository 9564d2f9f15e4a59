package fetch

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func allowed(t *testing.T, entries ...string) []Allowed {
	t.Helper()
	var list []Allowed
	for _, entry := range entries {
		a, err := ParseAllowed(entry)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, a)
	}
	return list
}

func TestOnlyWhatIsOnTheListIsReached(t *testing.T) {
	var inner counter
	server := httptest.NewTLSServer(http.HandlerFunc(inner.count))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	for _, row := range []struct {
		entry, host string
		want        bool
	}{
		{"127.0.0.0/8", "127.0.0.1", true},
		{"127.0.0.1", "127.0.0.1", true},
		{"127.0.0.1:" + port, "127.0.0.1", true},
		{"127.0.0.1:" + port, "localhost", true}, // wherever the name leads
		{"localhost", "localhost", true},
		{"LOCALHOST:" + port, "localhost", true},
		{"localhost", "127.0.0.1", false}, // a name allows only itself
		{"127.0.0.1:1", "127.0.0.1", false},
		{"localhost:1", "localhost", false},
		{"10.0.0.0/8", "127.0.0.1", false},
		{"127.0.0.2", "127.0.0.1", false},
		{"example.internal", "localhost", false},
		{"::1", "127.0.0.1", false},
	} {
		before := inner.n.Load()
		client := NewClient(Policy{RootCAs: roots(server), Allowed: allowed(t, row.entry)})
		answer, err := client.Get("https://" + row.host + ":" + port + "/")
		if err == nil {
			answer.Body.Close()
		}
		// The test server's certificate is not for localhost, so reaching it
		// may end in the handshake; a refusal never gets that far.
		var refused *Refused
		if got := !errors.As(err, &refused); got != row.want {
			t.Errorf("%s with %s allowed: reached %v (%v), want %v", row.host, row.entry, got, err, row.want)
		}
		if !row.want && inner.n.Load() != before {
			t.Errorf("%s with %s allowed: the server was reached", row.host, row.entry)
		}
	}
	if inner.n.Load() == 0 {
		t.Error("nothing was reached at all")
	}
}

func TestTheListOpensNeitherPlainHTTPNorForbiddenAddresses(t *testing.T) {
	var inner counter
	server := httptest.NewServer(http.HandlerFunc(inner.count))
	defer server.Close()
	client := NewClient(Policy{Allowed: allowed(t, "0.0.0.0/0", "::/0", "localhost")})
	for _, address := range []string{server.URL, "https://169.254.169.254/latest/meta-data/", "https://100.100.100.200/", "https://0.0.0.0/"} {
		_, err := client.Get(address)
		var refused *Refused
		if !errors.As(err, &refused) {
			t.Errorf("%s: got %v, want a refusal", address, err)
		}
	}
	if inner.n.Load() > 0 {
		t.Error("plain http was fetched")
	}
	for _, port := range []string{"25", "6379"} {
		if err := (judge{allowed: allowed(t, "10.0.0.0/8")}).address("tcp4", "10.0.0.1:"+port); err == nil {
			t.Errorf("port %s is open without being named", port)
		}
	}
	if err := (judge{allowed: allowed(t, "10.0.0.1:6379")}).address("tcp4", "10.0.0.1:6379"); err != nil {
		t.Errorf("a port that is named: %v", err)
	}
}

func TestARangeCanNameAPort(t *testing.T) {
	j := judge{allowed: allowed(t, "10.1.0.0/16:8443", "[fd00:1::/32]:6379")}
	for address, want := range map[string]bool{
		"10.1.2.3:8443": true, "10.1.2.3:443": false, "10.2.0.1:8443": false, "[fd00:1::7]:6379": true, "[fd00:1::7]:443": false, "[fd00:2::7]:6379": false,
	} {
		if err := j.address("tcp", address); (err == nil) != want {
			t.Errorf("%s: %v, want it open: %v", address, err, want)
		}
	}
}

// If private addresses are allowed, ports of databases are still refused, and so
// is the hub behind its own proxy.
func TestPrivateAddressesDoNotOpenDatabases(t *testing.T) {
	own := func(a netip.AddrPort) bool { return a.Port() == 27117 || a.String() == "127.0.0.1:8080" }
	j := judge{allowPrivate: true, allowed: allowed(t, "10.0.0.9:5432", "127.0.0.1:8080", "10.0.0.0/8:27117"), closed: own}
	for address, want := range map[string]bool{
		"10.0.0.1:443": true, "10.0.0.1:8080": true, "127.0.0.1:8081": true, "10.0.0.9:5432": true, // named
		"10.0.0.1:27017": false, "10.0.0.1:5432": false, "127.0.0.1:6379": false, "[::1]:3306": false, "[fd00::1]:9200": false,
		"10.0.0.1:27117": false, "127.0.0.1:8080": false, "[::ffff:127.0.0.1]:8080": false, // the hub's own ports are always refused
	} {
		if err := j.address("tcp", address); (err == nil) != want {
			t.Errorf("%s: %v, want it open: %v", address, err, want)
		}
	}
}

func TestARedirectIsJudgedByTheListToo(t *testing.T) {
	inner := &counter{}
	other := httptest.NewTLSServer(http.HandlerFunc(inner.count))
	defer other.Close()
	server := httptest.NewTLSServer(http.RedirectHandler(other.URL, http.StatusFound))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	client := NewClient(Policy{RootCAs: roots(server), Allowed: allowed(t, "127.0.0.1:"+port)})
	client.CheckRedirect = nil // even for a caller who would follow anything
	_, err := client.Get(server.URL)
	var refused *Refused
	if !errors.As(err, &refused) || inner.n.Load() > 0 {
		t.Errorf("got %v, reached %d times; want a refusal", err, inner.n.Load())
	}
}

func TestAnEntryIsARangeOrAHost(t *testing.T) {
	for _, good := range []string{"10.0.0.0/8", "10.1.2.3", "10.1.2.3:8443", "10.1.0.0/16:8443", "fd00::/8", "[fd00::1]:443", "[fd00::/8]:8443", "suite.internal", "suite.internal:8443", "suite"} {
		if _, err := ParseAllowed(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "*", "*.internal", "10.0.0.0/33", "10.0.0.0/33:443", "10.0.0.0/8:0", "fd00::/8:443", "[fd00::/200]:443", "10.0.0", "300.1.1.1", "suite:0", "suite:x", "suite:99999", "https://suite.internal", "a b", "suite/8"} {
		if _, err := ParseAllowed(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestAnExtraAuthorityIsBelieved(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	defer server.Close()
	list := allowed(t, "127.0.0.0/8")
	if _, err := NewClient(Policy{Allowed: list}).Get(server.URL); err == nil {
		t.Error("a stranger's certificate was believed")
	}
	if got := mustRead(t, NewClient(Policy{Allowed: list, RootCAs: roots(server)}), server.URL); got != "hello" {
		t.Errorf("got %q", got)
	}
}
