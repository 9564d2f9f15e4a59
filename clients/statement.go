package clients

import (
	"context"
	"fmt"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/go-jose/go-jose/v4"
)

const maxStatement = 16 << 10

// heedStatement checks the software statement, if there is one, writes its
// claims over the members beside it (RFC 7591 §2.3: they take precedence), and
// returns who vouches for the client by it.
func (r *Registry) heedStatement(ctx context.Context, raw jsonx.Object, trusted map[string]string) (string, error) {
	value, found := raw["software_statement"]
	if !found || string(value) == "null" {
		return "", nil
	}
	invalid := func(text string, cause error) error {
		return &RegistrationError{Code: InvalidStatement, Text: "the software statement " + text, cause: cause}
	}
	var statement string
	if err := jsonx.Unmarshal(value, &statement); err != nil || len(statement) > maxStatement {
		return "", invalid("is not a JWT", err)
	}
	jws, err := jose.ParseSignedCompact(statement, algorithms())
	if err != nil {
		return "", invalid("is not a signed JWT", err)
	}
	var issuer struct {
		Iss string `json:"iss"`
	}
	if err := jsonx.Unmarshal(jws.UnsafePayloadWithoutVerification(), &issuer); err != nil || issuer.Iss == "" {
		return "", invalid("has no iss", err) // RFC 7591 §3.1.1 asks for it
	}
	published, ok := trusted[issuer.Iss]
	if !ok {
		return "", &RegistrationError{Code: UnapprovedStatement, Text: "the software statement is by an issuer that this hub does not trust"}
	}
	claims, err := r.verifyStatement(ctx, jws, published)
	if err != nil {
		return "", invalid("could not be verified", err)
	}
	for name, value := range claims {
		if name != "software_statement" {
			raw[name] = value
		}
	}
	return issuer.Iss, nil
}

func (r *Registry) verifyStatement(ctx context.Context, jws *jose.JSONWebSignature, published string) (jsonx.Object, error) {
	header := jws.Signatures[0].Protected
	a := assertion{jws: jws, alg: jose.SignatureAlgorithm(header.Algorithm), kid: header.KeyID}
	if _, found := header.ExtraHeaders["crit"]; found {
		return nil, flaw("its crit header is not supported") // RFC 7515 §4.1.11
	}
	// The issuer's place among the keys that are remembered: no client can
	// have an id with a space.
	candidates, err := r.keysFor(ctx, Client{ID: "statement " + published, JWKSURI: published}, a)
	if err != nil {
		return nil, err
	}
	payload, err := a.verify(candidates)
	if err != nil {
		return nil, err
	}
	claims, err := jsonx.ParseObject(payload)
	if err != nil {
		return nil, flaw("its payload is not a JSON object")
	}
	seconds := float64(r.now().Unix())
	for name, wrong := range map[string]func(at float64) bool{
		"exp": func(at float64) bool { return at <= seconds-skew.Seconds() },
		"nbf": func(at float64) bool { return at > seconds+skew.Seconds() },
	} {
		var at float64
		value, found := claims[name]
		if !found {
			continue
		}
		if err := jsonx.Unmarshal(value, &at); err != nil || wrong(at) {
			return nil, fmt.Errorf("its %s is not met", name)
		}
	}
	return claims, nil
}
