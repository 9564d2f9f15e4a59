package frappetest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A demand is a valid authorization request.
type demand struct {
	client Client
	params url.Values
	scopes string
}

// authorize redirects a guest to the login page without any check, and a
// signed-in user to consent.
func (v *visit) authorize() {
	q := v.params()
	if v.g == G1 && !q.Has("redirect_uri") {
		v.page(http.StatusInternalServerError, "Error", "")
		return
	}
	if v.session == "" {
		v.redirect(http.StatusFound, "/login?redirect-to="+escaped(v.origin+v.r.URL.Path+"?"+unquoted.Replace(spelled(v.r.URL.RawQuery))))
		return
	}
	req, ok := v.checked(q)
	if !ok {
		return
	}
	approve := "/api/method/frappe.integrations.oauth2.approve?" + spelled(q.Encode())
	if v.r.Method == http.MethodGet {
		approve = "/api/method/frappe.integrations.oauth2.approve?" + spelled(v.r.URL.RawQuery)
	}
	switch {
	case !v.skips(req.client):
		v.consent(req, approve)
	case v.g >= G3:
		v.grant(req)
	default:
		v.redirect(http.StatusFound, approve)
	}
}

func (v *visit) params() url.Values {
	q := v.r.URL.Query()
	for name, values := range v.form {
		q[name] = append(q[name], values...)
	}
	return q
}

// unquoted decodes these characters of an address before the redirect to the
// login page, as the framework does.
var unquoted = strings.NewReplacer("%3A", ":", "%2F", "/")

// spelled writes spaces of a query as %20.
func spelled(query string) string { return strings.ReplaceAll(query, "+", "%20") }

func escaped(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// once are parameters that may appear only once.
var once = []string{"client_id", "response_type", "redirect_uri", "scope", "state"}

// hybrid are response types that pass here and fail when the code is made.
var hybrid = []string{"id_token", "id_token token", "code id_token", "code token id_token"}

// checked checks a request against the records, in the library's order.
func (v *visit) checked(q url.Values) (demand, bool) {
	fail := func(code, description string) (demand, bool) {
		v.pageError(http.StatusBadRequest, code, description)
		return demand{}, false
	}
	for _, name := range once {
		if len(q[name]) > 1 {
			return fail("invalid_request", "Duplicate "+name+" parameter.")
		}
	}
	client, known := v.Clients[q.Get("client_id")]
	kind := q.Get("response_type")
	scopes, allowed := client.granted(q)
	switch {
	case !q.Has("client_id"):
		return fail("invalid_request", "Missing client_id parameter.")
	case !known || !client.lets(v.People[v.session]):
		return fail("invalid_request", "Invalid client_id parameter value.")
	case !client.has(client.redirect(q)):
		return fail("invalid_request", "Mismatching redirect URI.")
	case kind == "":
		return fail("invalid_request", "Missing response_type parameter.")
	case kind != "code" && kind != "token" && !slices.Contains(hybrid, kind):
		return fail("unsupported_response_type", "")
	case kind == "token" && !client.Implicit, kind == "code" && client.Implicit:
		return fail("unauthorized_client", "")
	case v.g >= G4 && client.AuthMethod == None && kind == "code" && !q.Has("code_challenge"):
		return fail("invalid_request", "Code challenge required.")
	case !v.transforms(client, q):
		return fail("invalid_request", "Transform algorithm not supported.")
	case !allowed:
		return fail("invalid_scope", "")
	}
	return demand{client, q, scopes}, true
}

// transforms checks code_challenge_method, case-sensitively. In the newest
// generation, public clients cannot use "plain".
func (v *visit) transforms(c Client, q url.Values) bool {
	method := q.Get("code_challenge_method")
	if v.g >= G4 && c.AuthMethod == None {
		return method == "S256"
	}
	return method == "" || method == "S256" || method == "plain"
}

func (c Client) redirect(q url.Values) string {
	if q.Has("redirect_uri") {
		return q.Get("redirect_uri")
	}
	return c.Default
}

func (c Client) has(redirect string) bool {
	return slices.Contains(strings.Split(c.RedirectURIs, " "), redirect)
}

// lets reports whether the user has a role that may use the client.
func (c Client) lets(u Person) bool {
	allowed := c.AllowedRoles
	if len(allowed) == 0 {
		allowed = []string{"Desk User"}
	}
	return slices.ContainsFunc(allowed, func(role string) bool { return slices.Contains(u.Roles, role) })
}

func (c Client) list() []string {
	if c.Scopes == "" {
		return []string{"all", "openid"}
	}
	return strings.Fields(c.Scopes)
}

func (c Client) granted(q url.Values) (scopes string, allowed bool) {
	asked := strings.Fields(q.Get("scope"))
	if len(asked) == 0 {
		asked = c.list()
	}
	return strings.Join(asked, " "), !slices.ContainsFunc(asked, func(s string) bool { return !slices.Contains(c.list(), s) })
}

// skips reports whether consent is skipped. "Auto" looks for a token that is not
// revoked; the generations differ in which user and client it must belong to.
func (v *visit) skips(c Client) bool {
	if c.Trusted || v.Skip != "Auto" {
		return c.Trusted
	}
	return slices.ContainsFunc(v.Tokens, func(t Token) bool {
		return !t.Revoked && (v.g == G1 || t.Person == v.session) && (v.g < G3 || t.Client == c.ID)
	})
}

// approve is the target of Allow. Before G3 a link from any page works (no CSRF
// protection).
func (v *visit) approve() {
	if v.session == "" {
		v.page(http.StatusForbidden, "Not Permitted", "")
		return
	}
	if v.g >= G3 && (v.r.Method != http.MethodPost || v.form.Get("csrf_token") != csrf(v.sid())) {
		v.frappeError(http.StatusBadRequest, "CSRFTokenError", "Invalid Request")
		return
	}
	q := v.r.URL.Query()
	req, ok := v.checked(q)
	if !ok {
		return
	}
	state := q.Get("state")
	switch {
	case slices.Contains(hybrid, q.Get("response_type")):
		v.missing("OAuth Bearer Token", "None")
	case strings.ContainsFunc(state, func(r rune) bool { return r > '~' || strings.ContainsRune(`{}" `, r) }):
		v.page(http.StatusInternalServerError, "Error", "")
	default:
		v.grant(req)
	}
}

// csrf is the CSRF token of a session.
func csrf(sid string) string { return "csrf-" + sid }

// grant makes a code, or a token for an implicit client, and redirects to the
// client.
func (v *visit) grant(req demand) {
	q, to := req.params, req.client.redirect(req.params)
	if req.client.Implicit {
		t := v.issue(req.client, v.session, req.scopes, false)
		answer := "access_token=" + t.Access + "&expires_in=3600&token_type=Bearer&scope=" + escaped(t.Scopes)
		v.redirect(http.StatusFound, to+"#"+answer+stated(q))
		return
	}
	code := drawn(letters, 30)
	method := q.Get("code_challenge_method")
	if method == "" {
		method = "plain"
	}
	v.Codes[code] = Code{
		Client: req.client.ID, Person: v.session, Scopes: req.scopes, Redirect: to,
		Nonce: q.Get("nonce"), Challenge: q.Get("code_challenge"), Method: method,
	}
	v.redirect(http.StatusFound, joined(to, "code="+code+stated(q)))
}

func stated(q url.Values) string {
	if !q.Has("state") {
		return ""
	}
	return "&state=" + escaped(q.Get("state"))
}

func joined(to, query string) string {
	if strings.Contains(to, "?") {
		return to + "&" + query
	}
	return to + "?" + query
}
