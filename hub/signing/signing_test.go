package signing

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/internal/testkit/signingtest"
)

func open(t testing.TB) *store.Collection[Key] {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "keys.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(t.Context()) }) //nolint:errcheck // the test is over
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "signing"}}); err != nil {
		t.Fatal(err)
	}
	return store.NewCollection[Key](db, "signing", time.Now)
}

func box(t testing.TB, fill byte) *seal.Box {
	t.Helper()
	b, err := seal.New([]byte(strings.Repeat(string(rune(fill)), seal.KeySize)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// newKeeper is NewKeeper with RSA keys that are ready.
func newKeeper(set *store.Collection[Key], box *seal.Box, now func() time.Time) *Service {
	k := NewService(set, box, now)
	k.NewRSA = signingtest.RSA
	return k
}

type claims struct {
	Sub string `json:"sub"`
}

func TestHubsThatStartTogetherShareOneKey(t *testing.T) {
	set, b := open(t), box(t, 'k')
	const hubs = 8
	kids := make([]string, hubs)
	var all sync.WaitGroup
	for i := range hubs {
		all.Go(func() {
			public, err := newKeeper(set, b, time.Now).Public(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			for _, key := range public.Keys {
				kids[i] += key.Algorithm + " " + key.KeyID + " "
			}
		})
	}
	all.Wait()
	for _, alg := range []string{"ES256", "RS256"} {
		if strings.Count(kids[0], alg+" ") != 1 {
			t.Errorf("hub 0 has the keys %s, want one for %s", kids[0], alg)
		}
	}
	for i := range kids {
		if kids[i] != kids[0] {
			t.Errorf("hub %d has the keys %s, hub 0 %s", i, kids[i], kids[0])
		}
	}
}

func TestWhatOneHubSignsAnotherVerifies(t *testing.T) {
	set, b := open(t), box(t, 'k')
	one, two := newKeeper(set, b, time.Now), newKeeper(set, b, time.Now)
	for _, alg := range Algorithms() {
		token, err := one.Sign(t.Context(), alg, "at+jwt", claims{"ada"})
		if err != nil {
			t.Fatal(err)
		}
		var got claims
		if err := two.Verify(t.Context(), token, "at+jwt", &got); err != nil || got.Sub != "ada" {
			t.Errorf("%s: got %+v, %v", alg, got, err)
		}
		if err := two.Verify(t.Context(), token, "JWT", &got); !errors.Is(err, ErrVerify) {
			t.Errorf("%s: an access token passes for an ID token: %v", alg, err)
		}
	}
}

func TestAnotherSecretKeyOpensNothing(t *testing.T) {
	set := open(t)
	if _, err := newKeeper(set, box(t, 'k'), time.Now).Public(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := newKeeper(set, box(t, 'x'), time.Now).Public(t.Context())
	if !errors.Is(err, seal.ErrOpen) {
		t.Errorf("got %v, want ErrOpen", err)
	}
}

func TestForgedTokensAreRefused(t *testing.T) {
	k := newKeeper(open(t), box(t, 'k'), time.Now)
	good, err := k.Sign(t.Context(), ES256, "at+jwt", claims{"ada"})
	if err != nil {
		t.Fatal(err)
	}
	public, err := k.Public(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	enc := base64.RawURLEncoding.EncodeToString
	header := func(alg, kid string) string {
		return enc([]byte(`{"alg":"` + alg + `","typ":"at+jwt","kid":"` + kid + `"}`))
	}
	kid := public.Keys[0].KeyID
	asKey, err := json.Marshal(public.Keys[0])
	if err != nil {
		t.Fatal(err)
	}
	hs, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: jose.JSONWebKey{Key: asKey, KeyID: kid}}, (&jose.SignerOptions{}).WithType("at+jwt"))
	if err != nil {
		t.Fatal(err)
	}
	confused, err := hs.Sign([]byte(`{"sub":"eve"}`))
	if err != nil {
		t.Fatal(err)
	}
	hmac, err := confused.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{
		"unsigned":                 header("none", kid) + "." + parts[1] + ".",
		"unsigned, with signature": header("none", kid) + "." + parts[1] + "." + parts[2],
		"the public key as secret": hmac,
		"another kid":              header(ES256, "other") + "." + parts[1] + "." + parts[2],
		"another payload":          parts[0] + "." + enc([]byte(`{"sub":"eve"}`)) + "." + parts[2],
		"cut":                      good[:len(good)-1],
		"longer":                   good + "A",
		"no dots":                  strings.ReplaceAll(good, ".", ""),
		"many dots":                strings.Repeat(".", 10_000),
		"huge":                     strings.Repeat("A", 1<<20),
		"empty":                    "",
	} {
		var got claims
		if err := k.Verify(t.Context(), token, "at+jwt", &got); !errors.Is(err, ErrVerify) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestThePublicKeysArePublic(t *testing.T) {
	public, err := newKeeper(open(t), box(t, 'k'), time.Now).Public(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(public)
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{`"d"`, `"p"`, `"q"`, `"dp"`, `"k"`} {
		if strings.Contains(string(text), private+":") {
			t.Errorf("the JWK set holds %s", private)
		}
	}
}

func FuzzVerify(f *testing.F) {
	k := NewService(open(f), box(f, 'k'), time.Now)
	good, err := k.Sign(f.Context(), ES256, "at+jwt", claims{"ada"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{good, "", "..", "e30.e30.", good + "=", strings.ToUpper(good)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		var got claims
		err := k.Verify(t.Context(), token, "at+jwt", &got)
		if err == nil && token != good {
			t.Fatalf("%q was accepted", token)
		}
		if err != nil && !errors.Is(err, ErrVerify) {
			t.Fatalf("%q: an error without a name: %v", token, err)
		}
	})
}
