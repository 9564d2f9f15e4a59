// Package jwt parses and checks JSON Web Tokens of others. The rules for one
// use of a token are a Policy, defined beside that use; a policy that leaves a
// rule out accepts nothing. A token for one use is refused for every other (RFC
// 8725 §3.11, §3.12): a test in package hub checks all combinations.
//
// go-jose does the cryptography, and its parser of signed tokens is only called
// here.
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

// A Policy is the rules for accepting a token for one use.
type Policy struct {
	Use string // the kind of token, like "client assertion"

	// Algorithms are the accepted signature algorithms. The policy decides,
	// never the header (RFC 8725 §3.1); a caller can only narrow them, see
	// Only.
	Algorithms []jose.SignatureAlgorithm
	// Types are the accepted values of typ; case and a leading "application/"
	// are ignored (RFC 7515 §4.1.9).
	Types []string
	// Untyped: typ may be missing, as in most older uses of JWTs.
	Untyped bool
	// Audience is how aud is compared with the names of the reader.
	Audience Audience
	// EmbeddedKey: the token contains its public key, in jwk.
	EmbeddedKey bool
	MaxSize     int // bytes

	// For Check:
	By, For  string        // who iss and aud must name, by the code of the sentence for the sender
	Required []string      // claims that must be present
	Absent   []string      // claims that must not be present, because they belong to another use
	Ignored  []string      // claims that are not checked
	Leeway   time.Duration // tolerance for the sender's clock
	MaxLife  time.Duration // how far in the future exp may be; 0: any
	MaxAge   time.Duration // how far in the past nbf may be; 0: any
	Fresh    time.Duration // how far in the past iat may be, to the second; 0: any
}

// Audience is a rule about aud.
type Audience int

// The rules for aud. A policy must choose one.
const (
	// One: aud is a single string, the reader. With a list, another reader
	// could collect a token that this one accepts (CVE-2025-27370).
	One Audience = iota + 1
	// Among: aud is the reader, or a list that contains it.
	Among
	// Alone: aud names only the reader.
	Alone
	// Party: aud is the reader, or a list that contains it; azp must be the
	// reader too, if it is present or aud has other names (OpenID Connect Core
	// §3.1.3.7).
	Party
	// IfNamed: as Among, if there is an aud.
	IfNamed
	// ByCaller: the caller checks aud later.
	ByCaller
	// Elsewhere: another claim binds the token to the reader.
	Elsewhere
)

// Flaw is what is wrong with a token, by its code (texts.New). The sender of
// the token may see it.
func Flaw(code string, pairs ...any) error { return &flaw{texts.New(code, pairs...)} }

type flaw struct{ texts.Text }

func (f *flaw) Error() string        { return f.String() }
func (f *flaw) Sentence() texts.Text { return f.Text }

// IsFlaw reports whether an error is a Flaw.
func IsFlaw(err error) bool {
	_, is := errors.AsType[*flaw](err)
	return is
}

// Reason is the part of an error that the sender of the token may see: its
// flaw, if there is one.
func Reason(err error) texts.Text {
	if f, is := errors.AsType[*flaw](err); is {
		return f.Text
	}
	return texts.New("jwt.unverified")
}

// check refuses a policy that leaves out a rule.
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

// known are the algorithms that a policy may use; "none" is not included.
var known = []jose.SignatureAlgorithm{
	jose.ES256, jose.ES384, jose.ES512, jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.EdDSA,
	jose.HS256, jose.HS384, jose.HS512,
}

// A Header is the unverified header of a token.
type Header struct {
	Algorithm, KeyID, Type string
	key                    jsonx.Value
}

// A Token has the form that its policy requires. Its content is unverified
// until Verify succeeds.
type Token struct {
	Header
	Key *jose.JSONWebKey // the public key in it, if the policy requires one
	jws *jose.JSONWebSignature
}

// Header reads the header of a token after checking form, size, typ and crit.
func (p Policy) Header(raw string) (Header, error) {
	if err := p.check(); err != nil {
		return Header{}, err
	}
	if len(raw) > p.MaxSize {
		return Header{}, Flaw("jwt.long")
	}
	first, _, _ := strings.Cut(raw, ".")
	text, err := base64.RawURLEncoding.DecodeString(first)
	// The decoder would ignore line breaks, which a JWT cannot have (RFC 7515
	// §2).
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

// checkKey checks the key before any other use, because checking the primes of
// a private key is expensive.
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

// Only returns the policy with only those of its algorithms that are also on a
// list. With none left, it accepts nothing.
func (p Policy) Only(allowed ...jose.SignatureAlgorithm) Policy {
	p.Algorithms = slices.DeleteFunc(slices.Clone(p.Algorithms), func(alg jose.SignatureAlgorithm) bool { return !slices.Contains(allowed, alg) })
	return p
}

// Parse reads a token with one of the policy's algorithms. Keys and links to
// keys in its header are ignored, unless the policy requires an embedded key.
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

// ErrSignature says that the signature does not match the key.
var ErrSignature = errors.New("the signature does not match the key")

// Verify returns the payload if the signature matches the key.
func (t *Token) Verify(key any) ([]byte, error) {
	payload, err := t.jws.Verify(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return payload, nil
}

// Unverified returns the unverified claims. Use them only to find the key for
// verification, and to refuse unknown issuers early.
func (t *Token) Unverified() (jsonx.Object, error) {
	return jsonx.ParseObject(t.Payload())
}

// Payload is the text of the unverified claims, see Unverified.
func (t *Token) Payload() []byte { return t.jws.UnsafePayloadWithoutVerification() }
