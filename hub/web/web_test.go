package web

import (
	"errors"
	"io/fs"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/oauth"
)

func TestLocalPathsStayHere(t *testing.T) {
	for in, want := range map[string]string{
		"/account": "/account", "/admin/clients?type=web": "/admin/clients?type=web",
		"": "/home", "/": "/home", "//evil": "/home", `/\evil`: "/home", `\/evil`: "/home", "/%09/evil": "/home", "https:evil": "/home",
		"/a/../b": "/home", "/a b": "/home", "/a\r\nb": "/home", "/ü": "/home", "account": "/home", "/" + strings.Repeat("a", 2000): "/home",
	} {
		if got := LocalPath(in, "/home"); got != want {
			t.Errorf("LocalPath(%.30q): got %q, want %q", in, got, want)
		}
	}
}

func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{"/account", "//e", `/\e`, "/%2f/e", "/a?b=//c", "/a#b", "/a\te"} {
		f.Add(seed)
	}
	home := &url.URL{Scheme: "https", Host: "id.example.org"}
	f.Fuzz(func(t *testing.T, in string) {
		got := LocalPath(in, "/home")
		u, err := home.Parse(got)
		if err != nil || u.Host != home.Host || u.Scheme != home.Scheme || strings.ContainsAny(got, "\\\r\n\t") {
			t.Fatalf("LocalPath(%q) = %q leads to %v, %v", in, got, u, err)
		}
	})
}

func TestOneAddressIsSlowedDownAlone(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	l := NewLimiter(time.Second, 3, func() time.Time { return now })
	for range 3 {
		if !l.Allow("192.0.2.1") {
			t.Fatal("the burst is not granted")
		}
	}
	if l.Allow("192.0.2.1") || l.Allow("::ffff:192.0.2.1") {
		t.Error("more than the burst is granted")
	}
	if !l.Allow("192.0.2.2") {
		t.Error("a neighbour is slowed down too")
	}
	for range 3 {
		l.Allow("2001:db8::1")
	}
	if l.Allow("2001:db8::2") {
		t.Error("addresses of one /64 count apart")
	}
	now = now.Add(time.Second)
	if !l.Allow("192.0.2.1") || l.Allow("192.0.2.1") {
		t.Error("a second brings back other than one")
	}
	for i := range maxLimited + 100 {
		l.Allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}).String())
	}
	if l.byKey.Len() != maxLimited {
		t.Errorf("%d addresses are remembered", l.byKey.Len())
	}
}

func TestErrorsHaveAFace(t *testing.T) {
	secret := errors.New("dial tcp 10.0.0.7:27017: connection refused")
	for _, tt := range []struct {
		err    error
		status int
		code   string
	}{
		{oauth.InvalidGrant("x"), 400, "invalid_grant"},
		{errors.Join(errors.New("wrapped"), oauth.InvalidClient("x")), 401, "invalid_client"},
		{fs.ErrNotExist, 404, "invalid_request"},
		{TooMany(time.Minute), 429, "temporarily_unavailable"},
		{ExpiredForm("/x"), 403, "invalid_request"},
		{secret, 500, "server_error"},
	} {
		p := new(Responder).explain(tt.err)
		if p.Status != tt.status {
			t.Errorf("%v: got status %d, want %d", tt.err, p.Status, tt.status)
		}
		protocol := p.Protocol
		if protocol == nil {
			protocol = oauthFor(p)
		}
		if protocol.Code != tt.code || protocol.Status != tt.status {
			t.Errorf("%v: got %s with %d, want %s", tt.err, protocol.Code, protocol.Status, tt.code)
		}
		if strings.Contains(p.Heading+p.Text+protocol.Description, "10.0.0.7") {
			t.Errorf("the face of %v shows the cause", tt.err)
		}
	}
	if p := new(Responder).explain(secret); p.Status != http.StatusInternalServerError {
		t.Errorf("got %d", p.Status)
	}
}
