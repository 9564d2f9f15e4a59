package conformance_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// A feature that is switched off is neither advertised nor published nor
// available for registration, even if the hub has a key for it.
func TestAnAlgorithmCanBeLeftOut(t *testing.T) {
	backend := hubtest.OpenSQLite(t)
	keys := func(w *hubtest.World) string {
		b := w.Browser()
		return b.Read(b.Get(w.URL + "/oauth2/jwks")).Body
	}
	before := hubtest.NewWorld(t, backend)
	if text := keys(before); !strings.Contains(text, "EdDSA") {
		t.Fatalf("a hub that leaves nothing out has no such key: %s", text)
	}
	w := hubtest.NewWorldAs(t, backend, hub.Config{LeftOutAlgs: []string{"EdDSA"}})
	w.Policy(settings.RegistrationOpen)
	w.Person("ada@example.org")
	for _, rotated := range []bool{false, true} {
		if text := keys(w); strings.Contains(text, "OKP") || strings.Contains(text, "EdDSA") || !strings.Contains(text, "RS256") {
			t.Errorf("rotated %v: the keys are %s", rotated, text)
		}
		if !rotated {
			hubtest.Done(t, w.Hub.RotateSigningKeys(t.Context(), audit.Named("test"), "", false))
		}
	}
	b := w.Browser()
	if text := b.Read(b.Get(w.URL + "/.well-known/openid-configuration")).Body; strings.Count(text, "EdDSA") == 0 {
		t.Error("what clients sign is another matter")
	} else if part, _, _ := strings.Cut(text[strings.Index(text, `"id_token_signing_alg_values_supported"`):], "]"); strings.Contains(part, "EdDSA") || !strings.Contains(part, "RS256") {
		t.Errorf("it is offered: %s", part)
	}
	r := w.SendJSON("POST", "/oauth2/register", "", hubtest.Metadata{"redirect_uris": []string{hubtest.Callback}, "id_token_signed_response_alg": "EdDSA"})
	hubtest.Want(t, "registering for it", r.Status, 400)
	a := w.App(func(c *clients.Client) { c.IDTokenAlg = "RS256" })
	hubtest.Want(t, "an ID token", a.Redeem(b.SignInTo(a, "ada@example.org").Get("code")).Str("id_token") != "", true)
}
