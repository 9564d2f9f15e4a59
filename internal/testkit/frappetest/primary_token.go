package frappetest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// tokenAnswer has its members in the site's order.
type tokenAnswer struct {
	Access  string `json:"access_token"`
	Expires int    `json:"expires_in"`
	Type    string `json:"token_type"`
	Scope   string `json:"scope"`
	Refresh string `json:"refresh_token,omitempty"`
	ID      string `json:"id_token,omitempty"`
}

// token is the token endpoint.
func (v *visit) token() {
	switch {
	case v.r.Method != http.MethodPost:
		v.pageError(http.StatusBadRequest, "invalid_request", "Unsupported request method "+v.r.Method)
		return
	case v.r.URL.RawQuery != "":
		v.pageError(http.StatusBadRequest, "invalid_request", "URL query parameters are not allowed")
		return
	}
	switch v.form.Get("grant_type") {
	case "authorization_code":
		v.redeem()
	case "refresh_token":
		v.refresh()
	case "client_credentials":
		if _, ok := v.proven(v.form); ok {
			v.oauthError("unauthorized_client", "")
		}
	case "password":
		v.password()
	default:
		v.oauthError("unsupported_grant_type", "")
	}
}

// proven is the authenticated client. Before G4 a client_id is enough, unless the
// cookies name another user than the session.
func (v *visit) proven(form url.Values) (Client, bool) {
	if v.g >= G4 {
		return v.authenticated(form)
	}
	id := form.Get("client_id")
	client, known := v.Clients[id]
	if !known {
		v.missing("OAuth Client", id)
		return Client{}, false
	}
	says := "Guest"
	if c, err := v.r.Cookie("user_id"); err == nil {
		says, _ = url.QueryUnescape(c.Value)
	}
	is := v.session
	if is == "" {
		is = "Guest"
	}
	if says != is {
		v.oauthError("invalid_client", "")
		return Client{}, false
	}
	return client, true
}

// authenticated requires the client's registered method, and no second one.
func (v *visit) authenticated(form url.Values) (Client, bool) {
	name, password, basic := v.r.BasicAuth()
	if basic { // RFC 6749 §2.3.1
		name, _ = url.QueryUnescape(name)
		password, _ = url.QueryUnescape(password)
	}
	id := form.Get("client_id")
	if basic && id == "" {
		id = name
	}
	client, known := v.Clients[id]
	ok := known
	switch client.AuthMethod {
	case None:
		ok = ok && !basic && !form.Has("client_secret")
	case Post:
		ok = ok && !basic && form.Get("client_secret") == client.Secret
	default:
		ok = ok && basic && name == id && password == client.Secret && !form.Has("client_secret")
	}
	if !ok {
		v.json(http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
	}
	return client, ok
}

// redeem redeems a code, which never expires and works once.
func (v *visit) redeem() {
	form := v.form
	switch {
	case !form.Has("code"):
		v.oauthError("invalid_request", "Missing code parameter.")
		return
	case v.g < G4 && !form.Has("client_id"):
		v.broken()
		return
	}
	client, ok := v.proven(form)
	if !ok {
		return
	}
	code, known := v.Codes[form.Get("code")]
	switch {
	case !known || code.Used || code.Client != client.ID:
		v.oauthError("invalid_grant", "")
		return
	case code.Challenge != "" && !code.verified(form.Get("code_verifier")):
		delete(v.Codes, form.Get("code"))
		v.oauthError("invalid_grant", "")
		return
	case !client.has(client.redirect(form)): // of the client, not of the code
		v.oauthError("invalid_request", "Mismatching redirect URI.")
		return
	}
	code.Used = true
	v.Codes[form.Get("code")] = code
	t := v.issue(client, code.Person, code.Scopes, true)
	answer := tokenAnswer{t.Access, 3600, "Bearer", t.Scopes, t.Refresh, ""}
	if slices.Contains(strings.Fields(t.Scopes), "openid") && slices.Contains(client.list(), "openid") {
		answer.ID = v.idToken(client, code, t.Access)
	}
	v.json(http.StatusOK, answer)
}

// verified does not check the length of a verifier.
func (c Code) verified(verifier string) bool {
	if verifier == "" || c.Method == "plain" {
		return verifier != "" && verifier == c.Challenge
	}
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:]) == c.Challenge
}

// broken is the error for a missing client_id.
func (v *visit) broken() {
	body := map[string]any{"exc_type": "AttributeError"}
	if v.g == G1 {
		body["exception"], body["exc"] = "AttributeError: 'NoneType' object has no attribute 'split'", "Traceback (most recent call last): …"
	}
	v.json(http.StatusInternalServerError, body)
}

func (v *visit) issue(c Client, person, scopes string, refresh bool) Token {
	t := Token{Access: drawn(letters, 30), Client: c.ID, Person: person, Scopes: scopes, Expires: v.now().Add(time.Hour)}
	if refresh {
		t.Refresh = drawn(letters, 30)
	}
	v.Tokens = append(v.Tokens, t)
	return t
}

// refresh issues a new pair without client authentication. Before G3 the old pair
// stays valid.
func (v *visit) refresh() {
	form := v.form
	if !form.Has("refresh_token") {
		v.oauthError("invalid_request", "Missing refresh token parameter.")
		return
	}
	client := Client{}
	if v.g >= G4 || form.Has("client_id") {
		var ok bool
		if client, ok = v.proven(form); !ok {
			return
		}
	}
	i := slices.IndexFunc(v.Tokens, func(t Token) bool { return t.Refresh == form.Get("refresh_token") && !t.Revoked })
	if i < 0 {
		v.missing("OAuth Bearer Token", "{'refresh_token': '"+form.Get("refresh_token")+"', 'status': 'Active'}")
		return
	}
	old := v.Tokens[i]
	if client.ID == "" {
		client = v.Clients[old.Client]
	}
	scopes := strings.Fields(old.Scopes)
	if asked := strings.Fields(form.Get("scope")); len(asked) > 0 {
		if slices.ContainsFunc(asked, func(s string) bool { return !slices.Contains(scopes, s) }) {
			v.oauthError("invalid_scope", "")
			return
		}
		scopes = asked
	}
	if v.g >= G3 {
		v.Tokens[i].Revoked = true
	}
	t := v.issue(client, old.Person, strings.Join(scopes, " "), true)
	v.json(http.StatusOK, tokenAnswer{t.Access, 3600, "Bearer", t.Scopes, t.Refresh, ""})
}

// password is a grant that skips the second factor; the newest generation removed
// it.
func (v *visit) password() {
	if v.g >= G4 {
		v.oauthError("unsupported_grant_type", "")
		return
	}
	u, found := v.People[v.form.Get("username")]
	if !found || u.Password == "" || u.Password != v.form.Get("password") {
		body := map[string]any{"message": "Invalid login credentials", "exc_type": "AuthenticationError"}
		if v.g == G1 {
			body["exception"], body["exc"] = "frappe.exceptions.AuthenticationError", "Traceback (most recent call last): …"
		}
		v.json(http.StatusUnauthorized, body)
		return
	}
	client, ok := v.proven(v.form)
	if !ok {
		return
	}
	scopes := v.form.Get("scope")
	if scopes == "" {
		scopes = strings.Join(client.list(), " ")
	}
	t := v.issue(client, u.Email, scopes, true)
	v.json(http.StatusOK, tokenAnswer{t.Access, 3600, "Bearer", t.Scopes, t.Refresh, ""})
}
