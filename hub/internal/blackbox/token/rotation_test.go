package token_test

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
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/signing"
)

// A verifier checks tokens by a JWKS that it caches as long as Cache-Control
// allows, and reads it again for an unknown kid.
type verifier struct {
	w    *hubtest.World
	set  jose.JSONWebKeySet
	read time.Time
}

// checks reports whether a token's signature is valid.
func (v *verifier) checks(token string) bool {
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256, jose.RS256, jose.PS256, jose.ES384, jose.EdDSA})
	if err != nil {
		return false
	}
	kid := signed.Signatures[0].Protected.KeyID
	if v.w.Clock.Now().Sub(v.read) >= 300*time.Second || len(v.set.Key(kid)) == 0 {
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
	v.set, v.read = jose.JSONWebKeySet{}, v.w.Clock.Now()
	if err := json.Unmarshal(body, &v.set); err != nil {
		v.w.Error(err)
	}
}

// TestNoVerificationFailsDuringARotation runs apps and verifiers under load
// during a complete rotation, minute by minute: new keys are published, become
// active, and the old ones are retired.
func TestNoVerificationFailsDuringARotation(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	var passed, failed atomic.Int64
	loops := make([]*loop, len(signing.Algorithms()))
	for i, alg := range signing.Algorithms() {
		a := w.App(func(c *clients.Client) { c.IDTokenAlg = alg })
		loops[i] = &loop{App: a, verifier: &verifier{w: w}, last: w.SignedIn(a)}
	}
	signers := map[string]bool{}
	for minute := range 16 {
		var all sync.WaitGroup
		for _, l := range loops {
			all.Go(func() { l.run(2, &passed, &failed) })
		}
		if minute == 2 {
			all.Go(func() {
				if err := w.Hub.RotateSigningKeys(t.Context(), audit.Named("test"), "", false); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		signers[newestKID(t, loops[0])] = true
		w.Clock.Skip(time.Minute)
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
	*hubtest.App
	*verifier
	last hubtest.Reply
}

func (l *loop) run(rounds int, passed, failed *atomic.Int64) {
	count := func(what string, ok bool) {
		if ok {
			passed.Add(1)
			return
		}
		failed.Add(1)
		l.App.W.Errorf("%s with %s failed", what, l.IDTokenAlg)
	}
	for range rounds {
		next := l.Refresh(l.last.Str("refresh_token"))
		for _, r := range []hubtest.Reply{l.last, next} {
			count("verifying an ID token", l.checks(r.Str("id_token")))
			count("verifying an access token", l.checks(r.Str("access_token")))
			count("userinfo", l.App.W.Userinfo(r.Str("access_token")).Status == 200)
			count("introspection", l.Active(r.Str("access_token")))
		}
		l.last = next
	}
}

// newestKID is the kid of the loop's newest ID token.
func newestKID(t *testing.T, l *loop) string {
	t.Helper()
	signed, err := jose.ParseSignedCompact(l.last.Str("id_token"), []jose.SignatureAlgorithm{jose.SignatureAlgorithm(l.IDTokenAlg)})
	if err != nil {
		t.Fatal(err)
	}
	return signed.Signatures[0].Protected.KeyID
}

func TestDistrustedKeysAreRefusedAtOnce(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	r := w.SignedIn(a)
	hubtest.Want(t, "userinfo before", w.Userinfo(r.Str("access_token")).Status, 200)
	if err := w.Hub.RotateSigningKeys(t.Context(), audit.Named("test"), "", true); err != nil {
		t.Fatal(err)
	}
	hubtest.Refused(t, "userinfo", w.Userinfo(r.Str("access_token")), 401, "invalid_token")
	if a.Active(r.Str("access_token")) {
		t.Error("introspection takes a token of a distrusted key")
	}
	// A refresh token has no signature: users stay signed in.
	next := a.Refresh(r.Str("refresh_token"))
	hubtest.Want(t, "refresh", next.Status, 200)
	hubtest.Want(t, "userinfo after", w.Userinfo(next.Str("access_token")).Status, 200)
}

func TestAnAdministratorRotatesTheKeys(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	before := len(w.KeySet().Keys)
	first := b.Open("/admin/signing")
	hubtest.Want(t, "a waiting key before", strings.Contains(first.Body, "Next</span>"), false)
	p := b.Submit(first, "/admin/signing/rotate")
	hubtest.Want(t, "a waiting key after", strings.Contains(p.Body, "Next</span>"), true)
	added := len(signing.Algorithms()) // encryption keys are replaced
	hubtest.Want(t, "published at once", len(w.KeySet().Keys), before+added)
	b.Submit(first, "/admin/signing/rotate") // the button was pressed twice
	hubtest.Want(t, "published after the second press", len(w.KeySet().Keys), before+added)

	p = b.Submit(p, "/admin/signing/rotate", "distrust", "yes")
	hubtest.Want(t, "published when the old ones are distrusted", len(w.KeySet().Keys), before)
	hubtest.Want(t, "a waiting key then", strings.Contains(p.Body, "Next</span>"), false)

	p = b.Submit(p, "/admin/signing/schedule", "key_days", "-1")
	hubtest.Want(t, "a schedule that cannot be", p.Status, 422)
	p = b.Submit(p, "/admin/signing/schedule", "key_days", "30")
	hubtest.Want(t, "a schedule", strings.Contains(p.Body, `value="30"`), true)
}

// Repeated rotations do not pile up keys: at most three of a kind wait.
func TestKeysThatWaitAreFew(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	p := b.Open("/admin/signing")
	for range 3 {
		p = b.Submit(p, "/admin/signing/rotate")
		hubtest.Want(t, "rotated", p.Status, 200)
	}
	published := len(w.KeySet().Keys)
	hubtest.Want(t, "a fourth time", b.Submit(p, "/admin/signing/rotate").Status, 409)
	hubtest.Want(t, "published then", len(w.KeySet().Keys), published)
}
