package authrequest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/requestobject"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
)

// unwrap replaces the parameters with those of the request object, if there is
// one.
func (k *Service) unwrap(ctx context.Context, d *draft, repeated *oauth.RepeatedError) error {
	raw, uri := d.params["request"], d.params["request_uri"]
	switch {
	case raw == "" && uri == "":
		return nil
	case raw != "" && uri != "":
		return oauth.InvalidRequest("oauth.object.both") // RFC 9101 §5
	case repeated != nil:
		return repeated
	case uri != "":
		var err error
		if raw, err = k.Objects.Fetch(ctx, signerOf(d.client), uri); err != nil {
			return public(err)
		}
	}
	raw, err := k.decrypt(ctx, raw)
	if err != nil {
		return err
	}
	object, err := k.Objects.Open(ctx, signerOf(d.client), raw, func(claims jsonx.Object) (bool, error) {
		if err := checkClaims(claims, d.client, k.Issuer, k.Now()); err != nil {
			return false, err
		}
		params, err := read(claims, d)
		return err == nil && d.answerable(params), err
	})
	if err != nil {
		return public(err)
	}
	params, err := k.inside(object, d)
	if err != nil {
		return err
	}
	d.params, d.signature = params, object.Alg
	return nil
}

// signerOf converts the client's registration for signed requests.
func signerOf(c clients.Client) requestobject.Registered {
	return requestobject.Registered{
		Publisher: c.Publisher(), Secrets: c.Secrets, Alg: c.Algs.Request, BackchannelAlg: c.Algs.CIBARequest,
		MustSign: c.Requests.Signed, HighSecurity: c.Secure(), URIs: c.Requests.URIs,
	}
}

// decrypt opens a request object that was encrypted to the hub (RFC 9101 §6.1).
// Encryption does not prove the sender, so the content counts as if it had come
// unencrypted.
func (k *Service) decrypt(ctx context.Context, raw string) (string, error) {
	if strings.Count(raw, ".") != 4 {
		return raw, nil
	}
	plain, err := k.Signing.Decrypt(ctx, raw)
	if errors.Is(err, signing.ErrDecrypt) {
		return "", oauth.InvalidRequestObject("oauth.object.encryption").Because(err)
	}
	return string(plain), err
}

// public converts a refused request object to a protocol error.
func public(err error) error {
	e := requestobject.ErrorOf(err)
	if e == nil {
		return err
	}
	return oauth.Refuse(e.Code, e.Why).Because(err)
}

// read returns the parameters of an object that does not contradict the
// parameters outside.
func read(claims jsonx.Object, d *draft) (oauth.Params, error) {
	params, err := paramsOf(claims)
	if err != nil {
		return nil, err
	}
	return params, agrees(params, d.params)
}

// answerable reports whether every redirect URI inside and outside is
// registered. Otherwise the hub does not wait for a key.
func (d *draft) answerable(inside oauth.Params) bool {
	for _, uri := range []string{inside["redirect_uri"], d.params["redirect_uri"]} {
		if uri != "" && !d.client.AllowsRedirect(uri) {
			return false
		}
	}
	return true
}

// inside returns the effective parameters.
func (k *Service) inside(object requestobject.Object, d *draft) (oauth.Params, error) {
	params, err := read(object.Claims, d)
	if err != nil {
		return nil, err
	}
	params["client_id"] = d.client.ID
	d.inside = maps.Clone(params)
	if alone(object, d) {
		return params, nil
	}
	// OIDC Core §6.1: parameters inside take precedence; others outside count
	// too.
	for name, value := range d.params {
		if !params.Has(name) && name != "request" && name != "request_uri" {
			params[name] = value
		}
	}
	return params, nil
}

// alone reports whether nothing outside the object counts (RFC 9101 §6.3). OIDC
// Core §6.1 allows other parameters beside it, but a client that relies on the
// signature cannot want that.
func alone(object requestobject.Object, d *draft) bool {
	return d.pushed || // RFC 9126 §3
		strings.HasSuffix(strings.ToLower(object.Type), requestobject.TypeRequest) ||
		d.client.Requests.Signed || d.client.Secure() ||
		d.params["response_type"] == "" || !hasScope(d.params, "openid")
}

// agrees checks that client_id and response_type are equal inside and outside.
func agrees(inside, outside oauth.Params) error {
	if id := inside["client_id"]; id != "" && id != outside["client_id"] {
		return oauth.InvalidRequestObject("oauth.object.client_id") // RFC 9101 §5
	}
	if in, out := inside["response_type"], outside["response_type"]; in != "" && out != "" && !sameWords(in, out) {
		return oauth.InvalidRequestObject("oauth.object.response_type") // OIDC Core §6.1
	}
	if inside.Has("request") || inside.Has("request_uri") {
		return oauth.InvalidRequestObject("oauth.object.nested") // RFC 9101 §4
	}
	return nil
}

func sameWords(a, b string) bool {
	first, second := strings.Fields(a), strings.Fields(b)
	slices.Sort(first)
	slices.Sort(second)
	return slices.Equal(first, second)
}

// objectLife bounds the age and the lifetime of a request object (FAPI 2.0
// Message Signing §5.3.1).
const objectLife = time.Hour

// checkClaims checks the claims by RFC 9101 §4 and, with a security profile, by
// FAPI 2.0 Message Signing §5.3.1, where all are required.
func checkClaims(claims jsonx.Object, client clients.Client, issuer string, now time.Time) error {
	policy, want := requestobject.Policy(), jwt.Want{Audience: []string{issuer}, Now: now}
	high := client.Secure()
	if high {
		policy.Audience, policy.Required, policy.MaxAge = jwt.Among, []string{"exp", "nbf"}, objectLife
	}
	if high || claims.Loose("iss") != "" {
		want.Issuer = client.ID
	}
	c, err := policy.Check(claims, want)
	switch {
	case err == nil && c.Subject == client.ID:
		err = jwt.Flaw("jwt.sub.client") // RFC 9101 §10.8
	case err == nil && high && *c.Ends > *c.Begins+objectLife.Seconds():
		err = jwt.Flaw("jwt.life")
	}
	if err != nil {
		return oauth.InvalidRequestObject("oauth.object.refused", "cause", err)
	}
	return nil
}

// maxInside bounds the members that are read.
const maxInside = 100

// paramsOf converts members to parameters. A string is used as it is; numbers
// and JSON as they are written (RFC 9101 §4).
func paramsOf(claims jsonx.Object) (oauth.Params, error) {
	if len(claims) > maxInside {
		return nil, oauth.InvalidRequestObject("oauth.object.members")
	}
	params := oauth.Params{}
	for name, raw := range claims {
		switch name {
		case "iss", "sub", "aud", "exp", "nbf", "iat", "jti":
			continue
		case "resource":
			var many []string
			if jsonx.Unmarshal(raw, &many) == nil && many != nil {
				if slices.ContainsFunc(many, hidden) {
					return nil, oauth.InvalidRequestObject("oauth.object.text")
				}
				params.SetAll(name, many)
				continue
			}
		}
		value, err := text(raw)
		if err != nil {
			return nil, err
		}
		if value != "" || string(raw) == `""` {
			params[name] = value
		}
	}
	return params, nil
}

func text(raw jsonx.Value) (string, error) {
	trimmed := bytes.TrimSpace(raw)
	if string(trimmed) == "null" {
		return "", nil
	}
	if len(trimmed) > 0 && trimmed[0] != '"' {
		var compact bytes.Buffer
		if err := json.Compact(&compact, trimmed); err != nil {
			return "", oauth.InvalidRequestObject("oauth.object.json").Because(err)
		}
		return compact.String(), nil
	}
	var s string
	if err := jsonx.Unmarshal(trimmed, &s); err != nil || hidden(s) {
		return "", oauth.InvalidRequestObject("oauth.object.text")
	}
	return s, nil
}

func hidden(s string) bool { return !utf8.ValidString(s) || strings.ContainsRune(s, 0) }
