package federationtest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"
)

func (u *Upstream) discovery(w http.ResponseWriter, s Script) {
	doc := map[string]any{
		"issuer":                                         u.URL,
		"authorization_endpoint":                         u.URL + PathAuthorize,
		"token_endpoint":                                 u.URL + PathToken,
		"userinfo_endpoint":                              u.URL + PathUserinfo,
		"jwks_uri":                                       u.URL + PathKeys,
		"scopes_supported":                               []string{"openid", "profile", "email", "roles"},
		"response_types_supported":                       []string{"code", "id_token"},
		"subject_types_supported":                        []string{"public"},
		"id_token_signing_alg_values_supported":          []string{"RS256", "ES256", "HS256", "none"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_basic", "private_key_jwt"},
		"authorization_response_iss_parameter_supported": true,
		"end_session_endpoint":                           u.URL + PathEnd,
		"fedhub_servers_endpoint":                        u.URL + PathServers,
		"fedhub_name":                                    "Head Office",
	}
	if s.Offline != "" {
		doc["scopes_supported"] = []string{"openid", "profile", "email", "roles", "offline_access"}
	}
	if s.Discovery != nil {
		s.Discovery(doc)
	}
	writeJSON(w, http.StatusOK, doc)
}

// authorize signs in the user in login_hint, else ada, without a page.
func (u *Upstream) authorize(w http.ResponseWriter, r *http.Request, s Script) {
	q := r.URL.Query()
	if q.Get("client_id") != s.Client.ID || q.Get("response_type") != "code" ||
		!slices.Contains(strings.Fields(q.Get("scope")), "openid") || s.NoPKCE == (q.Get("code_challenge_method") == "S256") {
		http.Error(w, "not an authorization request of this client", http.StatusBadRequest)
		return
	}
	subject := q.Get("login_hint")
	if subject == "" {
		subject = "ada"
	}
	offline := slices.Contains(strings.Fields(q.Get("scope")), "offline_access")
	if offline && s.Offline == OfflineNoClient {
		back := url.Values{"error": {"invalid_scope"}, "error_description": {"Invalid scopes: " + q.Get("scope")}, "state": {q.Get("state")}, "iss": {u.URL}}
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
		return
	}
	code, now := "code-"+rand.Text(), u.now().Unix()
	u.mu.Lock()
	u.grants[code] = grant{
		redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge"),
		nonce: q.Get("nonce"), client: q.Get("client_id"), person: person{subject}, at: now, offline: offline,
	}
	u.mu.Unlock()
	back := url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {u.URL}}
	if s.Answer != nil {
		s.Answer(back)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func (u *Upstream) token(w http.ResponseWriter, r *http.Request, s Script) {
	if err := u.authenticate(r, s.Client); err != nil {
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client", "error_description": err.Error()})
		return
	}
	edit, redeem := s.Token, u.redeem
	if r.PostForm.Get("grant_type") == "refresh_token" {
		edit, redeem = s.Refresh, u.again
	}
	g, err := redeem(r.PostForm, s.Client.ID)
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant", "error_description": err.Error()})
		return
	}
	if g.offline && s.Offline == OfflineNoPerson {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "not_allowed", "error_description": "Offline tokens not allowed for the user or client"})
		return
	}
	access, refresh := "access-"+rand.Text(), "refresh-"+rand.Text()
	u.mu.Lock()
	u.access[access], u.fresh[refresh] = g.person, g
	u.mu.Unlock()
	answer := map[string]any{
		"access_token": access, "token_type": "Bearer", "expires_in": 300,
		"id_token": u.idToken(s, g, access), "refresh_token": refresh,
	}
	if s.Offline == OfflineNeeded && !g.offline {
		delete(answer, "refresh_token")
	}
	if edit != nil {
		edit(answer)
	}
	writeJSON(w, http.StatusOK, answer)
}

func (u *Upstream) redeem(form url.Values, client string) (grant, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	g, found := u.grants[form.Get("code")]
	switch {
	case form.Get("grant_type") != "authorization_code":
		return grant{}, errors.New("grant_type")
	case !found || g.client != client:
		return grant{}, errors.New("no such code")
	case g.redirect != form.Get("redirect_uri"):
		return grant{}, errors.New("redirect_uri")
	case g.challenge == "" && form.Has("code_verifier"), g.challenge != "" && g.challenge != oauth2.S256ChallengeFromVerifier(form.Get("code_verifier")):
		return grant{}, errors.New("code_verifier")
	}
	delete(u.grants, form.Get("code"))
	return g, nil
}

// again redeems a refresh token, which works once: the response has the next one.
// Its ID token has no nonce, but the auth_time of the sign-in (OpenID Connect
// Core §12.2).
func (u *Upstream) again(form url.Values, client string) (grant, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	g, found := u.fresh[form.Get("refresh_token")]
	if !found || g.client != client {
		return grant{}, errors.New("no such refresh token")
	}
	delete(u.fresh, form.Get("refresh_token"))
	g.nonce = ""
	return g, nil
}

// authenticate accepts only the registered authentication method.
func (u *Upstream) authenticate(r *http.Request, c Client) error {
	if c.Key != nil {
		return u.assertion(r.PostForm, c)
	}
	id, secret, basic := r.BasicAuth()
	if basic {
		id, _ = url.QueryUnescape(id) // RFC 6749 §2.3.1
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	if id != c.ID || secret != c.Secret {
		return errors.New("wrong client credentials")
	}
	return nil
}

// assertion checks private_key_jwt by RFC 7523 §3 and this project's stricter
// rules: one audience, a lifetime of at most a minute, a new jti.
func (u *Upstream) assertion(form url.Values, c Client) error {
	jws, err := jose.ParseSignedCompact(form.Get("client_assertion"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return errors.New("no assertion")
	}
	payload, err := jws.Verify(c.Key)
	if err != nil {
		return errors.New("the assertion's signature")
	}
	var claims struct {
		Iss, Sub, Aud, Jti string
		Iat, Exp           int64
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return errors.New("the assertion's claims")
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
		form.Get("client_id") != c.ID, claims.Iss != c.ID, claims.Sub != c.ID, strings.TrimSuffix(claims.Aud, "/") != u.URL,
		claims.Exp <= u.now().Unix(), claims.Exp-claims.Iat > 60,
		claims.Jti == "", u.used[claims.Jti]:
		return errors.New("the assertion does not hold")
	}
	u.used[claims.Jti] = true
	return nil
}

func (u *Upstream) idToken(s Script, g grant, access string) string {
	now := u.now()
	sum := sha256.Sum256([]byte(access))
	claims := map[string]any{
		"iss": u.URL, "sub": g.person.subject, "aud": g.client, "nonce": g.nonce,
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "auth_time": g.at,
		"sid": "sid-" + g.person.subject, "acr": "urn:example:loa2", "amr": []string{"pwd", "otp"},
		"at_hash": base64.RawURLEncoding.EncodeToString(sum[:16]),
	}
	if g.nonce == "" {
		delete(claims, "nonce")
	}
	if s.IDToken != nil {
		s.IDToken(claims)
	}
	if s.Sign != nil {
		return s.Sign(claims)
	}
	return u.SignClaims(claims, s.Header)
}

func (u *Upstream) userinfo(w http.ResponseWriter, r *http.Request, s Script) {
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	u.mu.Lock()
	who, found := u.access[bearer]
	u.mu.Unlock()
	if !found {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	claims := map[string]any{
		"sub": who.subject, "name": "Name of " + who.subject, "preferred_username": who.subject,
		"email": who.subject + "@example.org", "email_verified": true,
		"picture": "https://example.org/" + who.subject + ".png", "locale": "en-GB",
		"roles": []string{"staff", "admin"},
	}
	if s.Person != nil {
		s.Person(who.subject, claims)
	}
	if s.Userinfo != nil {
		s.Userinfo(claims)
	}
	if s.UserinfoJWT != nil {
		w.Header().Set("Content-Type", "application/jwt")
		w.Write([]byte(s.UserinfoJWT(claims))) //nolint:errcheck // the hub may have hung up
		return
	}
	writeJSON(w, http.StatusOK, claims)
}

// servers answers another hub's connection request.
func (u *Upstream) servers(w http.ResponseWriter, r *http.Request, s Script) {
	if r.Method != http.MethodPost || s.Client.Key == nil {
		http.NotFound(w, r)
		return
	}
	if err := u.assertion(r.PostForm, s.Client); err != nil {
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client", "error_description": err.Error()})
		return
	}
	status, body := http.StatusOK, `{"status":"pending","message":"Ask Grace."}`
	if s.Join != nil {
		status, body = s.Join(r.PostForm)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write([]byte(body))
}
