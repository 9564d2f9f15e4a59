package requestobject

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
	"github.com/fedhub/fedhub/templates"
)

const issuer = "https://id.example.org"

func newOpener() (Opener, *keytest.Clock) {
	clock := keytest.NewClock()
	return Opener{Verifier: &clientauth.Verifier{
		Issuer: issuer, Replay: (&keytest.Replay{Clock: clock}).Use, Keys: &clientauth.Keyring{Now: clock.Now}, Now: clock.Now,
	}}, clock
}

func changed(claims map[string]any, change map[string]any) map[string]any {
	out := maps.Clone(claims)
	maps.Copy(out, change)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

func TestARequestByBackChannelIsHeldToItsRules(t *testing.T) { // CIBA §7.1.1, FAPI-CIBA §5.2.2
	o, clock := newOpener()
	key := keytest.New(t, "k", jose.ES256)
	bank := Registered{Publisher: clientauth.Publisher{ID: "bank", JWKS: keytest.JWKS(t, key)}, BackchannelAlg: "ES256"}
	now := clock.Now()
	in := func(d time.Duration) int64 { return now.Add(d).Unix() }
	asked := func(change map[string]any) map[string]any {
		return changed(map[string]any{
			"iss": "bank", "aud": issuer, "iat": in(0), "nbf": in(0), "exp": in(time.Minute), "jti": "1", "login_hint": "ada",
		}, change)
	}
	for what, row := range map[string]struct {
		change map[string]any
		text   string // empty: accepted
	}{
		"as it should be":                {nil, ""},
		"to several":                     {map[string]any{"jti": "2", "aud": []string{issuer, "https://other.example.org"}}, ""},
		"to somebody else":               {map[string]any{"aud": "https://other.example.org"}, "its aud must be the issuer"},
		"to nobody":                      {map[string]any{"aud": nil}, "its aud must be the issuer"},
		"in another's name":              {map[string]any{"iss": "another"}, "its iss must be the client_id"},
		"as if it were an assertion":     {map[string]any{"sub": "bank"}, "its sub must not be the client_id"},
		"expired":                        {map[string]any{"exp": in(-time.Minute)}, "it has expired"},
		"expired by less than clocks do": {map[string]any{"jti": "3", "exp": in(-59 * time.Second)}, ""},
		"an hour ahead":                  {map[string]any{"jti": "4", "exp": in(61 * time.Minute)}, ""},
		"more than that":                 {map[string]any{"exp": in(61*time.Minute + time.Second)}, "more than 60 minutes in the future"},
		"made in the future":             {map[string]any{"iat": in(61 * time.Second)}, "its iat is in the future"},
		"made a minute from now":         {map[string]any{"jti": "5", "iat": in(time.Minute)}, ""},
		"good in the future":             {map[string]any{"nbf": in(61 * time.Second)}, "its nbf is in the future"},
		"good for an hour":               {map[string]any{"jti": "6", "nbf": in(-61 * time.Minute)}, ""},
		"good for longer":                {map[string]any{"nbf": in(-61*time.Minute - time.Second)}, "more than 60 minutes ago"},
		"with a name of 512 bytes":       {map[string]any{"jti": strings.Repeat("j", 512)}, ""},
		"with a name too long":           {map[string]any{"jti": strings.Repeat("j", 513)}, "its jti is too long"},
		"without a name":                 {map[string]any{"jti": nil}, "it needs all of exp, iat, nbf, jti"},
		"without a time it was made":     {map[string]any{"iat": nil}, "it needs all of exp, iat, nbf, jti"},
		"without a beginning":            {map[string]any{"nbf": nil}, "it needs all of exp, iat, nbf, jti"},
		"without an end":                 {map[string]any{"exp": nil}, "it needs all of exp, iat, nbf, jti"},
		"with an end that is no number":  {map[string]any{"exp": "1"}, "its exp has the wrong type"},
		"of a size that nobody needs":    {map[string]any{"binding_message": strings.Repeat("m", 48<<10)}, "it is too long"},
	} {
		members, err := o.OpenBackchannel(t.Context(), bank, keytest.Sign(t, key, asked(row.change), nil))
		if row.text == "" {
			if err != nil || string(members["login_hint"]) != `"ada"` {
				t.Errorf("%s: got %s, %v", what, members["login_hint"], err)
			}
			continue
		}
		if e := ErrorOf(err); e == nil || !strings.Contains(e.Why.In(templates.Sentence, ""), row.text) {
			t.Errorf("%s: got %v, want a refusal that says %q", what, err, row.text)
		}
	}
}

func TestARequestByBackChannelIsMadeOnce(t *testing.T) { // CIBA §7.1.1
	o, clock := newOpener()
	key, stranger := keytest.New(t, "k", jose.ES256), keytest.New(t, "k", jose.ES256)
	bank := Registered{Publisher: clientauth.Publisher{ID: "bank", JWKS: keytest.JWKS(t, key)}, BackchannelAlg: "ES256"}
	now := clock.Now().Unix()
	asked := map[string]any{"iss": "bank", "aud": issuer, "iat": now, "nbf": now, "exp": now + 60, "jti": "1"}
	_, err := o.OpenBackchannel(t.Context(), bank, keytest.Sign(t, stranger, asked, nil))
	if ErrorOf(err) == nil {
		t.Errorf("by a stranger: got %v, want a refusal", err)
	}
	raw := keytest.Sign(t, key, asked, nil)
	if _, err := o.OpenBackchannel(t.Context(), bank, raw); err != nil {
		t.Errorf("the first time, whose name no stranger could use up: %v", err)
	}
	if _, err := o.OpenBackchannel(t.Context(), bank, raw); ErrorOf(err) == nil {
		t.Errorf("the second time: got %v, want a refusal", err)
	}
	// It is remembered for as long as it would be accepted.
	clock.Forward(2*time.Minute - time.Second)
	if _, err := o.OpenBackchannel(t.Context(), bank, raw); ErrorOf(err) == nil {
		t.Errorf("a minute after its end: got %v, want a refusal", err)
	}

	o.Verifier.Replay = nil
	if _, err := o.OpenBackchannel(t.Context(), bank, keytest.Sign(t, key, changed(asked, map[string]any{"jti": "2"}), nil)); err == nil || ErrorOf(err) != nil {
		t.Errorf("without a replay memory: got %v, want an error of ours", err)
	}
}
