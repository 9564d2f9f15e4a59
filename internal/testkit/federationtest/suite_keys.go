package federationtest

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
)

// anotherCertificate belongs to another key.
func anotherCertificate() string {
	key := newSigner("").key.Key.(*ecdsa.PrivateKey)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)}, &x509.Certificate{}, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

// keys is FE-41 and other variants of key sets.
func (s suite) keys(t *testing.T) {
	set := func(name string, want federation.FaultKind, body func(w *World) string) lie {
		return lie{name, func(w *World, script *Script) {
			script.Replace = map[string]http.HandlerFunc{PathKeys: func(rw http.ResponseWriter, r *http.Request) {
				page("application/json", body(w))(rw, r)
			}}
		}, want}
	}
	s.refuse(t, []lie{
		set("no keys", federation.Untrusted, func(*World) string { return `{"keys":[]}` }),
		set("no list", federation.Untrusted, func(*World) string { return `{}` }),
		set("a list of numbers", federation.Untrusted, func(*World) string { return `{"keys":[1,null,"x",[]]}` }),
		set("a shared key", federation.Untrusted, func(*World) string { return `{"keys":[{"kty":"oct","k":"AAAA","kid":"first"}]}` }),
		set("the private key", federation.Untrusted, func(w *World) string { return `{"keys":[` + string(encode(w.signer().key)) + `]}` }),
		set("a key for encryption", federation.Untrusted, func(w *World) string {
			return strings.Replace(string(encode(w.published())), `"use":"sig"`, `"use":"enc"`, 1)
		}),
		set("a key for another algorithm", federation.Untrusted, func(w *World) string {
			return strings.Replace(string(encode(w.published())), `"alg":"ES256"`, `"alg":"RS256"`, 1)
		}),
		set("10 000 keys", federation.Untrusted, func(w *World) string {
			one, _ := json.Marshal(w.published().Keys[0])
			return `{"keys":[` + strings.Repeat(string(one)+",", 4000) + string(one) + `]}`
		}),
	})
	t.Run("a short RSA key", func(t *testing.T) {
		w := s.world(t)
		weak := newRSASigner("weak", 1024)
		w.mu.Lock()
		w.Upstream.keys = append(w.Upstream.keys, weak)
		w.mu.Unlock()
		if _, err := w.SignIn(federation.AuthRequestOptions{}); Fault(err) != federation.Untrusted {
			t.Errorf("got %v, want untrusted", err)
		}
	})
	t.Run("FE-41 strange keys beside the right one do no harm", func(t *testing.T) {
		w := s.world(t)
		w.Set(func(script *Script) {
			set("", "", func(w *World) string {
				right := strings.TrimSuffix(strings.TrimPrefix(string(encode(w.published())), `{"keys":[`), `]}`)
				return `{"keys":[{"kty":"XX"},{"kty":"EC","crv":"secp256k1"},{"kty":"oct","k":"AAAA"},` + right + `]}`
			}).script(w, script)
		})
		w.MustSignIn(federation.AuthRequestOptions{})
	})
	t.Run("a key that does not say what it is for", func(t *testing.T) { // RFC 7517 §4.2: use is optional
		w := s.world(t)
		w.Set(func(script *Script) {
			set("", "", func(w *World) string {
				return strings.Replace(string(encode(w.published())), `"use":"sig",`, "", 1)
			}).script(w, script)
		})
		w.MustSignIn(federation.AuthRequestOptions{})
	})
	t.Run("what is published beside a key does no harm", func(t *testing.T) {
		for name, beside := range map[string]string{
			"a certificate of another key": `"x5c":["` + anotherCertificate() + `"]`, "a certificate that is none": `"x5c":["AA"]`, "no list of certificates": `"x5c":7`,
			"another thumbprint": `"x5t":"AAAA","x5t#S256":"AAAA"`, "odd thumbprints": `"x5t":7,"x5t#S256":[]`, "an odd address": `"x5u":{}`,
			"odd operations": `"key_ops":"verify"`, "odd dates": `"exp":"soon","nbf":[],"Exp":1`,
		} {
			w := s.world(t)
			w.Set(func(script *Script) {
				set("", "", func(w *World) string {
					return strings.Replace(string(encode(w.published())), `"use":"sig"`, `"use":"sig",`+beside, 1)
				}).script(w, script)
			})
			if _, err := w.SignIn(federation.AuthRequestOptions{}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
	t.Run("what a key is for is held to the letter", func(t *testing.T) {
		for _, odd := range []string{`"use":7`, `"use":["sig"]`, `"use":"sig","alg":7`, `"use":"sig","USE":"enc"`} {
			w := s.world(t)
			w.Set(func(script *Script) {
				set("", "", func(w *World) string {
					text := strings.Replace(string(encode(w.published())), `"alg":"ES256",`, "", 1)
					return strings.Replace(text, `"use":"sig"`, odd, 1)
				}).script(w, script)
			})
			if _, err := w.SignIn(federation.AuthRequestOptions{}); Fault(err) != federation.Untrusted {
				t.Errorf("%s: got %v, want untrusted", odd, err)
			}
		}
	})
	t.Run("the only key needs no name", func(t *testing.T) {
		nameless := func(w *World) string {
			return strings.Replace(string(encode(w.published())), `"kid":"first",`, "", 1)
		}
		w := s.world(t)
		w.Set(func(script *Script) { set("", "", nameless).script(w, script) })
		w.MustSignIn(federation.AuthRequestOptions{})
		w = s.world(t)
		w.Set(func(script *Script) {
			set("", "", nameless).script(w, script)
			script.Sign = func(claims map[string]any) string { return w.Forged(claims, nil) }
		})
		if _, err := w.SignIn(federation.AuthRequestOptions{}); Fault(err) != federation.Untrusted {
			t.Errorf("a forged token: got %v", err)
		}
		w = s.world(t)
		w.Set(func(script *Script) {
			set("", "", func(w *World) string {
				return strings.Replace(nameless(w), `{"keys":[`, `{"keys":[`+string(encode(newSigner("other").public()))+",", 1)
			}).script(w, script)
		})
		if _, err := w.SignIn(federation.AuthRequestOptions{}); Fault(err) != federation.Untrusted {
			t.Errorf("one of two: got %v", err)
		}
	})
	t.Run("FE-41 a token without a kid", func(t *testing.T) {
		w := s.world(t)
		w.Set(func(script *Script) {
			script.Sign = func(claims map[string]any) string {
				nameless := w.signer()
				nameless.key.KeyID = ""
				return nameless.sign(encode(claims), nil)
			}
		})
		w.MustSignIn(federation.AuthRequestOptions{})
	})
	t.Run("FE-41 a new key is found, an old one forgotten", func(t *testing.T) {
		w := s.world(t)
		w.MustSignIn(federation.AuthRequestOptions{})
		old := w.signer()
		w.Clock.Move(5 * time.Second)
		w.Rotate("second")
		w.MustSignIn(federation.AuthRequestOptions{})
		w.Set(func(script *Script) {
			script.Sign = func(claims map[string]any) string { return old.sign(encode(claims), nil) }
		})
		w.Clock.Move(5 * time.Second)
		if _, err := w.SignIn(federation.AuthRequestOptions{}); Fault(err) != federation.Untrusted {
			t.Errorf("the old key: got %v, want untrusted", err)
		}
	})
	t.Run("FE-41 unknown kids do not make a hammer", func(t *testing.T) {
		w := s.world(t)
		w.MustSignIn(federation.AuthRequestOptions{})
		n := 0
		w.Set(func(script *Script) {
			script.Sign = func(claims map[string]any) string {
				n++
				return newSigner(fmt.Sprint("unknown", n)).sign(encode(claims), nil)
			}
		})
		for range 20 {
			w.SignIn(federation.AuthRequestOptions{})
		}
		if got := w.Calls(PathKeys); got > 2 {
			t.Errorf("the key set was asked %d times", got)
		}
	})
}
