package redirecturi

import (
	gourl "net/url"
	"strings"
	"testing"

	"github.com/nlnwa/whatwg-url/url"
)

// tricks are addresses that net/url and browsers parse differently, or that were
// open redirects in other products.
func tricks() []string {
	return []string{
		"https:///evil.com/cb",
		"https:/app.example.com/cb",
		`https:\\app.example.com/cb`,
		`https://evil.com\@app.example.com/cb`,
		`https://app.example.com\.evil.com/cb`,
		"https://app.example.com%2eevil.com/cb",
		"https://app。example。com/cb",
		"https://аpp.example.com/cb",
		"http://127.1/cb",
		"http://2130706433/cb",
		"http://0x7f.1/cb",
		"http://127.0.0.1:80800/cb",
		"https://app.example.com/cb/%2e%2e/admin",
		"https://app.example.com/cb\n",
		"https://app.example.com;evil.com/cb",
		"https://app.example.com&evil.com/cb",
		`/\evil.com`,
		`\/evil.com`,
	}
}

// refusedAlways are refused at registration even in development.
func refusedAlways() []string {
	return append(tricks(),
		"", " ", "app.example.com/cb", "//app.example.com/cb", "/cb", "https:", "https://", "https:app.example.com/cb",
		"https://app.example.com@evil.com/cb", "https://a@b@evil.com/cb", "https://u:p@app.example.com/cb", "http://localhost@evil.com/",
		"https://app.example.com/cb/../admin", "https://app.example.com/./cb", "https://app.example.com/cb/..", "https://app.example.com/cb/..;/x",
		"https://app.example.com/cb/..%2f", "https://app.example.com/cb/%252e%252e/", "https://app.example.com/cb/.%2E/", "https://app.example.com/cb%5c",
		"https://app.example.com/..%3Fx/", "https://app.example.com/..%23/", "https://app.example.com/..%20/", "https://app.example.com/%E2%80%A5/", "https://app.example.com/%E2%80%A4%E2%80%A4/", "https://app.example.com/..%EF%BC%9B/", "https://app.example.com/..%c0%bb/",
		"https://app.example.com/cb#x", "https://app.example.com/cb#", "https://app.example.com#",
		"https://app.example.com:0/cb", "https://app.example.com:65536/cb", "https://app.example.com:08443/cb", "https://app.example.com:+8443/cb",
		"https://app.example.com./cb", "https://.example.com/cb", "https://app..example.com/cb",
		"*", "https://*.example.com/cb", "https://app.example.com*", "https://app.example.com/*", "https://app.example.com/cb.*",
		"^https://app.example.com/cb", "https://app.example.com/[a-z]", "https://app.example.com/a|b",
		"https://xn--/cb", "https://xn--app-.example.com/cb", "https://xn--a.example.com/cb", "https://xn--mnchen-3ya.xn--zzzzzzzzzz99/cb",
		"https://app.example.com/cb\r\nX: y", "https://app.example.com/\tcb", "https://app.example.com/cb\x00", "https://app.example.com/c b", "https://app.example.com/cb\x7f",
		"https://app.example.com/cb%00", "https://app.example.com/cb?x=%0d%0a", "https://app.example.com/cb%", "https://app.example.com/cb%zz", "https://app.example.com/cb?x=%1",
		"https://app.example.com/<cb>", "https://app.example.com/\"cb\"", "https://app.example.com/`", "https://app.example.com/{cb}",
		"https://127.1/cb", "https://0177.0.0.1/cb", "https://0x7f000001/cb", "https://256.1.1.1/cb", "https://1.2.3.4.5/cb", "https://app.0x/cb",
		"http://[::ffff:127.0.0.1]/cb", "http://[::1%25eth0]/cb", "http://[::1%eth0]/cb", "http://[0:0:0:0:0:0:0:1]/cb", "http://[::1/cb", "http://::1/cb", "http://[::1]x/cb",
		"javascript:alert(1)", "JaVaScRiPt://app.example.com/%0aalert(1)", "javascript://app.example.com/%0aalert(1)", "data:text/html,x", "vbscript:x", "blob:https://app.example.com/x",
		"file:///etc/passwd", "about:blank", "ftp://app.example.com/cb", "ws://app.example.com/cb", "myapp:/cb", "myapp://cb", ".:/cb", "a.:/cb", ".a:/cb",
		"com.example.app:cb", "com.example.app:", "com.example.app://u@host/cb", "com.example.app:/../cb",
		"HTTPS:///cb", "https://?x", "https://:443/cb", "com.example.app://", "com.example.app://?x", "com.example.app://:80/cb", "COM:/cb", "DATA:text/html,x", "Data:/x", "FILE:///x",
		"https://app.example.com:443@evil.com/cb", "https://APP.example.com@evil.com/", "https://app.example.com:443.evil.com/cb", "https://app.example.com:4４3/cb",
		"https://app_1%2eexample.com/cb", "https://app'.example.com/cb", "https://app$.example.com/cb", "https://app(1).example.com/cb", "https://app,b.example.com/cb", "https://app~.example.com/cb", "https://app!.example.com/cb",
		"https://APP.EXAMPLE.COM./cb", "https://my_app.xn--mnchen-3ya.example/cb", "https://0X7F000001/cb", "https://127.0.0.1.:443/cb", "https://127.1:443/cb", "https://0x7f.0X1/cb", "http://[::FFFF:127.0.0.1]/cb", "com.example.app://127.1/cb", "com.example.app://0x7f/",
		"https%3A%2F%2Fapp.example.com%2Fcb", "https://app.example.com/"+strings.Repeat("a", 2048),
	)
}

func TestARedirectURIWithATwoFacedReadingIsNotRegistered(t *testing.T) {
	for _, raw := range refusedAlways() {
		if err := Validate(raw, true); err == nil {
			t.Errorf("%q was accepted", raw)
		}
	}
}

// Dot segments are found even if they are percent-encoded several times.
func TestADotSegmentIsFoundInEveryDisguise(t *testing.T) {
	for _, dots := range []string{
		".", "..", "%2e", "%2E", "%2e%2e", ".%2e", "%2e.", "%2E%2e", "..;", ".;", "..;x=1", "..%3b", "..%3Bx", "%2e%2e;x", "%2e%2e%3b",
		"..%2f", "..%2F", "%2e%2e%2f", "..%5c", "%2e%2e%5C", "x%2f..", "x%2f..%2f", "x%2f%2e%2e", "x%2F.%2Fy", "x%2f..;y",
		"%252e%252e", "%252e.", "..%252f", "x%252f..", "%25252e%25252e", "%2525252e%2525252e", "..%253b", "%252e%252e%253bx", "x%252f%252e%252e%252f", "%25%32%65%25%32%65", "..%255c",
		"%c0%ae%c0%ae", "%C0%AE.", "..%c0%af", "%e0%80%ae%e0%80%ae", "%f0%80%80%ae.", "..%c1%9c", "%25c0%25ae%25c0%25ae", "%ef%bc%8e%ef%bc%8e", "..%ef%bc%8f", "..%ef%bc%bc",
		"..%3f", "..%3Fx", "..%23", "..%253fx", "x%2f..%23y", "..%20", "%20..", ".%20", "..%2520", "..%c2%a0", "..%20;x", "..%c0%a0",
		"%e2%80%a5", "%e2%80%a4%e2%80%a4", ".%e2%80%a4", "%ef%b9%92%ef%b9%92", "..%ef%bc%9b", "..%ef%b9%94x", "..%cd%be", "..%c0%bb", "..%e0%80%bb", "..%c0%bf", "..%ef%bc%9f", "..%ef%bc%83", "..%e0%81%9c",
	} {
		for _, form := range []string{"/%s", "/%s/cb", "/a/%s/b", "/a/b/%s"} {
			for _, base := range []string{"https://app.example.com", "http://localhost:80", "com.example.app:", "com.example.app://", "com.example.app://host"} {
				if raw := base + strings.Replace(form, "%s", dots, 1); Validate(raw, true) == nil {
					t.Errorf("%q was accepted", raw)
				}
			}
		}
	}
}

// Addresses come from unauthenticated requests, so the number of decoding passes
// is limited.
func TestAPathIsEncodedAFewTimesAtMost(t *testing.T) {
	const base = "https://app.example.com/100%"
	for times, accepted := range map[int]bool{1: true, 3: true, 4: false, 1000: false} {
		raw := base + strings.Repeat("25", times)
		if got := Validate(raw, true) == nil; got != accepted {
			t.Errorf("encoded %d times: accepted is %v", times, got)
		}
		if cost := testing.AllocsPerRun(5, func() { _, _ = Parse(raw) }); cost > 200 {
			t.Errorf("encoded %d times: reading it takes %v allocations", times, cost)
		}
	}
}

// Addresses that RFC 3986 allows and that all parsers read alike.
func TestWhatExactComparisonCanCarryIsRegistered(t *testing.T) {
	for raw, want := range map[string]URI{
		"app.immich:///oauth-callback":                   {"app.immich", "", "", "/oauth-callback", ""},
		"com.example.app:////cb":                         {"com.example.app", "", "", "//cb", ""},
		"Com.Example.App:/cb":                            {"com.example.app", "", "", "/cb", ""},
		"com.example.app://Host:80/cb":                   {"com.example.app", "Host", "80", "/cb", ""},
		"https://app.example.com:443/cb":                 {"https", "app.example.com", "", "/cb", ""},
		"https://app.example.com:/cb":                    {"https", "app.example.com", "", "/cb", ""},
		"http://localhost:80/cb":                         {"http", "localhost", "", "/cb", ""},
		"http://localhost:443/cb":                        {"http", "localhost", "443", "/cb", ""},
		"https://my_app.corp.example/cb":                 {"https", "my_app.corp.example", "", "/cb", ""},
		"https://_dmz.corp.example:8443":                 {"https", "_dmz.corp.example", "8443", "", ""},
		"https://-r3---sn.example.com/cb":                {"https", "-r3---sn.example.com", "", "/cb", ""},
		"https://App.Example.COM/CB":                     {"https", "app.example.com", "", "/CB", ""},
		"HTTPS://APP.example.com:443?x=1":                {"https", "app.example.com", "", "", "x=1"},
		"https://XN--MNCHEN-3YA.example/cb":              {"https", "xn--mnchen-3ya.example", "", "/cb", ""},
		"https://[2001:DB8::1]:443/cb":                   {"https", "[2001:db8::1]", "", "/cb", ""},
		"https://app.example.com/a%2Fb":                  {"https", "app.example.com", "", "/a%2Fb", ""},
		"https://app.example.com/a%2fb%20c":              {"https", "app.example.com", "", "/a%2fb%20c", ""},
		"https://app.example.com/100%25":                 {"https", "app.example.com", "", "/100%25", ""},
		"https://app.example.com/..a%3fb/%20x/%E2%80%A6": {"https", "app.example.com", "", "/..a%3fb/%20x/%E2%80%A6", ""},
		"https://app.example.com/v1%2E2":                 {"https", "app.example.com", "", "/v1%2E2", ""},
		"https://app.example.com/(a)/$b/'c'":             {"https", "app.example.com", "", "/(a)/$b/'c'", ""},
		"https://app.example.com/cb?x=('$')":             {"https", "app.example.com", "", "/cb", "x=('$')"},
		"https://app.example.com/.well-known/...":        {"https", "app.example.com", "", "/.well-known/...", ""},
	} {
		if err := Validate(raw, false); err != nil {
			t.Errorf("refused: %v", err)
		}
		if got, _ := Parse(raw); got != want {
			t.Errorf("%s: got %+v, want %+v", raw, got, want)
		}
		agree(t, raw)
	}
}

// However two spellings are read, one does not stand for the other.
func TestOneSpellingIsNotAnother(t *testing.T) {
	spellings := []string{
		"https://app.example.com/a/cb", "https://APP.example.com/a/cb", "HTTPS://app.example.com/a/cb", "https://app.example.com:443/a/cb", "https://app.example.com:/a/cb",
		"https://app.example.com/a%2Fcb", "https://app.example.com/a%2fcb", "https://app.example.com/%61/cb", "https://app.example.com/A/cb",
	}
	for _, registered := range spellings {
		for _, asked := range spellings {
			if got := Match([]string{registered}, asked, true); got != (registered == asked) {
				t.Errorf("%q registered, %q asked: %v", registered, asked, got)
			}
		}
	}
}

func TestTheUsualRedirectURIsAreRegistered(t *testing.T) {
	for _, raw := range []string{
		"https://app.example.com/cb", "https://app.example.com", "https://app.example.com/", "https://app.example.com:8443/cb?x=1&y=%20z",
		"https://app.example.com/api/method/frappe.integrations.oauth2_logins.custom/fedhub", "https://app.example.com/~me/@you/a;b,c:d=e%C3%A9!&'+",
		"https://xn--mnchen-3ya.example/cb", "https://192.0.2.7/cb", "https://[2001:db8::1]:8443/cb", "https://intranet/cb",
		"http://localhost/cb", "http://localhost:3000", "http://127.0.0.1:8082/cb", "http://127.0.0.1/cb", "http://[::1]/cb", "http://[::1]:9/cb",
		"com.example.app:/cb", "com.example.app://callback", "com.example.app:/oauth2redirect/fedhub?x=1",
	} {
		if err := Validate(raw, false); err != nil {
			t.Errorf("refused: %v", err)
		}
	}
}

func TestPlainHTTPIsForLoopbackUnlessAllowed(t *testing.T) {
	for _, raw := range []string{
		"http://app.example.com/cb", "http://127.0.0.2/cb", "http://localhost.evil.com/cb", "http://127.0.0.1.evil.com/cb", "http://10.0.0.1/cb", "http://0.0.0.0/cb",
	} {
		if err := Validate(raw, false); err == nil {
			t.Errorf("%q was accepted", raw)
		}
		if err := Validate(raw, true); err != nil {
			t.Errorf("in development: %v", err)
		}
	}
}

func TestOnlyTheRegisteredStringIsARedirectURI(t *testing.T) {
	registered := []string{"https://app.example.com/cb", "https://app.example.com/two?a=1&b=2", "https://foo.example.com/cb"}
	for _, asked := range append(refusedAlways(),
		"https://app.example.com.evil.com/cb", "https://app.example.com/cbX", "https://app.example.com/cb/", "https://app.example.com/c", "https://app.example.com/CB",
		"https://app.example.com/two?b=2&a=1", "https://app.example.com/two", "https://app.example.com/two?a=1&b=2&c=3", "https://app.example.com/cb?",
		"https://app.example.com:8443/cb", "http://app.example.com/cb", "https://fooaexample.com/cb", "https://fooxexample.com/cb",
		"http://127.0.0.1/callback", "http://127.0.0.1:1/cb", "https%253A%252F%252Fapp.example.com%252Fcb", " https://app.example.com/cb",
	) {
		if Match(registered, asked, false) {
			t.Errorf("%q was allowed", asked)
		}
	}
	for _, asked := range registered {
		if !Match(registered, asked, false) {
			t.Errorf("%q is registered and was not allowed", asked)
		}
	}
}

func TestANativeAppMayChooseItsLoopbackPort(t *testing.T) {
	registered := []string{"http://127.0.0.1/cb", "http://[::1]/cb", "com.example.app:/cb"}
	for _, asked := range []string{
		"http://127.0.0.1/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1:51004/cb", "http://127.0.0.1:65535/cb", "http://[::1]:51004/cb", "com.example.app:/cb",
	} {
		if !Match(registered, asked, true) {
			t.Errorf("%q was not allowed", asked)
		}
	}
	for _, asked := range append(refusedAlways(),
		"http://127.0.0.1:0/cb", "http://127.0.0.1:/cb", "http://127.0.0.1:80800/cb", "http://127.0.0.1:65536/cb", "http://127.0.0.1:051004/cb", "http://127.0.0.1:5x/cb", "http://127.0.0.1:-1/cb",
		"http://127.1:5000/cb", "http://2130706433:5000/cb", "http://0x7f.1:5000/cb", "http://0177.0.0.1:5000/cb", "http://127.0.0.2:5000/cb",
		"http://[::ffff:127.0.0.1]:5000/cb", "http://[::1%25lo]:5000/cb", "https://127.0.0.1:5000/cb",
		"http://127.0.0.1:5000/other", "http://127.0.0.1:5000/cb/", "http://127.0.0.1:5000/cb?x=1", "http://127.0.0.1:5000", "http://localhost:5000/cb",
		"http://127.0.0.1:5000@evil.com/cb", "http://127.0.0.1.evil.com/cb", "http://localhost@evil.com/", "http://localhost.evil.com/", "com.example.app:/cb2",
	) {
		if Match(registered, asked, true) {
			t.Errorf("%q was allowed", asked)
		}
	}
}

func TestThePortOfALocalhostNameIsFreeForAnInstalledApp(t *testing.T) {
	registered := []string{"http://localhost/cb"}
	for asked, allowed := range map[string]bool{
		"http://localhost:7001/cb": true, "http://localhost/cb": true,
		"http://localhost:0/cb": false, "http://localhost:7001/other": false, "https://localhost:7001/cb": false,
		"http://127.0.0.1:7001/cb": false, "http://localhost.evil.com/cb": false, "http://localhost:7001@evil.com/cb": false, "http://LOCALHOST:7001/cb": false,
	} {
		if Match(registered, asked, true) != allowed {
			t.Errorf("%q: allowed is not %v", asked, allowed)
		}
	}
}

// However scheme and host are written: the request has them as they were registered.
func TestThePortIsFreeInEverySpellingOfLoopback(t *testing.T) {
	spellings := []string{"http://127.0.0.1", "HTTP://127.0.0.1", "http://[::1]", "Http://[::1]", "http://localhost", "http://LocalHost", "HTTP://LOCALHOST"}
	for _, registered := range spellings {
		for _, asked := range spellings {
			for _, port := range []string{"", ":", ":80", ":3000"} {
				if got := Match([]string{registered + port + "/cb"}, asked+":7001/cb", true); got != (registered == asked) {
					t.Errorf("%q with the port %q registered, %q asked: %v", registered, port, asked, got)
				}
			}
		}
	}
	for _, asked := range []string{"http://LocalHost:0/cb", "http://LocalHost:7001/other", "http://LocalHost:7001@evil.com/cb", "http://LocalHost:1:7001/cb", "http://LocalHost:7001", "https://LocalHost:7001/cb"} {
		if Match([]string{"http://LocalHost/cb", "http://LocalHost@evil.com/cb"}, asked, true) {
			t.Errorf("%q was allowed", asked)
		}
	}
	if Match([]string{"http://LocalHost/cb"}, "http://LocalHost:7001/cb", false) {
		t.Error("for an app that is not installed, too")
	}
}

// A registered address must be read by a browser exactly as by us.
func FuzzRedirectURIRegister(f *testing.F) {
	for _, raw := range refusedAlways() {
		f.Add(raw)
	}
	for _, raw := range []string{
		"https://app.example.com/cb", "https://app.example.com", "https://app.example.com?x=1", "https://xn--mnchen-3ya.example/cb", "https://xn--ls8h.la/x",
		"https://[2001:db8::1]:8443/cb", "http://[::]/", "https://1.2.3.4/", "http://localhost:1/?a=b", "app.immich:///oauth-callback", "HTTPS://My_App.Example:443/a%2Fb/($')?x='", "a.b://Host:80//x", "https://a.b:",
		"https://a/%25", "https://a/%c0%ae%c0%ae", "https://-a-/", "https://a_.xn--mnchen-3ya/", "https://[ABCD::1]:443", "com.example.app://host/cb?x", "com.example.app:/cb", "a.b://1.2/x", "a-b.c+d:/",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if Validate(raw, true) == nil {
			agree(t, raw)
		}
	})
}

// agree checks that Go and a browser (WHATWG) parse an accepted address alike:
// the same scheme, host, port and path, and nothing else but a query.
func agree(t *testing.T, raw string) {
	t.Helper()
	for i := range len(raw) {
		if c := raw[i]; c <= ' ' || c > '~' || c == '\\' || c == '#' || c == '*' {
			t.Fatalf("accepted %q with the character %q", raw, c)
		}
	}
	ours, err := Parse(raw)
	if err != nil {
		t.Fatalf("accepted %q and cannot parse it: %v", raw, err)
	}
	if ours.Web() && ours.Host == "" || strings.ToLower(ours.Scheme) != ours.Scheme || ours.Web() && strings.ToLower(ours.Host) != ours.Host {
		t.Fatalf("accepted %q without a host, or not in a browser's spelling: %+v", raw, ours)
	}
	browsers(t, raw, ours)
	theirs, err := gourl.Parse(raw)
	if err != nil {
		t.Fatalf("accepted %q, which Go refuses: %v", raw, err)
	}
	if theirs.User != nil || theirs.Fragment != "" || theirs.Opaque != "" {
		t.Fatalf("accepted %q, in which Go sees a user, a fragment or no path", raw)
	}
	host, port := theirs.Hostname(), theirs.Port()
	if ours.Web() {
		host = strings.ToLower(host)
	}
	if port == map[string]string{"https": "443", "http": "80"}[ours.Scheme] {
		port = ""
	}
	if got, want := [5]string{theirs.Scheme, host, port, theirs.EscapedPath(), theirs.RawQuery},
		[5]string{ours.Scheme, strings.Trim(ours.Host, "[]"), ours.Port, ours.Path, ours.Query}; got != want {
		t.Fatalf("%q: Go reads %q, we read %q", raw, got, want)
	}
}

func browsers(t *testing.T, raw string, ours URI) {
	t.Helper()
	theirs, err := url.NewParser().Parse(raw)
	if err != nil {
		t.Fatalf("accepted %q, which a browser refuses: %v", raw, err)
	}
	if theirs.Username() != "" || theirs.Password() != "" || theirs.Fragment() != "" {
		t.Fatalf("accepted %q, in which a browser sees a user or a fragment", raw)
	}
	path, query := ours.Path, ours.Query
	if ours.Web() {
		query = strings.ReplaceAll(query, "'", "%27") // which means the same
		if path == "" {
			path = "/"
		}
	}
	if got, want := [5]string{theirs.Scheme(), theirs.Hostname(), theirs.Port(), theirs.Pathname(), strings.TrimPrefix(theirs.Search(), "?")},
		[5]string{ours.Scheme, ours.Host, ours.Port, path, query}; got != want {
		t.Fatalf("%q: a browser reads %q, we read %q", raw, got, want)
	}
}

// A matching address is the registered string, or differs only in a valid port of
// a loopback IP address.
func FuzzRedirectURIMatch(f *testing.F) {
	for _, asked := range refusedAlways() {
		f.Add("https://app.example.com/cb", asked)
		f.Add("http://127.0.0.1/cb", asked)
	}
	f.Add("http://127.0.0.1/cb", "http://127.0.0.1:5000/cb")
	f.Add("http://[::1]:1/cb", "http://[::1]:65535/cb")
	f.Add("http://127.0.0.1:x@evil.com/cb", "http://127.0.0.1:80/cb")
	f.Add("http://127.0.0.1", "http://127.0.0.1:80")
	f.Add("HTTP://LocalHost:/cb", "HTTP://LocalHost:7001/cb")
	f.Fuzz(func(t *testing.T, registered, asked string) {
		if got, want := Match([]string{registered}, asked, false), registered == asked; got != want {
			t.Fatalf("web client with %q: %q gives %v", registered, asked, got)
		}
		if !Match([]string{registered}, asked, true) || registered == asked {
			return
		}
		for _, host := range []string{"http://127.0.0.1", "http://[::1]", "http://localhost"} {
			if len(registered) < len(host) || !strings.EqualFold(registered[:len(host)], host) || !strings.HasPrefix(asked, registered[:len(host)]) {
				continue
			}
			host = registered[:len(host)]
			rest := strings.TrimPrefix(asked, host+":")
			digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
			port, tail := rest[:digits], rest[digits:]
			bare := strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(registered, host), ":"), "0123456789")
			if ValidPort(port) && tail == bare && (tail == "" || tail[0] == '/' || tail[0] == '?') {
				return
			}
		}
		t.Fatalf("native client with %q allows %q", registered, asked)
	})
}
