package requestobject

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
)

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
			o, err := opener.Open(t.Context(), Registered{Publisher: clientauth.Publisher{ID: "c"}, Alg: alg}, raw)
			var refusal *Error
			switch {
			case err != nil && !errors.As(err, &refusal):
				t.Fatalf("unnamed error %v", err)
			case err == nil && (o.Signed() || alg != NoAlg):
				t.Fatalf("%q is accepted from a client without keys", raw)
			case err == nil && !strings.HasSuffix(raw, "."):
				t.Fatalf("%q has a signature and says none", raw)
			}
		}
	})
}
