package hubtest

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"hash"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Jwks reads the hub's keys and checks them against RFC 7517: every key has a
// unique kid and no private or symmetric member.
func (e *Exam) Jwks() jose.JSONWebKeySet {
	e.Helper()
	r := e.Site.Get(e.T, e.Site.At(e.T, "jwks_uri"))
	Want(e, "JWKS", r.Status, http.StatusOK)
	var raw struct{ Keys []map[string]any }
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(r.Body), &raw); err != nil {
		e.Fatal(err)
	}
	if err := json.Unmarshal([]byte(r.Body), &set); err != nil {
		e.Fatal(err)
	}
	seen := map[string]bool{}
	for i, key := range raw.Keys {
		kid, _ := key["kid"].(string)
		if kid == "" || seen[kid] {
			e.Errorf("key %d of the JWKS has the kid %q, which must be there and differ", i, kid)
		}
		seen[kid] = true
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k", "oth"} {
			if key[private] != nil {
				e.Errorf("key %s publishes its %s", kid, private)
			}
		}
		if !set.Keys[i].Valid() || !set.Keys[i].IsPublic() {
			e.Errorf("key %s cannot be used", kid)
		}
	}
	return set
}

// asymmetric are the algorithms a token of the hub may be signed with.
var asymmetric = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

// Verified checks the signature against the JWKS and returns header and claims.
func (e *Exam) Verified(what, token string) (jose.Header, map[string]any) {
	e.Helper()
	signed, err := jose.ParseSignedCompact(token, asymmetric)
	if err != nil {
		e.Fatalf("%s: %v: %s", what, err, token)
	}
	header := signed.Signatures[0].Protected
	keys := e.Jwks()
	found := keys.Key(header.KeyID)
	if header.KeyID == "" || len(found) != 1 {
		e.Fatalf("%s: its kid %q is not in the JWKS", what, header.KeyID)
	}
	payload, err := signed.Verify(found[0])
	if err != nil {
		e.Fatalf("%s: %v", what, err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		e.Fatal(err)
	}
	return header, claims
}

// An idToken is the expected context of an ID token.
type idToken struct {
	client string
	nonce  string
	access string // issued with it
	code   string // issued with it
	state  string
	front  bool // it came from the authorization endpoint
}

// checkIDToken checks an ID token against OIDC Core §2 and §3.1.3.7.
func (e *Exam) checkIDToken(token string, about idToken) map[string]any {
	e.Helper()
	header, claims := e.Verified("ID token", token)
	now := float64(e.Site.Clock.Now().Unix())
	Want(e, "iss", claims["iss"], any(e.Site.URL))
	audience, several := claims["aud"].([]any)
	if claims["aud"] != about.client && !(several && slices.Contains(audience, any(about.client))) {
		e.Errorf("aud is %v, want %s", claims["aud"], about.client)
	}
	number := func(name string) float64 { n, _ := claims[name].(float64); return n }
	if exp := number("exp"); exp <= now || exp > now+50*365*24*3600 {
		e.Errorf("exp is %v, and it is %v", claims["exp"], now)
	}
	if math.Abs(number("iat")-now) > 300 {
		e.Errorf("iat is %v, and it is %v", claims["iat"], now)
	}
	if at := number("auth_time"); claims["auth_time"] != nil && (at < now-365*24*3600 || at > now+1) {
		e.Errorf("auth_time is %v, and it is %v", claims["auth_time"], now)
	}
	if acr, there := claims["acr"]; there && (acr == "" || acr == nil) {
		e.Errorf("acr is there and empty")
	}
	if nonce, there := claims["nonce"]; there != (about.nonce != "") || (there && nonce != about.nonce) {
		e.Errorf("nonce is %v, want %q", nonce, about.nonce)
	}
	if sub, _ := claims["sub"].(string); sub == "" || len(sub) > 255 {
		e.Errorf("sub is %v", claims["sub"])
	}
	e.checkHash(header.Algorithm, claims, "at_hash", about.access, about.front)
	e.checkHash(header.Algorithm, claims, "c_hash", about.code, about.front)
	e.checkHash(header.Algorithm, claims, "s_hash", about.state, false)
	e.CheckClaims(claims)
	return claims
}

// checkHash compares at_hash, c_hash or s_hash (OIDC Core §3.3.2.11).
func (e *Exam) checkHash(alg string, claims map[string]any, name, of string, required bool) {
	e.Helper()
	got, there := claims[name]
	if !there && !(required && of != "") {
		return
	}
	if of == "" {
		e.Errorf("%s is there, and what it is the hash of is not", name)
		return
	}
	if sum := leftHalf(alg, of); got != sum {
		e.Errorf("%s is %v, want %s", name, got, sum)
	}
}

func leftHalf(alg, s string) string {
	var h hash.Hash
	switch {
	case alg == "EdDSA" || strings.HasSuffix(alg, "512"):
		h = sha512.New()
	case strings.HasSuffix(alg, "384"):
		h = sha512.New384()
	default:
		h = sha256.New()
	}
	h.Write([]byte(s))
	sum := h.Sum(nil)
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

var birthdate = regexp.MustCompile(`^(\d{4}|\d{4}-\d{2}-\d{2})$`)

// CheckClaims checks standard claims against the types of OIDC Core §5.1. Missing
// values are omitted, never null or empty.
func (e *Exam) CheckClaims(claims map[string]any) {
	e.Helper()
	for name, value := range claims {
		switch name {
		case "email_verified", "phone_number_verified":
			if _, ok := value.(bool); !ok {
				e.Errorf("%s is %T, not a boolean", name, value)
			}
		case "updated_at", "exp", "iat", "auth_time", "nbf":
			if _, ok := value.(float64); !ok {
				e.Errorf("%s is %T, not a number", name, value)
			}
		case "address":
			parts, ok := value.(map[string]any)
			if !ok || len(parts) == 0 {
				e.Errorf("address is %v, not an object with something in it", value)
			}
			for part, text := range parts {
				e.checkText("address."+part, text)
			}
		case "birthdate":
			e.checkText(name, value)
			if text, _ := value.(string); !birthdate.MatchString(text) {
				e.Errorf("birthdate is %q", text)
			}
		case "sub", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile",
			"picture", "website", "email", "gender", "zoneinfo", "locale", "phone_number":
			e.checkText(name, value)
		default:
			if value == nil || value == "" {
				e.Errorf("%s is %v; it should be left out", name, value)
			}
		}
	}
}

func (e *Exam) checkText(name string, value any) {
	e.Helper()
	if text, ok := value.(string); !ok || strings.TrimSpace(text) == "" || text == "null" {
		e.Errorf("%s is %#v, not a text", name, value)
	}
}

// describable are the characters allowed in error_description (RFC 6749
// §4.1.2.1).
var describable = regexp.MustCompile(`^[\x20-\x21\x23-\x5B\x5D-\x7E]*$`)

// checkArrival checks an authorization response against the profile: its place,
// state and iss, and that no other place has parameters.
func (e *Exam) checkArrival(a arrival, request url.Values) {
	e.Helper()
	if a.By == "" {
		e.Fatalf("the browser was not sent back; it is at %.100s, status %d: %s", a.page.URL, a.page.Status, Gist(a.page.Body))
	}
	for name, values := range a.Values {
		Want(e, "how often "+name+" comes", len(values), 1)
	}
	if uri := request.Get("redirect_uri"); uri != "" {
		registered, err := url.Parse(uri)
		if err != nil {
			e.Fatal(err)
		}
		for name, values := range registered.Query() {
			if !slices.Equal(a.query[name], values) {
				e.Errorf("the query of the redirect_uri did not survive: %s is %v", name, a.query[name])
			}
		}
		registered.RawQuery = ""
		Want(e, "where the answer goes", a.To, registered.String())
	}
	if a.By != "query" && (a.query.Has("code") || a.query.Has("error") || a.query.Has("state")) {
		e.Errorf("the answer is in the %s, and there is one in the query too: %v", a.By, a.query)
	}
	Want(e, "state", a.Values.Get("state"), request.Get("state"))
	if a.Values.Has("iss") {
		Want(e, "iss (RFC 9207)", a.Values.Get("iss"), e.Site.URL)
	}
}

// checkGood checks a successful response against OAuth 2.0 Multiple Response
// Types §3.
func (e *Exam) checkGood(a arrival, request url.Values) {
	e.Helper()
	e.checkArrival(a, request)
	if a.Values.Has("error") {
		e.Fatalf("the answer is an error: %v", a.Values)
	}
	Want(e, "where the answer is", a.By, e.Place())
	for member, wanted := range map[string]bool{
		"code": e.Wants("code"), "id_token": e.Wants("id_token"), "access_token": e.Wants("token"), "token_type": e.Wants("token"),
	} {
		Want(e, member+" is in the answer", a.Values.Get(member) != "", wanted)
	}
	if e.Wants("token") {
		Want(e, "token_type", a.Values.Get("token_type"), "Bearer")
		if a.Values.Get("expires_in") == "" {
			e.Errorf("expires_in should be there")
		}
		e.checkSecret("access_token", a.Values.Get("access_token"))
	}
	if e.Wants("code") {
		e.checkSecret("code", a.Values.Get("code"))
	}
}

// CheckRefused checks an error response against RFC 6749 §4.1.2.1, and its code
// against the allowed ones.
func (e *Exam) CheckRefused(a arrival, request url.Values, codes ...string) {
	e.Helper()
	e.checkArrival(a, request)
	if got := a.Values.Get("error"); !slices.Contains(codes, got) {
		e.Errorf("error is %q (%s), want one of %v", got, a.Values.Get("error_description"), codes)
	}
	for name := range a.Values {
		if !slices.Contains([]string{"error", "error_description", "error_uri", "state", "session_state", "iss"}, name) && !e.registeredQuery(request, name) {
			e.Errorf("%s is in an error answer", name)
		}
	}
	if text := a.Values.Get("error_description"); !describable.MatchString(text) {
		e.Errorf("error_description %q has characters that RFC 6749 does not allow", text)
	}
}

func (e *Exam) registeredQuery(request url.Values, name string) bool {
	u, err := url.Parse(request.Get("redirect_uri"))
	return err == nil && u.Query().Has(name)
}

// checkSecret estimates the entropy of a code or token from its characters: at
// least 128 bits of length and 96 bits of entropy, with the characters of RFC
// 6749 appendix A.
func (e *Exam) checkSecret(what, secret string) {
	e.Helper()
	counts := map[rune]float64{}
	for _, r := range secret {
		if r < 0x20 || r > 0x7E {
			e.Errorf("%s has the character %q", what, r)
		}
		counts[r]++
	}
	var each float64
	length := float64(len(secret))
	for _, n := range counts {
		each -= n / length * math.Log2(n/length)
	}
	if length*8 < 128 || each*length < 96 {
		e.Errorf("%s %q has an entropy of about %.0f bits", what, secret, each*length)
	}
}

// CheckTokens checks a successful token response against RFC 6749 §5.1.
func (e *Exam) CheckTokens(r Reply) {
	e.Helper()
	if r.Status != http.StatusOK {
		e.Fatalf("token endpoint: got %d %s", r.Status, r.Body)
	}
	e.CheckJSON("token endpoint", r)
	Want(e, "Cache-Control", r.Header.Get("Cache-Control"), "no-store")
	Want(e, "token_type", r.Str("token_type"), "Bearer")
	e.checkSecret("access_token", r.Str("access_token"))
	if token, there := r.JSON["refresh_token"]; there {
		text, _ := token.(string)
		e.checkSecret("refresh_token", text)
	}
	life, _ := r.JSON["expires_in"].(float64)
	if life < 1 || life > (30*24*time.Hour).Seconds() {
		e.Errorf("expires_in is %v", r.JSON["expires_in"])
	}
	for name, value := range r.JSON {
		if value == nil || value == "" {
			e.Errorf("%s is %v in a token answer", name, value)
		}
	}
}

func (e *Exam) CheckJSON(what string, r Reply) {
	e.Helper()
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "application/json" || r.JSON == nil {
		e.Errorf("%s: got Content-Type %q: %s", what, r.Header.Get("Content-Type"), r.Body)
	}
}

// CheckTokenError checks a token error against RFC 6749 §5.2.
func (e *Exam) CheckTokenError(what string, r Reply, status int, codes ...string) {
	e.Helper()
	e.CheckJSON(what, r)
	if r.Status != status || !slices.Contains(codes, r.Str("error")) {
		e.Errorf("%s: got %d %s, want %d and one of %v", what, r.Status, strings.TrimSpace(r.Body), status, codes)
	}
	if text := r.Str("error_description"); !describable.MatchString(text) {
		e.Errorf("%s: error_description %q has characters that RFC 6749 does not allow", what, text)
	}
}

// CheckStays checks that the hub shows an error page and does not redirect.
func (e *Exam) CheckStays(a arrival, says string) {
	e.Helper()
	if a.By != "" || a.page.Status < 400 || a.page.Status >= 500 {
		e.Fatalf("got %d and an answer by %q to %s, want a page", a.page.Status, a.By, a.page.Location)
	}
	if !strings.Contains(a.page.Header.Get("Content-Type"), "text/html") {
		e.Errorf("the page is %s", a.page.Header.Get("Content-Type"))
	}
	if !regexp.MustCompile(says).MatchString(a.page.Body) {
		e.Errorf("the page does not say %s: %s", says, Gist(a.page.Body))
	}
}

// Gist is the text of a page's main part, for messages of tests.
func Gist(body string) string {
	_, rest, _ := strings.Cut(body, "<main")
	text, _, _ := strings.Cut(rest, "</main>")
	return strings.Join(strings.Fields(tags.ReplaceAllString("<"+text, " ")), " ")
}

var tags = regexp.MustCompile(`<[^>]*>`)
