// Package jwt reads and checks the JSON Web Tokens that others present. What a
// token must be for one use is a Policy, a value that is written down beside
// that use; nothing is accepted by rules that a policy leaves unsaid. A token
// made for one use passes at no other (RFC 8725 §3.11, §3.12): a test in
// package hub hands the token of every use to all others.
//
// The cryptography is go-jose's, and this is the only place that calls its
// parser of signed tokens.
package jwt

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/go-jose/go-jose/v4"
)

// A Policy is what a token must be to be accepted for one use.
type Policy struct {
	Use string // what the token is, like "client assertion"

	// Algorithms are those that may have signed it. They are the policy's,
	// never the header's (RFC 8725 §3.1); a caller can only narrow them, see Only.
	Algorithms []jose.SignatureAlgorithm
	// Types are the values that typ may have; case does not matter, nor does a
	// leading "application/" (RFC 7515 §4.1.9).
	Types []string
	// Untyped: typ may be missing, as most old uses of JWTs have it.
	Untyped bool
	// Audience is how aud is held against the names of who reads the token.
	Audience Audience
	// EmbeddedKey: the token brings the public key that made it, in jwk.
	EmbeddedKey bool
	MaxSize     int // bytes

	// What Check holds the claims against.
	By, For  string        // whom iss and aud must name, by the code of the sentence for the sender
	Required []string      // claims that must be there
	Absent   []string      // claims that may not be there: they are of another use
	Ignored  []string      // claims that are not looked at
	Leeway   time.Duration // how far the sender's clock may be off
	MaxLife  time.Duration // how far ahead exp may be; 0: any
	MaxAge   time.Duration // how long ago nbf may be; 0: any
	Fresh    time.Duration // how long ago iat may be, to the second; 0: any
}

// Audience is a rule about aud.
type Audience int

// The rules about aud. There is no rule until one is named.
const (
	// One: aud is one string, which names the reader. A list would let another
	// reader collect a token that this one accepts (CVE-2025-27370).
	One Audience = iota + 1
	// Among: aud is the reader, or a list with the reader in it.
	Among
	// Alone: aud names the reader and nobody else.
	Alone
	// Party: aud is the reader, or a list with the reader in it; azp must name
	// the reader too, where it is there or aud names others (OpenID Connect Core
	// §3.1.3.7).
	Party
	// IfNamed: as Among where there is an aud at all.
	IfNamed
	// ByCaller: what aud must be depends on what the caller finds out later.
	ByCaller
	// Elsewhere: another claim ties the token to the reader.
	Elsewhere
)

// Flaw is what is wrong with a token, by its code (texts.New). It may be told to
// who made the token.
func Flaw(code string, pairs ...any) error { return &flaw{texts.New(code, pairs...)} }

type flaw struct{ texts.Text }

func (f *flaw) Error() string        { return f.String() }
func (f *flaw) Sentence() texts.Text { return f.Text }

// IsFlaw reports whether an error is what is wrong with a token.
func IsFlaw(err error) bool {
	_, is := errors.AsType[*flaw](err)
	return is
}

// Reason is what may be told of an error to who made the token: the flaw in it,
// if there is one.
func Reason(err error) texts.Text {
	if f, is := errors.AsType[*flaw](err); is {
		return f.Text
	}
	return texts.New("jwt.unverified")
}

// check refuses a policy that leaves a rule unsaid.
func (p Policy) check() error {
	named := func(alg jose.SignatureAlgorithm) bool { return slices.Contains(known, alg) }
	switch {
	case len(p.Algorithms) == 0:
		return fmt.Errorf("the policy for a %s names no algorithms, so it accepts nothing", p.Use)
	case slices.ContainsFunc(p.Algorithms, func(alg jose.SignatureAlgorithm) bool { return !named(alg) }):
		return fmt.Errorf("the policy for a %s allows the algorithm none", p.Use)
	case len(p.Types) == 0 && !p.Untyped:
		return fmt.Errorf("the policy for a %s has no rule about typ, so it accepts nothing", p.Use)
	case p.Audience == 0:
		return fmt.Errorf("the policy for a %s has no rule about aud, so it accepts nothing", p.Use)
	case p.MaxSize == 0:
		return fmt.Errorf("the policy for a %s has no size, so it accepts nothing", p.Use)
	}
	return nil
}

// known are the algorithms that a policy may name; "none" is not among them.
var known = []jose.SignatureAlgorithm{
	jose.ES256, jose.ES384, jose.ES512, jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.EdDSA,
	jose.HS256, jose.HS384, jose.HS512,
}

// A Header is what a token says of itself before anything is verified.
type Header struct {
	Algorithm, KeyID, Type string
	key                    jsonx.Value
}

// A Token is in the form that its policy wants. Nobody vouches for what is in
// it until Verify has said so.
type Token struct {
	Header
	Key *jose.JSONWebKey // the public key that it brings, where the policy wants one
	jws *jose.JSONWebSignature
}

// Header reads the header of a token: form, size, typ and crit are right.
func (p Policy) Header(raw string) (Header, error) {
	if err := p.check(); err != nil {
		return Header{}, err
	}
	if len(raw) > p.MaxSize {
		return Header{}, Flaw("jwt.long")
	}
	first, _, _ := strings.Cut(raw, ".")
	text, err := base64.RawURLEncoding.DecodeString(first)
	// The decoder would pass over line breaks, which no JWT has (RFC 7515 §2).
	if err != nil || strings.Count(raw, ".") != 2 || strings.ContainsAny(raw, "\r\n") {
		return Header{}, Flaw("jwt.form")
	}
	o, err := jsonx.ParseObject(text)
	if err != nil {
		return Header{}, Flaw("jwt.form")
	}
	h := Header{Algorithm: o.Loose("alg"), KeyID: o.Loose("kid"), Type: o.Loose("typ"), key: o["jwk"]}
	switch {
	case o.Has("crit"):
		return Header{}, Flaw("jwt.crit") // RFC 7515 §4.1.11
	case !o.Has("typ") && !p.Untyped, o.Has("typ") && !p.typed(h.Type):
		return Header{}, Flaw("jwt.typ", "types", p.Types)
	case p.EmbeddedKey:
		return h, h.checkKey()
	}
	return h, nil
}

func (p Policy) typed(typ string) bool {
	typ = strings.TrimPrefix(strings.ToLower(typ), "application/")
	return slices.ContainsFunc(p.Types, func(t string) bool { return strings.EqualFold(t, typ) })
}

// checkKey looks at the key before anything is done with it: the primes of a
// private key are a lot of work to be made to check.
func (h Header) checkKey() error {
	members, err := jsonx.ParseObject(h.key)
	if err != nil {
		return Flaw("jwt.jwk.missing")
	}
	if IsPrivate(members) {
		return Flaw("jwt.jwk.private")
	}
	return nil
}

// Only returns the policy with those of its algorithms that are on a list, too.
// If there is none, it accepts nothing.
func (p Policy) Only(allowed ...jose.SignatureAlgorithm) Policy {
	p.Algorithms = slices.DeleteFunc(slices.Clone(p.Algorithms), func(alg jose.SignatureAlgorithm) bool { return !slices.Contains(allowed, alg) })
	return p
}

// Parse reads a token that one of the policy's algorithms signed. Keys and
// links to keys in its header are not looked at, unless the policy wants the
// token to bring its key.
func (p Policy) Parse(raw string) (*Token, error) {
	h, err := p.Header(raw)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(p.Algorithms, jose.SignatureAlgorithm(h.Algorithm)) {
		return nil, Flaw("jwt.alg", "algs", names(p.Algorithms))
	}
	jws, err := jose.ParseSignedCompact(raw, p.Algorithms)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", Flaw("jwt.alg", "algs", names(p.Algorithms)), err)
	}
	t := &Token{Header: h, jws: jws}
	if p.EmbeddedKey {
		t.Key = jws.Signatures[0].Protected.JSONWebKey
	}
	return t, nil
}

func names(algs []jose.SignatureAlgorithm) []string {
	list := make([]string, len(algs))
	for i, alg := range algs {
		list[i] = string(alg)
	}
	return list
}

// ErrSignature is returned where a key did not make the signature.
var ErrSignature = errors.New("the signature does not match the key")

// Verify returns the payload if the key made the signature.
func (t *Token) Verify(key any) ([]byte, error) {
	payload, err := t.jws.Verify(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return payload, nil
}

// Unverified returns the claims that nobody vouches for yet. They are good for
// nothing but finding the key that verifies, and for turning strangers away.
func (t *Token) Unverified() (jsonx.Object, error) {
	return jsonx.ParseObject(t.Payload())
}

// Payload is the text of the claims that nobody vouches for yet, see Unverified.
func (t *Token) Payload() []byte { return t.jws.UnsafePayloadWithoutVerification() }
