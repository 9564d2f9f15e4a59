package frappetest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every request that a real site was asked as a provider is asked of the
// simulated one with the same records, and the answers are compared: status,
// headers, cookies, the members of the JSON and their types, and every word
// that a program would read.
func TestASimulatedPrimaryAnswersLikeARealOne(t *testing.T) {
	for _, row := range []struct {
		files      string
		generation Generation
		records    func(*Site)
	}{
		{"v15-primary-*", G1, recordsOf(v15)},
		{"v16-primary-*", G2a, recordsOf(v16)},
	} {
		var p *Primary
		var names *strings.Replacer // what was recorded, as it is called here
		var pairs []string
		file := ""
		for _, e := range Recorded(t, row.files) {
			if e.File != file {
				file, pairs = e.File, nil
				p = NewPlainPrimary(t, row.generation, row.records)
			}
			names = strings.NewReplacer(pairs...)
			p.Edit(func(s *Site) { setting(s, e) })
			got := asked(t, p, e, names)
			for _, difference := range compare(e, got) {
				t.Errorf("%s, %s: %s", e.File, e.Name, difference)
			}
			pairs = append(pairs, issued(e, got)...)
		}
	}
}

// site is what a recorded site had on record.
type site struct {
	secret, main, other, trusted, plain, desk, strange, two, implicit string
	ada, ben                                                          string // subjects
	tokens                                                            []Token
	used                                                              string // a code
}

const (
	asha  = "asha@example.com"
	kiran = "kiran@example.com"
)

var v15 = site{
	secret: "be3b1c2179", main: "tvm353lm47", other: "bkvfjukl7m", trusted: "n0d7ih3sv7", plain: "kjabpsomnh",
	desk: "pvn88dq4ul", strange: "c0o3tj93pl", two: "qnff4l60t1", implicit: "h4bsk380dv",
	ada: "839d91d1205895fdd7d102944e31d978d1df5fa", ben: "e8a15b1a5475971efe9fc848f656040d056a4bf",
	used: "k056aGYxVGGVAc761TJB4PeDT6WfpW",
	tokens: []Token{
		{Access: "uQ3zkZHTqze4zD2M0DtrhA0b8Uzal8", Refresh: "ppe4Dhykqh7bBXyZ26jdI6Kw5Mfvfr", Person: asha},
		{Access: "Zn00P8TOgEZ7AqFfzN8JLC2b8GNM9t", Person: kiran},
		{Access: "5iUzAczLBjXX1Q1WhQXZQ9Ucpq6KPq", Person: kiran},
		{Access: "PY0Uwnwwf2S09pLGgeB5j1Pif7yeqS", Person: "Administrator"},
		{Access: "fMADkO42JAwpzypUX4vZJUkyOlrctr", Person: asha, Scopes: "all"},
		{Access: "WQ1bw6FN5B9Y0z80u4XwX2IWX3xYKJ", Person: asha, Scopes: "all", Client: "kjabpsomnh"},
		{Access: "OuVctOqe6WKFTnGJaMQD855ZRJDeiG", Refresh: "uvVTYkTDmAn5bRhDraVicNWm57JEIA", Person: asha},
		{Access: "MwJT2rA8EnDBkuCHl0fmiwCttesRQ1", Refresh: "J2MVx1tY6c63oPPvAiu2on4vJIXxWT", Person: asha},
		{Access: "SMnmQIAfWUFuueyG5vlgjEbwEQI46M", Refresh: "juj5qUAiOMJR5RgKKZvU5nSVWNRWsr", Person: asha},
		{Access: "o5EJLiDha6Ug8mYYLekHZNmOpPsfPn", Refresh: "w60nZsWKSOmNl1xKIOFuXERDSyoodP", Person: asha, Scopes: "openid all"},
	},
}

var v16 = site{
	secret: "9570d918c0", main: "53f4tbd03j", other: "53ij2mfqu2", trusted: "53jrsrl3i4", plain: "53pmm6n7fl",
	desk: "53jss1ahjp", strange: "53m2nlkk57", two: "53mr21onr8", implicit: "55oi0lhuhi",
	ada: "d2ef3fcf6d709bdc98652f588c26341c61690c1", ben: "e099a26a3abc0603ea83e866a4d5b03918a6d25",
	used: "1zLL3iE4MTvic7c3GvN3DFuLGAajAm",
	tokens: []Token{
		{Access: "jEaMMpoXE2WS4xEcDAkR1Ip66ilvJa", Refresh: "Ww7scC8bXmLnDK5lqtbs4nxbUC6u3k", Person: asha},
		{Access: "OQ4Y6Lw8cWLKAW87YJ5MG6QVTMOFHI", Person: kiran},
		{Access: "1H0CNNWS25p6v1Hs8uHKzfkcit5q0i", Person: kiran},
		{Access: "mgT6PphIw91aO8Cs3iviJPnjPk8WnM", Person: "Administrator"},
		{Access: "HySKnwxNHBwz6EsXHlVv8FeIPIXpLa", Person: asha, Scopes: "all"},
		{Access: "96XVkw9XRHrCa6pIL63amPUqtGBE4h", Person: asha, Scopes: "all", Client: "53pmm6n7fl"},
		{Access: "GTICyCl3mYWRzHwtwWav1s6LdlEgeS", Refresh: "NQa3e2n775ltQUkKqPS5olKTLykAL9", Person: asha},
		{Access: "MWLmG4LezGF22KcIMt1IgHm8aB7cXm", Refresh: "308wu2Ja1E1r5bJHjxAe2uatPvGguW", Person: asha},
		{Access: "wgGhJHbIJIGICjn0RZmr6BOFfUe66v", Refresh: "lDwx9rdVV6Lo5RnuFLDQXhMyeYpy3t", Person: asha},
		{Access: "UPJQ2KOI3KqXUJhFSwz8a1wXCvsUoR", Refresh: "3cAkp0Iz9aGTiYdsfpEmbBHPor79HJ", Person: asha, Scopes: "openid all"},
	},
}

const callback = "https://hub.example.com/cb"

func recordsOf(r site) func(*Site) {
	return func(s *Site) {
		all := []string{"All"}
		for _, c := range []Client{
			{ID: r.main, RedirectURIs: callback, AllowedRoles: all},
			{ID: r.other, RedirectURIs: callback, AllowedRoles: all},
			{ID: r.trusted, RedirectURIs: callback, AllowedRoles: all, Trusted: true},
			{ID: r.plain, RedirectURIs: callback, AllowedRoles: all, Scopes: "all"},
			{ID: r.desk, RedirectURIs: callback},
			{ID: r.strange, RedirectURIs: "https://hub.example.com/other", AllowedRoles: all},
			{ID: r.two, RedirectURIs: callback + " https://hub.example.com/two?x=1", AllowedRoles: all},
			{ID: r.implicit, RedirectURIs: callback, AllowedRoles: all, Implicit: true},
		} {
			c.Secret, c.Name, c.Default = r.secret, "Hub", callback
			s.Clients[c.ID] = c
		}
		s.People[asha] = Person{Email: asha, Subject: r.ada, First: "Asha", Last: "Rao", Picture: "/files/asha.png", Password: "rig-Passw0rd-quartz-lantern",
			Roles: []string{"Website Manager", "All", "Guest", "Desk User"}}
		s.People[kiran] = Person{Email: kiran, Subject: r.ben, First: "Kiran", Roles: []string{"All", "Guest"}}
		s.People["Administrator"] = Person{Email: "admin@example.com", First: "Administrator", Roles: []string{"System Manager", "Guest", "All", "Desk User"}}
		for _, t := range r.tokens {
			t.Expires = time.Now().Add(time.Hour)
			if t.Client == "" {
				t.Client = r.main
			}
			if t.Scopes == "" {
				t.Scopes = "openid"
			}
			s.Tokens = append(s.Tokens, t)
		}
		s.Codes[r.used] = Code{Client: r.main, Person: asha, Scopes: "openid", Redirect: callback, Used: true}
	}
}

// setting puts the site in the state that it was in when an exchange was
// recorded, as far as the exchanges before have not.
func setting(s *Site, e Exchange) {
	cookies := e.Header.Get("Cookie")
	for address := range s.People {
		if strings.Contains(cookies, "user_id="+strings.ReplaceAll(address, "@", "%40")) && e.Name != "logout then authorize" {
			s.Sessions["SESSION"] = address
		}
	}
	main, other := v15.main, v15.other
	if strings.HasPrefix(e.File, "v16") {
		main, other = v16.main, v16.other
	}
	auto := func(setting string, tokens ...Token) { s.Skip, s.Tokens = setting, tokens }
	switch {
	case e.Name == "authorize Auto, no token on the site":
		auto("Auto")
	case e.Name == "authorize Auto, a token of another user and client":
		auto("Auto", Token{Person: kiran, Client: other})
	case e.Name == "authorize Auto, a token of this user and client", e.Name == "authorize Auto, the same, wider scope":
		auto("Auto", Token{Person: asha, Client: main, Scopes: "openid"})
	case e.Name == "authorize Force, a token of this user and client":
		auto("Force", Token{Person: asha, Client: main, Scopes: "openid"})
	case strings.HasPrefix(e.Name, "chained"):
		s.BaseURL = "https://upstream.example.com"
	case e.Name == "introspect expired", e.Name == "userinfo expired token":
		s.Tokens[1].Expires = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	case e.Name == "userinfo token of a disabled user":
		u := s.People[kiran]
		u.Disabled = true
		s.People[kiran] = u
	}
}

// asked asks what was asked then.
func asked(t *testing.T, p *Primary, e Exchange, names *strings.Replacer) Exchange {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), e.Method, p.URL, strings.NewReader(names.Replace(e.Body)))
	if err != nil {
		t.Fatal(err)
	}
	path, query, _ := strings.Cut(names.Replace(e.Target), "?")
	r.URL.Path, r.URL.RawQuery = path, query
	for name, values := range e.Header {
		for _, value := range values {
			r.Header.Add(name, names.Replace(value))
		}
	}
	r.Host = e.Header.Get("Host")
	r.Header.Del("Host")
	r.Header.Del("Content-Length")
	client := *p.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s: %v", e.Name, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := Exchange{Status: resp.StatusCode, AnswerHeader: resp.Header, Answer: string(body)}
	if !strings.Contains(resp.Header.Get("Content-Type"), "json") {
		got.Answer = ""
	}
	return got
}

var secretInURL = regexp.MustCompile(`(code|access_token)=[0-9A-Za-z]{30}\b`)

func compare(want, got Exchange) []string {
	var all []string
	differs := func(what string, a, b any) {
		if fmt.Sprint(a) != fmt.Sprint(b) {
			all = append(all, fmt.Sprintf("%s is\n\t%v here and was\n\t%v", what, b, a))
		}
	}
	differs("the status", want.Status, got.Status)
	for _, name := range []string{"Content-Type", "Www-Authenticate", "Cache-Control", "Vary", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Max-Age"} {
		differs(name, want.AnswerHeader.Get(name), got.AnswerHeader.Get(name))
	}
	mask := func(e Exchange) string { return secretInURL.ReplaceAllString(e.AnswerHeader.Get("Location"), "$1=…") }
	differs("the Location", mask(want), mask(got))
	differs("the cookies", cookies(want), cookies(got))
	differs("the answer", shape(want.Answer), shape(got.Answer))
	return all
}

func cookies(e Exchange) []string {
	var all []string
	for _, line := range e.AnswerHeader["Set-Cookie"] {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			return []string{err.Error()}
		}
		name := c.Name
		switch {
		case c.MaxAge < 0 || c.MaxAge == 0 && !c.Expires.IsZero():
			name += " ended"
		case c.HttpOnly:
			name += " unseen by scripts"
		}
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// told are the members whose very value a program reads.
var told = []string{
	"error", "description", "status_code", "exc_type", "message", "token_type", "expires_in", "scope", "active", "trusted_client", "sub", "email", "name",
	"given_name", "family_name", "picture", "iss", "issuer", "authorization_endpoint", "token_endpoint", "aud", "nonce", "client_name", "_error_message",
	"client_secret_expires_at", "redirect_uris", "grant_types", "response_types", "subject_types_supported", "client_id",
}

// shape is an answer without what chance or the machine gave it.
func shape(answer string) string {
	var v any
	if answer == "" {
		return ""
	}
	if err := json.Unmarshal([]byte(answer), &v); err != nil {
		return "not JSON"
	}
	text, _ := json.MarshalIndent(shaped("", v), "\t", " ")
	return string(text)
}

func shaped(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			out[name] = shaped(name, value)
		}
		if _, registered := v["client_id_issued_at"]; registered {
			out["client_id"] = len(v["client_id"].(string))
		}
		return out
	case []any:
		if !slices.Contains(told, name) {
			return "list"
		}
	case string:
		switch {
		case name == "id_token":
			return map[string]any{"header": part(v, 0), "claims": part(v, 1)}
		case name == "access_token", name == "refresh_token", name == "client_secret":
			return len(v)
		case !slices.Contains(told, name):
			return "string"
		}
	case float64:
		if !slices.Contains(told, name) {
			return "number"
		}
	}
	return v
}

func part(token string, i int) any {
	var v any
	if raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i]); err != nil || json.Unmarshal(raw, &v) != nil {
		return "unreadable"
	}
	return shaped("", v)
}

// issued pairs what was given out then with what was given out here.
func issued(then, now Exchange) []string {
	var pairs []string
	for _, place := range []func(Exchange) []string{codes, tokens} {
		a, b := place(then), place(now)
		for i := range min(len(a), len(b)) {
			pairs = append(pairs, a[i], b[i])
		}
	}
	return pairs
}

func codes(e Exchange) []string {
	var all []string
	for _, found := range regexp.MustCompile(`(?:code|access_token)=([0-9A-Za-z]{30})\b`).FindAllStringSubmatch(e.AnswerHeader.Get("Location"), -1) {
		all = append(all, found[1])
	}
	return all
}

func tokens(e Exchange) []string {
	var answer map[string]any
	if json.Unmarshal([]byte(e.Answer), &answer) != nil {
		return nil
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(answer)) {
		if value, ok := answer[name].(string); ok && (name == "access_token" || name == "refresh_token") {
			all = append(all, value)
		}
	}
	return all
}
