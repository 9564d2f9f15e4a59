package signin_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// guess tries a wrong password in a browser, and returns the result.
func guess(b *hubtest.Browser) hubtest.Page {
	p := b.Open("/signin?local=1")
	return b.Submit(p, "/signin", "email", "ada@example.org", "password", "wrong")
}

// A cloud gateway writes address and port, 203.0.113.9:61598. Limits and the
// audit log use the address. Other headers of a visitor are ignored.
func TestAVisitorComesFromWhereTheProxySays(t *testing.T) {
	for name, tt := range map[string]struct {
		config hub.Config
		header string
		lines  []string
		want   string
	}{
		"an address":                 {hubtest.BehindProxy(), "X-Forwarded-For", []string{"203.0.113.9"}, "203.0.113.9"},
		"with a port":                {hubtest.BehindProxy(), "X-Forwarded-For", []string{"203.0.113.9:61598"}, "203.0.113.9"},
		"IPv6 with a port":           {hubtest.BehindProxy(), "X-Forwarded-For", []string{"[2001:db8::9]:61598"}, "2001:db8::9"},
		"behind what was there":      {hubtest.BehindProxy(), "X-Forwarded-For", []string{"192.0.2.66", "198.51.100.7, 203.0.113.9"}, "203.0.113.9"},
		"no address":                 {hubtest.BehindProxy(), "X-Forwarded-For", []string{"192.0.2.66, unknown"}, "127.0.0.1"},
		"Forwarded, which is not on": {hubtest.BehindProxy(), "Forwarded", []string{"for=203.0.113.9"}, "127.0.0.1"},
		"Forwarded":                  {hub.Config{TrustedProxies: hubtest.BehindProxy().TrustedProxies, ProxyHeader: "forwarded"}, "Forwarded", []string{`for="203.0.113.9:61598";proto=https`}, "203.0.113.9"},
		"no proxy":                   {hub.Config{}, "X-Forwarded-For", []string{"203.0.113.9"}, "127.0.0.1"},
		"X-Real-IP":                  {hubtest.BehindProxy(), "X-Real-Ip", []string{"203.0.113.9"}, "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.config.Limits.SignIns.Burst = 3
			w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), tt.config)
			w.Clock.Stop()
			visitor := func(n int) *hubtest.Browser {
				// The visitor cannot avoid the limit by sending other addresses.
				return w.Browser().With(tt.header, tt.lines...).With("X-Real-IP", netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}).String())
			}
			if tt.header == "X-Real-Ip" {
				visitor = func(int) *hubtest.Browser { return w.Browser().With(tt.header, tt.lines...) }
			}
			for n := range 3 {
				hubtest.Want(t, "a guess", guess(visitor(n)).Status, http.StatusUnauthorized)
			}
			hubtest.Want(t, "one too many", guess(visitor(3)).Status, http.StatusTooManyRequests)
			if log := w.Logs.String(); !strings.Contains(log, "ip="+tt.want) || strings.Contains(log, "ip=192.0.2.") {
				t.Errorf("the audit log names somebody else than %s: %s", tt.want, log)
			}
		})
	}
}

// An unlisted proxy causes one log line and a warning on the overview.
func TestAProxyThatIsNotSetUpRightIsNoticed(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	op := w.Operator()
	b := w.Browser().From("203.0.113.9")
	for range 99 {
		b.Open("/signin")
	}
	const unlisted = "sends X-Forwarded-For in many requests"
	if strings.Contains(op.Open("/admin").Body, unlisted) || strings.Contains(w.Logs.String(), unlisted) {
		t.Fatal("a few requests make a proxy")
	}
	for range 150 {
		b.Open("/signin")
	}
	home := op.Open("/admin")
	if list := home.Text("attention"); !strings.Contains(list, "127.0.0.1 "+unlisted) {
		t.Errorf("the overview says %q", list)
	}
	hubtest.Want(t, "lines in the log", strings.Count(w.Logs.String(), unlisted), 1)
	// A health check does not remove the warning.
	if list := op.Submit(home, "/admin/check").Text("attention"); !strings.Contains(list, unlisted) {
		t.Errorf("after a round the overview says %q", list)
	}

	behind := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hubtest.BehindProxy())
	op = behind.Operator()
	for range 3 {
		behind.Browser().From("203.0.113.9, _hidden").Open("/signin")
	}
	if list := op.Open("/admin").Text("attention"); !strings.Contains(list, "127.0.0.1 does not send a valid visitor address in X-Forwarded-For (_hidden)") {
		t.Errorf("the overview says %q", list)
	}
	hubtest.Want(t, "lines in the log", strings.Count(behind.Logs.String(), "does not say whom it speaks for"), 1)

	// Requests from public addresses are a visitor's own, so their headers cause
	// no warning.
	for range 150 {
		r := httptest.NewRequest(http.MethodGet, behind.URL+"/signin", nil)
		r.RemoteAddr = "198.51.100.7:4000"
		r.Header.Set("X-Forwarded-For", "10.0.0.1")
		behind.Hub.ServeHTTP(httptest.NewRecorder(), r)
	}
	if strings.Contains(behind.Logs.String(), unlisted) {
		t.Error("a stranger caused the warning")
	}
}

func TestNobodyTrustsEverybodyByAccident(t *testing.T) {
	trusting := func(ranges ...string) hub.Config {
		c := hub.Config{URL: "https://id.example.org", SecretKey: make([]byte, 32)}
		for _, r := range ranges {
			c.TrustedProxies = append(c.TrustedProxies, netip.MustParsePrefix(r))
		}
		return c
	}
	for _, all := range [][]string{{"0.0.0.0/0"}, {"::/0"}, {"0.0.0.0/1", "128.0.0.0/1"}, {"10.0.0.0/8", "::ffff:0:0/96"}} {
		c := trusting(all...)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), "FEDHUB_TRUST_EVERY_PROXY") {
			t.Errorf("%v: %v", all, err)
		}
		c.TrustEveryProxy = true
		if err := c.Check(); err != nil {
			t.Errorf("%v, confirmed: %v", all, err)
		}
	}
	c := trusting("10.0.0.0/8", "fd00::/8")
	if err := c.Check(); err != nil {
		t.Error(err)
	}
	if c.ProxyHeader = "X-Real-IP"; c.Check() == nil {
		t.Error("any header is believed")
	}
}
