package frappetest

import (
	"strings"
	"time"
)

// site has the records of a recorded site.
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

// setting brings the site into the state in which an exchange was recorded,
// unless the exchanges before it have done so.
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
