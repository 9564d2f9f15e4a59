package openid

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
)

// A secret hides itself from logs.
type secret string

func (secret) String() string       { return "[secret]" }
func (secret) GoString() string     { return "[secret]" }
func (secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// A Proof is our authentication for one token request. The zero Proof only
// names us, as public clients do.
type Proof struct {
	inHeader bool // the secret goes into the header, else into the form
	secret   secret
	form     url.Values
}

// AssertionProof is a signed client assertion (RFC 7523 §2.2).
func AssertionProof(assertion string) Proof {
	return Proof{form: AssertionForm(assertion)}
}

// AssertionForm returns the form parameters of a client assertion.
func AssertionForm(assertion string) url.Values {
	return url.Values{
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {assertion},
	}
}

// authenticate chooses a method that the provider supports (Core §9). The
// header is preferred, because bodies are logged more often.
func (s secret) authenticate(_ context.Context, doc Discovery) (Proof, error) {
	switch {
	case s == "":
		return Proof{}, nil
	case slices.Contains(doc.AuthMethods, "client_secret_basic"):
		return Proof{inHeader: true, secret: s}, nil
	case slices.Contains(doc.AuthMethods, "client_secret_post"):
		return Proof{secret: s}, nil
	}
	return Proof{}, fmt.Errorf("%w: it accepts client secrets neither in the header nor in the form", ErrNoMethod)
}

// ErrNoMethod says that the provider supports none of our authentication
// methods. Any other error of Quirks.Authenticate is our own.
var ErrNoMethod = errors.New("the token endpoint supports none of our authentication methods")

type tokens = oauth2client.Tokens

// redeem exchanges the code (Core §3.1.3).
func (c *Connector) redeem(ctx context.Context, doc Discovery, leg federation.AuthState, code string) (tokens, error) {
	proof, err := c.prove(ctx, doc)
	if err != nil {
		return tokens{}, err
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {leg.Redirect}}
	if !c.manners.noPKCE {
		form.Set("code_verifier", leg.Verifier) // ours, from the leg (FE-06)
	}
	got, err := c.tokens(ctx, doc, proof, form)
	if err == nil && got.ID == "" {
		err = c.faultf(federation.Untrusted, "the token endpoint issued no id_token")
	}
	return got, err
}

// tokens calls the token endpoint.
func (c *Connector) tokens(ctx context.Context, doc Discovery, proof Proof, form url.Values) (tokens, error) {
	maps.Copy(form, proof.form)
	answer, err := oauth2client.Post(ctx, c.line, doc.TokenEndpoint, form,
		oauth2client.Credentials{ID: c.dialect.ClientID, Secret: string(proof.secret), InHeader: proof.inHeader})
	if err != nil {
		return tokens{}, c.fault(federation.Untrusted, fmt.Errorf("ask for tokens: %w", err))
	}
	if answer.Status < 500 {
		c.heard()
	}
	return oauth2client.ReadTokens(c.key.Name, answer)
}

// prove returns our authentication for one token request.
func (c *Connector) prove(ctx context.Context, doc Discovery) (Proof, error) {
	authenticate := c.dialect.Authenticate
	if c.manners.authenticate != nil {
		authenticate = c.manners.authenticate
	}
	if c.manners.inForm {
		doc.AuthMethods = []string{"client_secret_post"}
	}
	proof, err := authenticate(ctx, doc)
	switch {
	case errors.Is(err, ErrNoMethod):
		return Proof{}, c.fault(federation.Misconfigured, err)
	case err != nil:
		return Proof{}, fmt.Errorf("authenticate at the token endpoint: %w", err)
	}
	return proof, nil
}
