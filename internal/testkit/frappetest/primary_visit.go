package frappetest

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// Buttons of the consent page.
const (
	Allow = "Allow"
	Deny  = "Deny"
)

// login stands in for the login page: it signs in any user without a password.
func (v *visit) login() {
	to := v.params().Get("redirect-to")
	if v.r.Method != http.MethodPost {
		v.page(http.StatusOK, "Login", `<form method="post" action="/login"><input name="usr"><input type="hidden" name="redirect-to" value="`+html.EscapeString(to)+`"></form>`)
		return
	}
	u, found := v.People[v.form.Get("usr")]
	if !found || u.Disabled || !strings.HasPrefix(to, v.origin+"/") {
		v.frappeError(http.StatusUnauthorized, "AuthenticationError", "")
		return
	}
	sid := drawn(letters, 40)
	v.Sessions[sid], v.session = u.Email, u.Email
	v.r.Header.Set("Cookie", "sid="+sid)
	v.redirect(http.StatusFound, to)
}

// logout is /?cmd=web_logout: it ends the session and shows a page.
func (v *visit) logout() {
	delete(v.Sessions, v.sid())
	v.session = ""
	v.page(http.StatusOK, "Logged Out", "")
}

// consent shows the consent page. Before G3 its buttons are two addresses in a
// script; the address of Deny is built without a check.
func (v *visit) consent(req demand, approve string) {
	var b strings.Builder
	fmt.Fprintf(&b, "<p>%s wants to access the following details from your account</p>", html.EscapeString(req.client.Name))
	for _, scope := range strings.Fields(req.scopes) {
		fmt.Fprintf(&b, "<li>%s</li>", html.EscapeString(scope))
	}
	deny := req.client.redirect(req.params) + "?error=access_denied"
	if v.g < G3 {
		fmt.Fprintf(&b, "<script>$('#Allow').on('click', () => window.location.replace(%q)); $('#Deny').on('click', () => window.location.replace(%q));</script>", approve, deny)
	} else {
		fmt.Fprintf(&b, `<form id="Allow" method="post" action="%s"><input type="hidden" name="csrf_token" value="%s"></form><a id="Deny" href="%s">Deny</a>`,
			html.EscapeString(approve), csrf(v.sid()), html.EscapeString(deny))
	}
	v.page(http.StatusOK, "Confirm Access", b.String())
}

// A Stop is the page at which a browser stops.
type Stop struct {
	Status int
	To     string // the target of the redirect, if it left the site
	Body   string
}

// Visit opens an address of the site as a user, presses a button of the consent
// page if there is one, and stops at a redirect to another host or at a page
// without that button.
func (p *Primary) Visit(t testing.TB, address, who, button string) Stop {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := *p.Client()
	client.Jar = jar
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	send := func(method, address string, form url.Values) Stop {
		t.Helper()
		return sent(t, &client, method, address, form)
	}
	at := send(http.MethodGet, address, nil)
	for range 10 {
		to, away := p.local(at.To)
		switch {
		case away:
			return at
		case strings.HasPrefix(at.To, "/login?"):
			login, _ := url.Parse(to)
			at = send(http.MethodPost, p.URL+"/login", url.Values{"usr": {who}, "redirect-to": login.Query()["redirect-to"]})
		case to != "":
			at = send(http.MethodGet, to, nil)
		case strings.Contains(at.Body, "Confirm Access"):
			method, address, form := pressed(at.Body, button)
			if to, away := p.local(address); away {
				return Stop{http.StatusOK, address, at.Body}
			} else {
				at = send(method, to, form)
			}
		default:
			return at
		}
	}
	t.Fatalf("the site sends the browser round and round, now to %q", at.To)
	return Stop{}
}

func sent(t testing.TB, client *http.Client, method, address string, form url.Values) Stop {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Stop{resp.StatusCode, resp.Header.Get("Location"), string(text)}
}

// local is the absolute address of a path of the site.
func (p *Primary) local(to string) (address string, away bool) {
	switch {
	case to == "":
		return "", false
	case strings.HasPrefix(to, "/"):
		return p.URL + to, false
	}
	return to, !strings.HasPrefix(to, p.URL+"/")
}

var (
	scripted = regexp.MustCompile(`window\.location\.replace\("((?:[^"\\]|\\.)*)"\)`)
	formed   = regexp.MustCompile(`action="([^"]*)"><input type="hidden" name="csrf_token" value="([^"]*)"`)
	linked   = regexp.MustCompile(`id="Deny" href="([^"]*)"`)
)

// pressed is the request of a button on the consent page.
func pressed(body, button string) (method, address string, form url.Values) {
	if found := scripted.FindAllStringSubmatch(body, 2); len(found) == 2 {
		if button == Deny {
			return http.MethodGet, found[1][1], nil
		}
		return http.MethodGet, found[0][1], nil
	}
	if button == Deny {
		return http.MethodGet, html.UnescapeString(linked.FindStringSubmatch(body)[1]), nil
	}
	found := formed.FindStringSubmatch(body)
	return http.MethodPost, html.UnescapeString(found[1]), url.Values{"csrf_token": {found[2]}}
}
