package requestobject

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/jsonx"
)

func anything(jsonx.Object) (bool, error) { return true, nil }

func FuzzOpenObject(f *testing.F) {
	encode := base64.RawURLEncoding.EncodeToString
	for _, header := range []string{`{"alg":"none"}`, `{"alg":"ES256","typ":"oauth-authz-req+jwt"}`, `{"alg":"HS256"}`, `{"crit":["x"]}`, `[]`} {
		f.Add(encode([]byte(header)) + "." + encode([]byte(`{"state":"x"}`)) + ".")
	}
	f.Add("..")
	f.Add("a.b.c.d.e")
	opener := Opener{Verifier: &clientauth.Verifier{Keys: &clientauth.Keyring{Now: time.Now}, Now: time.Now}}
	f.Fuzz(func(t *testing.T, raw string) {
		Peek(raw)
		for _, alg := range []string{"", NoAlg, clientauth.HS256, "ES256"} {
			o, err := opener.Open(t.Context(), Registered{Publisher: clientauth.Publisher{ID: "c"}, Alg: alg}, raw, anything)
			var refusal *Error
			switch {
			case err != nil && !errors.As(err, &refusal):
				t.Fatalf("unnamed error %v", err)
			case err == nil && (o.Signed() || alg != NoAlg && alg != ""):
				t.Fatalf("%q is accepted from a client without keys", raw)
			case err == nil && !strings.HasSuffix(raw, "."):
				t.Fatalf("%q has a signature and says none", raw)
			}
		}
	})
}

// OIDC Registration §2: without an algorithm a client may send any, none too. It
// may not where a signature is demanded.
func TestAnUnsignedObjectIsTakenWhereNoSignatureIsDemanded(t *testing.T) {
	o, _ := newOpener()
	encode := base64.RawURLEncoding.EncodeToString
	raw := encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(`{"state":"x"}`)) + "."
	for name, row := range map[string]struct {
		r     Registered
		taken bool
	}{
		"nothing registered": {Registered{}, true},
		"none registered":    {Registered{Alg: NoAlg}, true},
		"an algorithm":       {Registered{Alg: "ES256"}, false},
		"the secret":         {Registered{Alg: clientauth.HS256}, false},
		"always signed":      {Registered{MustSign: true}, false},
		"none, but signed":   {Registered{Alg: NoAlg, MustSign: true}, false},
		"high security":      {Registered{HighSecurity: true}, false},
		"none and high":      {Registered{Alg: NoAlg, HighSecurity: true}, false},
	} {
		object, err := o.Open(t.Context(), row.r, raw, anything)
		refusal := ErrorOf(err)
		switch {
		case row.taken && (err != nil || object.Signed() || string(object.Claims["state"]) != `"x"`):
			t.Errorf("%s: got %v, %v", name, object, err)
		case !row.taken && (refusal == nil || refusal.Code != Invalid):
			t.Errorf("%s: got %v, want %s", name, err, Invalid)
		}
	}
	if _, err := o.Open(t.Context(), Registered{}, raw+"c2lnbmVk", anything); ErrorOf(err) == nil {
		t.Error("an object that says none and has a signature was taken")
	}
}
