package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// elsewhere gives the request another client IP address, because the hub limits
// requests of one address and the bench is not about the limits.
func elsewhere() header {
	var n [3]byte
	_, _ = rand.Read(n[:])
	return header{"X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", n[0], n[1], n[2])}
}

// credentialsBound requests a token that is bound to a DPoP key (RFC 9449). The
// proof is created before the measurement.
func (t *target) credentialsBound(*visitor, int) []byte {
	return post(t.url, "/oauth2/token", "grant_type=client_credentials", t.world.Job.authorization(),
		header{"DPoP", proof("POST", t.url+"/oauth2/token")})
}

func isBound(_ *visitor, _ int, a answer) error {
	if !bytes.Contains(a.body, []byte(`"token_type":"DPoP"`)) {
		return errors.New("the token is not bound to a key")
	}
	return nil
}

// signer makes DPoP proofs.
var signer = sync.OnceValue(func() jose.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt"))
	if err != nil {
		panic(err)
	}
	return s
})

func proof(method, address string) string {
	claims, err := json.Marshal(map[string]any{"jti": rand.Text(), "htm": method, "htu": address, "iat": time.Now().Unix()})
	if err != nil {
		panic(err)
	}
	signed, err := signer().Sign(claims)
	if err != nil {
		panic(err)
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return compact
}

func (t *target) device(*visitor, int) []byte {
	return post(t.url, "/oauth2/device_authorization", url.Values{"client_id": {t.world.Device.ID}, "scope": {"openid profile"}}.Encode(), elsewhere())
}

// keepAccess keeps access tokens for revocation, in the list of codes.
func (v *visitor) keepAccess(app int, a answer) error {
	v.apps[app].codes = append(v.apps[app].codes, text(a.body, "access_token"))
	return nil
}

func (t *target) revoke(v *visitor, app int) []byte {
	tokens := v.apps[app].codes
	token := tokens[len(tokens)-1]
	v.apps[app].codes = tokens[:len(tokens)-1]
	return post(t.url, "/oauth2/revoke", "token="+token, t.world.Job.authorization())
}

// endSession has no cookie, so no session ends: a new sign-in would have to be part
// of the measurement.
func (t *target) endSession(v *visitor, app int) []byte {
	return get(t.url, "/oauth2/logout?"+url.Values{"id_token_hint": {v.apps[app].id}, "post_logout_redirect_uri": {callback}, "state": {"x"}}.Encode())
}

func (t *target) sessionFrame(*visitor, int) []byte { return get(t.url, "/oauth2/session") }
