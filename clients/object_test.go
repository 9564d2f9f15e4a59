package clients

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

func FuzzOpenObject(f *testing.F) {
	encode := base64.RawURLEncoding.EncodeToString
	for _, header := range []string{`{"alg":"none"}`, `{"alg":"ES256","typ":"oauth-authz-req+jwt"}`, `{"alg":"HS256"}`, `{"crit":["x"]}`, `[]`} {
		f.Add(encode([]byte(header)) + "." + encode([]byte(`{"state":"x"}`)) + ".")
	}
	f.Add("..")
	f.Add("a.b.c.d.e")
	registry := NewRegistry(Options{})
	f.Cleanup(registry.Close)
	f.Fuzz(func(t *testing.T, raw string) {
		PeekObject(raw)
		for _, alg := range []string{"", NoAlg, HS256, "ES256"} {
			o, err := registry.OpenObject(t.Context(), Client{ID: "c", Algs: Algs{Request: alg}}, raw)
			var refusal *ObjectError
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
