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
	"github.com/fedhub/fedhub/templates"
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
	if l.Allow("192.0.2.200") {
		t.Error("addresses of one /24 count apart")
	}
	if !l.Allow("192.0.3.1") {
		t.Error("another network is slowed down too")
	}
	for range 3 {
		l.Allow("2001:db8::1")
	}
	if l.Allow("2001:db8:0:ff::2") {
		t.Error("addresses of one /56 count apart")
	}
	if !l.Allow("2001:db8:0:100::2") {
		t.Error("another /56 is slowed down too")
	}
	now = now.Add(time.Second)
	if !l.Allow("192.0.2.1") || l.Allow("192.0.2.1") {
		t.Error("a second brings back other than one")
	}
	for i := range maxLimited + 100 {
		l.Allow(netip.AddrFrom4([4]byte{byte(10 + i>>16), byte(i >> 8), byte(i), 1}).String())
	}
	if l.byKey.Len() != maxLimited {
		t.Errorf("%d addresses are remembered", l.byKey.Len())
	}
}

// An office behind one address is counted by itself, and gets more.
func TestALargeNetworkGetsMore(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	large := Networks{{netip.MustParsePrefix("192.0.2.0/24"), 2}, {netip.MustParsePrefix("192.0.2.7/32"), 10}}
	l := large.NewLimiter(Rate{3, time.Second}, func() time.Time { return now })
	g := large.NewGuesser(Rate{3, time.Second}, func() time.Time { return now })
	for ip, want := range map[string]int{"192.0.2.7": 30, "::ffff:192.0.2.8": 6, "192.0.3.7": 3, "2001:db8::1": 3} {
		got := 0
		for l.Allow(ip) {
			got++
		}
		guesses := 0
		for ; g.Check("app", ip) == nil; guesses++ {
			g.Wrong("app", ip)
		}
		if got != want || guesses != want {
			t.Errorf("%s may do %d and guess %d, want %d", ip, got, guesses, want)
		}
	}
	now = now.Add(time.Second)
	for range 10 {
		if !l.Allow("192.0.2.7") {
			t.Fatal("it does not get more each second")
		}
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
		if strings.Contains(p.Heading.English()+p.Text.English()+protocol.Description(templates.Sentence), "10.0.0.7") {
			t.Errorf("the face of %v shows the cause", tt.err)
		}
	}
	if p := new(Responder).explain(secret); p.Status != http.StatusInternalServerError {
		t.Errorf("got %d", p.Status)
	}
}
