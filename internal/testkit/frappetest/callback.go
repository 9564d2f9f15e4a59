package frappetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"strings"
)

// A broken is the reason why a sign-in fails, with the page that the site shows.
type broken struct {
	status int
	title  string // empty: the site's page for an internal error
	detail string // a traceback, which G1 shows to every visitor
}

func (b *broken) Error() string { return fmt.Sprintf("%d %s: %s", b.status, b.title, b.detail) }

// crash is an unhandled error of the site.
func crash(format string, args ...any) error {
	return &broken{status: http.StatusInternalServerError, detail: fmt.Sprintf(format, args...)}
}

// thrown is an error that the site shows on purpose.
func thrown(format string, args ...any) error {
	return &broken{status: http.StatusExpectationFailed, detail: fmt.Sprintf(format, args...)}
}

// callback is the redirect URI. It reads two parameters, ignores all others, and
// fails without both.
func (s *Secondary) callback(w http.ResponseWriter, r *http.Request, record string) {
	s.mu.Lock()
	key, found := s.keys[record]
	s.mu.Unlock()
	err := r.ParseForm()
	if err == nil && !found {
		err = crash("DoesNotExistError: Social Login Key %s", record)
	}
	for _, name := range []string{"code", "state"} {
		if err == nil && !r.Form.Has(name) {
			err = crash("TypeError: login_via missing 1 required positional argument: '%s'", name)
		}
	}
	var email, to string
	if err == nil {
		email, to, err = s.logIn(key, sanitize(r.Form.Get("code")), r.Form.Get("state"))
	}
	var b *broken
	switch {
	case errors.As(err, &b) && b.title != "":
		s.page(w, r, b.status, b.title, b.detail)
	case errors.As(err, &b):
		s.page(w, r, b.status, s.failed(), b.detail)
	case err != nil:
		s.page(w, r, http.StatusInternalServerError, s.failed(), err.Error())
	default:
		s.open(w, r, email, to)
	}
}

// logIn is a complete sign-in: it redeems the code, reads the user, and only then
// checks the state.
func (s *Secondary) logIn(key SocialLoginKey, code, state string) (email, to string, err error) {
	info, err := s.person(key, code)
	if err != nil {
		return "", "", err
	}
	if err := s.gate(key, info); err != nil {
		return "", "", err
	}
	to, err = s.readState(state)
	if errors.Is(err, errNoToken) {
		return "", "", &broken{http.StatusExpectationFailed, "Invalid Request", "Token is missing"}
	}
	if err != nil {
		return "", "", crash("the state: %v", err)
	}
	email = info.first("email", "upn", "unique_name")
	if email == "" {
		return "", "", &broken{http.StatusOK, "Invalid Request", "Please ensure that your profile has an email address"}
	}
	if err := s.update(key, email, info); err != nil {
		return "", "", err
	}
	return email, to, nil
}

// person redeems the code and reads userinfo. It does not check the status of
// either response.
func (s *Secondary) person(key SocialLoginKey, code string) (claims, error) {
	form := encode([][2]string{
		{"code", code}, {"redirect_uri", s.redirectURI(key)}, {"grant_type", "authorization_code"},
		{"client_id", key.ClientID}, {"client_secret", key.ClientSecret},
	})
	got, err := s.ask(request{method: http.MethodPost, url: key.address(key.AccessTokenURL), kind: "application/x-www-form-urlencoded", body: form})
	if err != nil {
		return nil, crash("%v", err)
	}
	var token map[string]any
	if err := json.Unmarshal(got.body, &token); err != nil {
		return nil, crash("JSONDecodeError in %s", got.body)
	}
	access, found := token["access_token"]
	if !found {
		return nil, crash("KeyError: Decoder failed to handle access_token with data as returned by provider: %s", got.body)
	}
	endpoint, err := key.userinfo()
	if err != nil {
		return nil, crash("%v", err)
	}
	got, err = s.ask(request{method: http.MethodGet, url: endpoint, credential: fmt.Sprintf("Bearer %v", access)})
	if err != nil {
		return nil, crash("%v", err)
	}
	var info claims
	if err := json.Unmarshal(got.body, &info); err != nil || info == nil {
		return nil, crash("JSONDecodeError in %s", got.body)
	}
	return info, nil
}

// gate admits users with an email and, since G4, only a verified one.
func (s *Secondary) gate(key SocialLoginKey, info claims) error {
	admitted := info.truthy("email_verified") || info.truthy("email")
	if s.Generation == G4 {
		verified, _ := info["email_verified"].(bool)
		admitted = verified || key.TrustUnverifiedEmail && info.truthy("email")
	}
	if !admitted {
		return thrown("Email not verified with %s", key.ProviderName)
	}
	return nil
}

// failed is the title of the error page.
func (s *Secondary) failed() string {
	if s.Generation == G1 {
		return "Server Error"
	}
	return "Error"
}

// page shows a message to a guest. G1 shows the traceback to every visitor.
func (s *Secondary) page(w http.ResponseWriter, r *http.Request, status int, title, detail string) {
	s.cookies(w, r, "", Account{FirstName: "Guest"})
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if status == http.StatusInternalServerError && s.Generation != G1 {
		detail = ""
	}
	_, _ = fmt.Fprintf(w, "<!doctype html><title>%s</title><pre>%s</pre>", html.EscapeString(title), html.EscapeString(detail))
}

// open begins a session and redirects. It ends the earlier session of this
// browser.
func (s *Secondary) open(w http.ResponseWriter, r *http.Request, email, to string) {
	s.mu.Lock()
	a := s.accounts[strings.ToLower(email)]
	sid := random(56)
	s.sessions[sid] = email
	s.mu.Unlock()
	switch {
	case to != "":
	case a.SystemUser:
		to = s.site()
	default:
		to = s.site() + "/me"
	}
	s.cookies(w, r, sid, a)
	w.Header().Set("Location", to)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusFound)
}

// cookies come with every response, for guests too; since G2 only those that
// differ from the browser's.
func (s *Secondary) cookies(w http.ResponseWriter, r *http.Request, sid string, a Account) {
	user, system := "Guest", "no"
	if sid == "" {
		sid = "Guest"
	} else {
		s.mu.Lock()
		user = s.sessions[sid]
		s.mu.Unlock()
	}
	if a.SystemUser {
		system = "yes"
	}
	all := [][2]string{{"sid", sid}, {"system_user", system}, {"full_name", percent(a.Name())}, {"user_id", percent(user)}}
	if s.Generation != G1 {
		all = append(all, [2]string{"user_lang", "en"})
		w.Header().Set("Cache-Control", "no-store,no-cache,must-revalidate,max-age=0")
	}
	if s.Generation == G1 || a.Picture != "" {
		all = append(all, [2]string{"user_image", percent(a.Picture)})
	}
	for _, c := range all {
		attributes := "; Path=/; SameSite=Lax"
		if c[0] == "sid" {
			attributes = "; Max-Age=612000; HttpOnly" + attributes
		} else if had, err := r.Cookie(c[0]); err == nil && had.Value == c[1] && s.Generation != G1 {
			continue
		}
		w.Header().Add("Set-Cookie", c[0]+"="+c[1]+attributes)
	}
}
