package frappe_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

// A forger between the site and the hub changes the site's responses. It signs
// with the client secret (HS256), as a site does.
type forger struct {
	*stage
	inner   http.RoundTripper
	idToken func(claims map[string]any, access string) string // instead of the site's; nil: as it is
	profile func(claims map[string]any)
}

func newForger(t *testing.T, edit func(*frappetest.Client, *federation.LoginKey)) *forger {
	t.Helper()
	f := &forger{stage: newStage(t, frappetest.G4, edit)}
	client := *f.Client()
	f.inner, client.Transport = client.Transport, f
	f.env.HTTP = &client
	f.reopen()
	return f
}

func (f *forger) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := f.inner.RoundTrip(r)
	if err != nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	var answer map[string]any
	if json.Unmarshal(body, &answer) == nil {
		f.change(r.URL.Path, answer)
		if body, err = json.Marshal(answer); err != nil {
			return nil, err
		}
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Del("Content-Length")
	return resp, nil
}

func (f *forger) change(path string, answer map[string]any) {
	if strings.HasSuffix(path, "openid_profile") && f.profile != nil {
		f.profile(answer)
	}
	if !strings.HasSuffix(path, "get_token") || f.idToken == nil {
		return
	}
	claims := map[string]any{}
	raw, _ := answer["id_token"].(string)
	if parts := strings.Split(raw, "."); len(parts) == 3 {
		payload, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err != nil || json.Unmarshal(payload, &claims) != nil {
			f.Errorf("the site's id_token cannot be read: %v", err)
		}
	}
	access, _ := answer["access_token"].(string)
	answer["id_token"] = f.idToken(claims, access)
}

// sign makes a token with a secret and, unless it is empty, a typ.
func (f *forger) sign(claims map[string]any, secret, typ string, alg jose.SignatureAlgorithm) string {
	options := &jose.SignerOptions{}
	if typ != "" {
		options = options.WithType(jose.ContentType(typ))
	}
	key := make([]byte, max(64, len(secret))) // HMAC fills short keys with zeros (RFC 2104 §2)
	copy(key, secret)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, options)
	if err != nil {
		f.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		f.Fatal(err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		f.Fatal(err)
	}
	raw, err := jws.CompactSerialize()
	if err != nil {
		f.Fatal(err)
	}
	return raw
}

func (f *forger) good(claims map[string]any) string {
	return f.sign(claims, f.client.Secret, "JWT", jose.HS256)
}

// atHash is that of OpenID Connect Core §3.1.3.6 for HS256.
func atHash(access string) string {
	sum := sha256.Sum256([]byte(access))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// The attacks on id_tokens that the suite has for signatures by key, on those
// that a site signs with the client secret.
func TestAnIDTokenOfASiteIsChecked(t *testing.T) { // OpenID Connect Core §3.1.3.7
	var f *forger
	set := func(name string, value any) func(map[string]any, string) string {
		return func(claims map[string]any, _ string) string {
			claims[name] = value
			return f.good(claims)
		}
	}
	at := func(name string, d time.Duration) func(map[string]any, string) string {
		return func(claims map[string]any, access string) string {
			return set(name, f.clock.Now().Add(d).Unix())(claims, access)
		}
	}
	drop := func(name string) func(map[string]any, string) string {
		return func(claims map[string]any, _ string) string {
			delete(claims, name)
			return f.good(claims)
		}
	}
	for name, row := range map[string]struct {
		forge func(claims map[string]any, access string) string
		good  bool
	}{
		"as it is": {func(claims map[string]any, _ string) string { return f.good(claims) }, true},
		"no typ":   {func(claims map[string]any, _ string) string { return f.sign(claims, f.client.Secret, "", jose.HS256) }, true},
		"typ jwt": {func(claims map[string]any, _ string) string {
			return f.sign(claims, f.client.Secret, "jwt", jose.HS256)
		}, true},
		"typ of an access token": {func(claims map[string]any, _ string) string {
			return f.sign(claims, f.client.Secret, "at+jwt", jose.HS256)
		}, false},
		"another secret": {func(claims map[string]any, _ string) string {
			return f.sign(claims, "another secret", "JWT", jose.HS256)
		}, false},
		"another algorithm": {func(claims map[string]any, _ string) string {
			return f.sign(claims, f.client.Secret, "JWT", jose.HS512)
		}, false},
		"unsigned": {func(claims map[string]any, _ string) string { return federationtest.Unsigned(claims) }, false},
		"cut off": {func(claims map[string]any, _ string) string {
			return strings.TrimRight(f.good(claims), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
		}, false},
		"for us, in a list": {func(claims map[string]any, access string) string {
			return set("aud", []string{f.client.ID})(claims, access)
		}, true},
		"for us and another": {func(claims map[string]any, access string) string {
			return set("aud", []string{f.client.ID, "another"})(claims, access)
		}, false},
		"for another":                   {set("aud", "another"), false},
		"for another, in a list":        {set("aud", []string{"another"}), false},
		"for nobody":                    {drop("aud"), false},
		"from another":                  {set("iss", "https://evil.test"), false},
		"from nobody":                   {drop("iss"), false},
		"with a second to go":           {at("exp", time.Second), true},
		"expired this second":           {at("exp", 0), true}, // its clock may be off
		"expired two minutes ago":       {at("exp", -2*time.Minute), false},
		"expired long ago":              {at("exp", -time.Hour), false},
		"without an end":                {drop("exp"), false},
		"with an end in words":          {set("exp", "tomorrow"), false},
		"made by a clock that is ahead": {at("iat", 2*time.Minute), true},
		"made in the future":            {at("iat", 2*time.Minute+time.Second), false},
		"made in the far future":        {at("iat", time.Hour), false},
		"made at no time":               {drop("iat"), false},
		"of another sign-in":            {set("nonce", "another"), false},
		"of no sign-in":                 {drop("nonce"), false},
		"with this access token": {func(claims map[string]any, access string) string {
			return set("at_hash", atHash(access))(claims, access)
		}, true},
		"without an access token": {drop("at_hash"), true},
		"with another access token": {func(claims map[string]any, access string) string {
			return set("at_hash", atHash("another"))(claims, access)
		}, false},
		"with an empty at_hash": {set("at_hash", ""), false},
		"about somebody else":   {set("sub", "somebody-else"), false},
		"about nobody":          {drop("sub"), false},
		"about a number":        {set("sub", 7), false},
	} {
		t.Run(name, func(t *testing.T) {
			f = newForger(t, nil)
			f.idToken = row.forge
			id, err := f.signIn("asha@example.com")
			if row.good && (err != nil || id.Email != "asha@example.com") {
				t.Errorf("got %+v and %v, want Asha", id, err)
			}
			if !row.good && (err == nil || id.Subject != "") {
				t.Errorf("got %+v and %v, want a refusal", id, err)
			}
		})
	}
}

// A JWT is one signature in compact form (RFC 7519 §1). The other serializations
// of RFC 7515 are refused, also those that a library accepts.
func TestAnIDTokenOfASiteHasOneSignatureInOneForm(t *testing.T) {
	for name, rewrite := range map[string]func(header, payload, signature string) string{
		"as it is": func(h, p, s string) string { return h + "." + p + "." + s },
		"two signatures": func(h, p, s string) string {
			one := `{"protected":"` + h + `","signature":"` + s + `"}`
			return `{"payload":"` + p + `","signatures":[` + one + `,` + one + `]}`
		},
		"one signature in a list": func(h, p, s string) string {
			return `{"payload":"` + p + `","signatures":[{"protected":"` + h + `","signature":"` + s + `"}]}`
		},
		"flattened": func(h, p, s string) string {
			return `{"payload":"` + p + `","protected":"` + h + `","signature":"` + s + `"}`
		},
		"a header of no signature": func(h, p, s string) string {
			return `{"payload":"` + p + `","header":{"alg":"HS256"},"signature":"` + s + `"}`
		},
		"without its payload":   func(h, p, s string) string { return h + ".." + s },
		"without its signature": func(h, p, _ string) string { return h + "." + p + "." },
		"without its header":    func(_, p, s string) string { return "." + p + "." + s },
		"a part too many":       func(h, p, s string) string { return h + "." + p + "." + s + "." + s },
		"encrypted by its form": func(h, p, s string) string { return h + "." + p + "." + s + "." + s + "." + s },
		"with padding":          func(h, p, s string) string { return h + "." + p + "." + s + "=" },
		"with a line break":     func(h, p, s string) string { return h + "." + p + "." + s + "\n" },
		"with a blank in front": func(h, p, s string) string { return " " + h + "." + p + "." + s },
		"with two algorithms": func(_, p, s string) string {
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","alg":"none"}`)) + "." + p + "." + s
		},
		"with a crit header": func(_, p, s string) string {
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","b64":false,"crit":["b64"]}`)) + "." + p + "." + s
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newForger(t, nil)
			f.idToken = func(claims map[string]any, _ string) string {
				parts := strings.Split(f.good(claims), ".")
				return rewrite(parts[0], parts[1], parts[2])
			}
			id, err := f.signIn("asha@example.com")
			if name == "as it is" && (err != nil || id.Email != "asha@example.com") {
				t.Errorf("got %+v and %v, want Asha", id, err)
			}
			if name != "as it is" && (federationtest.Fault(err) != federation.Untrusted || id.Subject != "") {
				t.Errorf("got %+v and %v, want untrusted", id, err)
			}
		})
	}
}

// OpenID Connect Core §5.3.2 and §12.2: sub in userinfo and in refreshed ID
// tokens equals sub of the sign-in.
func TestASiteCannotSwapThePersonLater(t *testing.T) {
	f := newForger(t, func(_ *frappetest.Client, k *federation.LoginKey) { k.KeepTokens = true })
	before, err := f.signIn("asha@example.com")
	if err != nil || before.Tokens.Refresh == "" {
		t.Fatalf("got %+v and %v", before, err)
	}
	refresh := func() (federation.Identity, error) {
		id, err := f.connector.(federation.Refresher).Refresh(t.Context(), before.Tokens)
		if err == nil {
			before.Tokens = id.Tokens
		}
		return id, err
	}
	about := func(subject string) func(map[string]any, string) string {
		return func(map[string]any, string) string {
			now := f.clock.Now()
			return f.good(map[string]any{"iss": f.URL, "aud": f.client.ID, "sub": subject, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()})
		}
	}
	f.idToken = about(before.Subject)
	if id, err := refresh(); err != nil || id.Subject != before.Subject {
		t.Fatalf("about the same person: got %+v and %v", id, err)
	}
	f.idToken = about("somebody-else")
	if id, err := refresh(); federationtest.Fault(err) != federation.Untrusted || !strings.Contains(err.Error(), "another subject than before") {
		t.Errorf("an id_token about somebody else: got %+v and %v", id, err)
	}
}

func TestAProfileMustBeAboutWhoTheIDTokenIsAbout(t *testing.T) {
	f := newForger(t, nil)
	f.profile = func(claims map[string]any) { claims["sub"] = "somebody-else" }
	if id, err := f.signIn("asha@example.com"); federationtest.Fault(err) != federation.Untrusted || id.Subject != "" {
		t.Errorf("got %+v and %v, want untrusted", id, err)
	}
}

// The hub sends a nonce with every sign-in, so state without one is refused
// (FE-13), even if the token has no nonce either.
func TestNobodySignsInWithoutANonce(t *testing.T) {
	for name, nonce := range map[string]any{"none": nil, "an empty one": ""} {
		f := newForger(t, nil)
		f.idToken = func(claims map[string]any, _ string) string {
			if claims["nonce"] = nonce; nonce == nil {
				delete(claims, "nonce")
			}
			return f.good(claims)
		}
		leg, answer := f.begin("asha@example.com", frappetest.Allow)
		leg.Nonce = ""
		if id, err := f.connector.Finish(t.Context(), leg, answer); federationtest.Fault(err) != federation.Untrusted || id.Subject != "" {
			t.Errorf("%s: got %+v and %v, want untrusted", name, id, err)
		}
	}
}

func TestWithoutARefreshTokenASiteIsNotAsked(t *testing.T) {
	s := newStage(t, frappetest.G4, nil)
	for _, tokens := range []federation.Tokens{{}, {Refresh: "r"}, {Subject: "s"}} {
		if _, err := s.connector.(federation.Refresher).Refresh(t.Context(), tokens); federationtest.Refused(err) != "invalid_grant" {
			t.Errorf("%+v: got %v, want invalid_grant", tokens, err)
		}
	}
	if got := s.asked("get_token"); got != 0 {
		t.Errorf("the site was asked %d times", got)
	}
}
