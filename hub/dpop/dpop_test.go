package dpop

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/internal/secrets"
)

const address = "https://id.example.org/oauth2/token"

// begin is when the tests happen.
var begin = time.Unix(1_800_000_000, 0)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// claims of a valid proof; change overrides, and nil omits.
func claims(change map[string]any) map[string]any {
	c := map[string]any{"htm": "POST", "htu": address, "iat": begin.Unix(), "jti": rand.Text()}
	maps.Copy(c, change)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// sign makes a JWT with this header besides alg.
func sign(t testing.TB, alg jose.SignatureAlgorithm, key any, header map[string]any, payload map[string]any) string {
	t.Helper()
	o := &jose.SignerOptions{}
	for name, value := range header {
		o.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, o)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign(body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func proofBy(t testing.TB, key *ecdsa.PrivateKey, change map[string]any) string {
	t.Helper()
	return sign(t, jose.ES256, key, map[string]any{"typ": "dpop+jwt", "jwk": jose.JSONWebKey{Key: key.Public()}}, claims(change))
}

// memory is a replay memory.
type memory struct {
	mu   sync.Mutex
	seen map[string]time.Time
}

func (m *memory) once(_ context.Context, id string, until time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, found := m.seen[id]; found {
		return fs.ErrExist
	}
	m.seen[id] = until
	return nil
}

func newVerifier(now time.Time) *Verifier {
	clock := func() time.Time { return now }
	return &Verifier{Nonces: NewNonces([]byte("a key"), clock), Replay: (&memory{seen: map[string]time.Time{}}).once, Now: clock}
}

var atToken = Want{Method: "POST", URLs: []string{address}}

func TestAGoodProofNamesItsKey(t *testing.T) {
	v := newVerifier(begin)
	p256 := newKey(t)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, row := range []struct {
		alg jose.SignatureAlgorithm
		key interface{ any }
		pub any
	}{
		{jose.ES256, p256, p256.Public()}, {jose.ES384, p384, p384.Public()}, {jose.PS256, r, r.Public()},
		{jose.EdDSA, ed, ed.Public()},
	} {
		raw := sign(t, row.alg, row.key, map[string]any{"typ": "dpop+jwt", "jwk": jose.JSONWebKey{Key: row.pub}}, claims(nil))
		print, err := v.Check(t.Context(), []string{raw}, atToken)
		if err != nil || len(print) != 43 || seen[print] {
			t.Errorf("%s: got %q, %v", row.alg, print, err)
		}
		seen[print] = true
	}
	if print, err := v.Check(t.Context(), nil, atToken); print != "" || err != nil {
		t.Errorf("without a header: got %q, %v", print, err)
	}
}

func TestProofsThatMustBeRefused(t *testing.T) {
	key := newKey(t)
	good := map[string]any{"typ": "dpop+jwt", "jwk": jose.JSONWebKey{Key: key.Public()}}
	header := func(name string, value any) string {
		h := maps.Clone(good)
		h[name] = value
		maps.DeleteFunc(h, func(_ string, v any) bool { return v == nil })
		return sign(t, jose.ES256, key, h, claims(nil))
	}
	private, err := jose.JSONWebKey{Key: key}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"dpop+jwt","jwk":{}}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(`{}`)) + "."
	for name, raw := range map[string]string{
		"no JWT":                        "hello",
		"empty":                         "",
		"a megabyte":                    strings.Repeat("a", 1<<20),
		"dots":                          strings.Repeat(".", 5000),
		"alg none":                      none,
		"HS256":                         sign(t, jose.HS256, []byte(strings.Repeat("k", 32)), good, claims(nil)),
		"no typ":                        header("typ", nil),
		"typ JWT":                       header("typ", "JWT"),
		"no jwk":                        header("jwk", nil),
		"another key in jwk":            header("jwk", jose.JSONWebKey{Key: newKey(t).Public()}),
		"a private key in jwk":          header("jwk", json.RawMessage(private)),
		"a shared key in jwk":           header("jwk", map[string]any{"kty": "oct", "k": "c2VjcmV0"}),
		"jwk is text":                   header("jwk", "key"),
		"crit":                          header("crit", []string{"exp"}),
		"no htm":                        proofBy(t, key, map[string]any{"htm": nil}),
		"htm GET":                       proofBy(t, key, map[string]any{"htm": "GET"}),
		"htm in small letters":          proofBy(t, key, map[string]any{"htm": "post"}),
		"no htu":                        proofBy(t, key, map[string]any{"htu": nil}),
		"htu of another host":           proofBy(t, key, map[string]any{"htu": "https://id.example.com/oauth2/token"}),
		"htu of another path":           proofBy(t, key, map[string]any{"htu": "https://id.example.org/oauth2/userinfo"}),
		"htu by http":                   proofBy(t, key, map[string]any{"htu": "http://id.example.org/oauth2/token"}),
		"no jti":                        proofBy(t, key, map[string]any{"jti": nil}),
		"jti of a kilobyte":             proofBy(t, key, map[string]any{"jti": strings.Repeat("j", 1<<10)}),
		"no iat":                        proofBy(t, key, map[string]any{"iat": nil}),
		"iat as text":                   proofBy(t, key, map[string]any{"iat": "1800000000"}),
		"iat of an hour ago":            proofBy(t, key, map[string]any{"iat": begin.Add(-time.Hour).Unix()}),
		"iat an hour ahead":             proofBy(t, key, map[string]any{"iat": begin.Add(time.Hour).Unix()}),
		"iat 61 seconds ahead":          proofBy(t, key, map[string]any{"iat": begin.Unix() + 61}),
		"iat beyond all time":           proofBy(t, key, map[string]any{"iat": 1e300}),
		"check-dpop-proof-nbf-exp: exp": proofBy(t, key, map[string]any{"exp": begin.Add(-2 * time.Minute).Unix()}),
		"check-dpop-proof-nbf-exp: nbf": proofBy(t, key, map[string]any{"nbf": begin.Add(2 * time.Minute).Unix()}),
		"signature cut":                 strings.TrimRight(proofBy(t, key, nil), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_abcdefghijklmnopqrstuvwxyz"),
	} {
		print, err := newVerifier(begin).Check(t.Context(), []string{raw}, atToken)
		if oauth.Code(err) != "invalid_dpop_proof" || print != "" {
			t.Errorf("%s: got %q, %v", name, print, err)
		}
	}
	one := proofBy(t, key, nil)
	if _, err := newVerifier(begin).Check(t.Context(), []string{one, one}, atToken); oauth.Code(err) != "invalid_dpop_proof" {
		t.Errorf("two headers: got %v", err)
	}
}

func TestClocksMayDifferABit(t *testing.T) {
	key := newKey(t)
	for name, change := range map[string]map[string]any{
		"ensure-dpopproof-with-iat-10seconds-before-succeeds": {"iat": begin.Unix() - 10},
		"ensure-dpopproof-with-iat-10seconds-after-succeeds":  {"iat": begin.Unix() + 10},
		"check-dpop-proof-nbf-exp":                            {"nbf": begin.Unix(), "exp": begin.Unix() + 60},
		"fractions of a second":                               {"iat": float64(begin.Unix()) + 0.5},
	} {
		if _, err := newVerifier(begin).Check(t.Context(), []string{proofBy(t, key, change)}, atToken); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAProofIsGoodOnce(t *testing.T) {
	v, raw := newVerifier(begin), proofBy(t, newKey(t), nil)
	const racers = 32
	var group sync.WaitGroup
	results := make(chan error, racers)
	for range racers {
		group.Go(func() {
			_, err := v.Check(context.Background(), []string{raw}, atToken)
			results <- err
		})
	}
	group.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
		} else if oauth.Code(err) != "invalid_dpop_proof" {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d got through", won, racers)
	}
}

func TestAnotherKeyMayUseTheSameJTI(t *testing.T) {
	v := newVerifier(begin)
	for range 2 {
		if _, err := v.Check(t.Context(), []string{proofBy(t, newKey(t), map[string]any{"jti": "1"})}, atToken); err != nil {
			t.Error(err)
		}
	}
}

func TestAMemoryThatFailsLetsNothingThrough(t *testing.T) {
	v := newVerifier(begin)
	v.Replay = func(context.Context, string, time.Time) error { return errors.New("the database is away") }
	print, err := v.Check(t.Context(), []string{proofBy(t, newKey(t), nil)}, atToken)
	if err == nil || oauth.Code(err) != "" || print != "" {
		t.Errorf("got %q, %v, want an error of ours", print, err)
	}
}

func TestAnAccessTokenIsNamedByItsHash(t *testing.T) {
	key := newKey(t)
	want := Want{Method: "POST", URLs: []string{address}, Token: "the token"}
	for hash, ok := range map[any]bool{secrets.Hash("the token"): true, secrets.Hash("another"): false, "": false, nil: false} {
		_, err := newVerifier(begin).Check(t.Context(), []string{proofBy(t, key, map[string]any{"ath": hash})}, want)
		if (err == nil) != ok {
			t.Errorf("ath %v: got %v", hash, err)
		}
	}
}

func TestNonces(t *testing.T) {
	key := newKey(t)
	now := begin
	v := newVerifier(begin)
	v.Nonces = NewNonces([]byte("a key"), func() time.Time { return now })
	nonce := v.Nonces.Current()
	need := atToken
	need.Nonce = true
	for _, row := range []struct {
		name  string
		nonce any
		after time.Duration
		want  Want
		code  string
	}{
		{"none, and none needed", nil, 0, atToken, ""},
		{"none, but needed", nil, 0, need, "use_dpop_nonce"},
		{"the current one", nonce, 0, need, ""},
		{"the one before", nonce, 150 * time.Second, need, ""}, // each nonce is issued for this long
		{"one that is too old", nonce, 300 * time.Second, need, "use_dpop_nonce"},
		{"one that is too old, where none is needed", nonce, 300 * time.Second, atToken, "use_dpop_nonce"},
		{"a made-up one", "made up", 0, atToken, "use_dpop_nonce"},
		{"one from a clock that is ahead", nonce, -150 * time.Second, need, ""},
		{"one from a clock that is far ahead", nonce, -300 * time.Second, need, "use_dpop_nonce"},
		{"another hub's", NewNonces([]byte("b key"), v.Now).Current(), 0, need, "use_dpop_nonce"},
	} {
		now = begin.Add(row.after)
		_, err := v.Check(t.Context(), []string{proofBy(t, key, map[string]any{"nonce": row.nonce})}, row.want)
		if oauth.Code(err) != row.code || (err != nil && row.code == "") {
			t.Errorf("%s: got %v, want %q", row.name, err, row.code)
		}
	}
}

func TestAProofIsGoodForAMinuteEitherWay(t *testing.T) { // RFC 9449 §11.1
	key := newKey(t)
	for _, row := range []struct {
		name string
		iat  int64
		ok   bool
	}{
		{"a minute old", -60, true}, {"older", -61, false}, {"a minute ahead", 60, true}, {"further ahead", 61, false},
	} {
		_, err := newVerifier(begin).Check(t.Context(), []string{proofBy(t, key, map[string]any{"iat": begin.Unix() + row.iat})}, atToken)
		if (err == nil) != row.ok {
			t.Errorf("%s: got %v", row.name, err)
		}
	}
	seen := &memory{seen: map[string]time.Time{}}
	v := newVerifier(begin)
	v.Replay = seen.once
	if _, err := v.Check(t.Context(), []string{proofBy(t, key, map[string]any{"iat": begin.Unix() + 60})}, atToken); err != nil {
		t.Fatal(err)
	}
	for _, until := range seen.seen {
		// It would be accepted until a minute after its iat.
		if least := begin.Add(120 * time.Second); !until.After(least) {
			t.Errorf("it is remembered until %s, want after %s", until, least)
		}
	}
}

func TestAddressesAreComparedAsRFC3986Normalizes(t *testing.T) {
	for htu, same := range map[string]bool{
		address:            true,
		address + "?a=b#c": true,
		"HTTPS://ID.Example.ORG:443/oauth2/token":      true,
		"https://id.example.org/oauth2/./x/../token":   true,
		"https://id.example.org/%6fauth2/token":        true,
		"https://id.example.org/oauth2%2Ftoken":        false,
		"https://id.example.org/oauth2/token/":         false,
		"https://id.example.org/OAuth2/token":          false,
		"https://id.example.org:444/oauth2/token":      false,
		"https://user@id.example.org/oauth2/token":     false,
		"https://id.example.org.evil.com/oauth2/token": false,
		"//id.example.org/oauth2/token":                false,
		"/oauth2/token":                                false,
		"":                                             false,
		"https://id.example.org/%zz":                   false,
	} {
		if got := sameAddress(htu, address); got != same {
			t.Errorf("%q: got %v", htu, got)
		}
	}
}

// Nothing in a header makes the parser fail other than with an error, and what
// it accepts has a key, an id and a time.
func FuzzDPoPProof(f *testing.F) {
	key := newKey(f)
	f.Add(proofBy(f, key, nil))
	f.Add(proofBy(f, key, map[string]any{"ath": 1, "iat": 1e300}))
	f.Add("e30.e30.e30")
	f.Add("..")
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256","typ":"dpop+jwt","jwk":{"kty":"EC","crv":"P-256","x":"","y":""}}`)) + ".e30.e30")
	f.Fuzz(func(t *testing.T, raw string) {
		p, err := parse(raw, begin)
		if err == nil && (len(p.thumbprint) != 43 || p.ID == "" || p.Made == nil) {
			t.Errorf("accepted %+v", p)
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, seed := range []string{address, "https://[::1]:443/%2e%2e/%2f", "http://x", "https://x/%", "https://x/%C3%A9", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		once, ok := normal(raw)
		if !ok {
			return
		}
		if twice, ok := normal(once); len(once) <= maxAddress && (!ok || twice != once) {
			t.Errorf("%q became %q and then %q", raw, once, twice)
		}
	})
}

// FAPI 2.0 Security Profile §5.4.1: clients of high security sign proofs with
// three algorithms, others with all that are advertised.
func TestAProofCanBeHeldToFewerAlgorithms(t *testing.T) {
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	high := []string{"ES256", "PS256", "EdDSA"}
	for alg, refused := range map[jose.SignatureAlgorithm]bool{jose.RS256: true, jose.PS256: false} {
		raw := sign(t, alg, r, map[string]any{"typ": "dpop+jwt", "jwk": jose.JSONWebKey{Key: r.Public()}}, claims(nil))
		p, err := parse(raw, begin)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.fits(Want{Method: "POST", URLs: []string{address}}); err != nil {
			t.Errorf("%s, of an ordinary client: %v", alg, err)
		}
		if err := p.fits(Want{Method: "POST", URLs: []string{address}, Algs: high}); (err != nil) != refused {
			t.Errorf("%s, of one of high security: %v, want it refused: %v", alg, err, refused)
		}
	}
}
