package hub_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/signing"
)

// A verifier checks tokens by a JWKS that it keeps for as long as the answer
// allows, and reads again when it meets a kid that it does not know.
type verifier struct {
	w    *world
	set  jose.JSONWebKeySet
	read time.Time
}

// checks says whether a token's signature is good.
func (v *verifier) checks(token string) bool {
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256, jose.RS256, jose.PS256, jose.ES384, jose.EdDSA})
	if err != nil {
		return false
	}
	kid := signed.Signatures[0].Protected.KeyID
	if v.w.clock.now().Sub(v.read) >= 300*time.Second || len(v.set.Key(kid)) == 0 {
		v.fetch()
	}
	for _, key := range v.set.Key(kid) {
		if _, err := signed.Verify(key); err == nil {
			return true
		}
	}
	return false
}

func (v *verifier) fetch() {
	resp, err := http.Get(v.w.URL + "/oauth2/jwks")
	if err != nil {
		v.w.Error(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.w.Error(err)
	}
	v.set, v.read = jose.JSONWebKeySet{}, v.w.clock.now()
	if err := json.Unmarshal(body, &v.set); err != nil {
		v.w.Error(err)
	}
}

// TestNoVerificationFailsDuringARotation runs apps and verifiers under load
// through the whole of a rotation, minute by minute: new keys are published,
// take over, and the old ones retire.
func TestNoVerificationFailsDuringARotation(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	var passed, failed atomic.Int64
	loops := make([]*loop, len(signing.Algorithms()))
	for i, alg := range signing.Algorithms() {
		a := w.app(func(c *clients.Client) { c.IDTokenAlg = alg })
		loops[i] = &loop{app: a, verifier: &verifier{w: w}, last: w.signedIn(a)}
	}
	signers := map[string]bool{}
	for minute := range 16 {
		var all sync.WaitGroup
		for _, l := range loops {
			all.Go(func() { l.run(2, &passed, &failed) })
		}
		if minute == 2 {
			all.Go(func() {
				if err := w.Hub.RotateSigningKeys(t.Context(), "test", false); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		signers[newestKID(t, loops[0])] = true
		w.clock.skip(time.Minute)
	}
	if failed.Load() > 0 || passed.Load() < 1000 {
		t.Errorf("%d verifications passed, %d failed", passed.Load(), failed.Load())
	}
	if len(signers) != 2 {
		t.Errorf("%d keys signed, want the old one and then the new one", len(signers))
	}
}

// A loop is an app that refreshes its tokens and has them verified.
type loop struct {
	*app
	*verifier
	last reply
}

func (l *loop) run(rounds int, passed, failed *atomic.Int64) {
	count := func(what string, ok bool) {
		if ok {
			passed.Add(1)
			return
		}
		failed.Add(1)
		l.app.w.Errorf("%s with %s failed", what, l.IDTokenAlg)
	}
	for range rounds {
		next := l.refresh(l.last.str("refresh_token"))
		for _, r := range []reply{l.last, next} {
			count("verifying an ID token", l.checks(r.str("id_token")))
			count("verifying an access token", l.checks(r.str("access_token")))
			count("userinfo", l.app.w.userinfo(r.str("access_token")).Status == 200)
			count("introspection", l.active(r.str("access_token")))
		}
		l.last = next
	}
}

// newestKID is the kid of the loop's newest ID token.
func newestKID(t *testing.T, l *loop) string {
	t.Helper()
	signed, err := jose.ParseSignedCompact(l.last.str("id_token"), []jose.SignatureAlgorithm{jose.SignatureAlgorithm(l.IDTokenAlg)})
	if err != nil {
		t.Fatal(err)
	}
	return signed.Signatures[0].Protected.KeyID
}

func TestDistrustedKeysAreRefusedAtOnce(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	r := w.signedIn(a)
	want(t, "userinfo before", w.userinfo(r.str("access_token")).Status, 200)
	if err := w.Hub.RotateSigningKeys(t.Context(), "test", true); err != nil {
		t.Fatal(err)
	}
	refused(t, "userinfo", w.userinfo(r.str("access_token")), 401, "invalid_token")
	if a.active(r.str("access_token")) {
		t.Error("introspection takes a token of a distrusted key")
	}
	// A refresh token is no signature: people stay signed in.
	next := a.refresh(r.str("refresh_token"))
	want(t, "refresh", next.Status, 200)
	want(t, "userinfo after", w.userinfo(next.str("access_token")).Status, 200)
}

func TestAnAdministratorRotatesTheKeys(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	b := w.operator()
	before := len(w.keySet().Keys)
	first := b.open("/admin/signing")
	want(t, "a waiting key before", strings.Contains(first.Body, "Waiting"), false)
	p := b.submit(first, "/admin/signing/rotate")
	want(t, "a waiting key after", strings.Contains(p.Body, "Waiting"), true)
	added := len(signing.Algorithms()) // those to encrypt to are exchanged
	want(t, "published at once", len(w.keySet().Keys), before+added)
	b.submit(first, "/admin/signing/rotate") // the button pressed twice
	want(t, "published after the second press", len(w.keySet().Keys), before+added)

	p = b.submit(p, "/admin/signing/rotate", "distrust", "yes")
	want(t, "published when the old ones are distrusted", len(w.keySet().Keys), before)
	want(t, "a waiting key then", strings.Contains(p.Body, "Waiting"), false)

	p = b.submit(p, "/admin/signing/schedule", "key_days", "-1")
	want(t, "a schedule that cannot be", p.Status, 422)
	p = b.submit(p, "/admin/signing/schedule", "key_days", "30")
	want(t, "a schedule", strings.Contains(p.Body, `value="30"`), true)
}

// Rotating again and again makes no heap of keys: three of a kind may wait.
func TestKeysThatWaitAreFew(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	b := w.operator()
	p := b.open("/admin/signing")
	for range 3 {
		p = b.submit(p, "/admin/signing/rotate")
		want(t, "rotated", p.Status, 200)
	}
	published := len(w.keySet().Keys)
	want(t, "a fourth time", b.submit(p, "/admin/signing/rotate").Status, 409)
	want(t, "published then", len(w.keySet().Keys), published)
}
