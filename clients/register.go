package clients

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
	"github.com/fedhub/fedhub/internal/texts"
)

// The errors of RFC 7591 §3.2.2.
const (
	InvalidRedirectURI  = "invalid_redirect_uri"
	InvalidMetadata     = "invalid_client_metadata"
	InvalidStatement    = "invalid_software_statement"
	UnapprovedStatement = "unapproved_software_statement"
)

// A RegistrationError says why a client cannot be registered as it declares
// itself.
type RegistrationError struct {
	Code string // one of the constants above
	forms.Problems
	cause error
}

// Error includes the private cause.
func (e *RegistrationError) Error() string {
	text := e.Code + ": " + e.Problems.Error()
	if e.cause == nil {
		return text
	}
	return text + ": " + e.cause.Error()
}

// Unwrap returns the private cause.
func (e *RegistrationError) Unwrap() error { return e.cause }

// A Metadata is client metadata that was read, checked and completed, and
// is not kept yet.
type Metadata struct{ client Client }

// Metadata is what the client would be registered with.
func (d Metadata) Metadata() map[string]any { return MetadataOf(d.client) }

// ExceedsRegistration says that the client wants to ask people who never came to it
// (CIBA), and that nobody whom the hub trusts vouches for it.
func (d Metadata) ExceedsRegistration() bool {
	return d.client.AllowsGrant(GrantCIBA) && d.client.Registration.Vouched == ""
}

// Declare reads a client's metadata (RFC 7591 §2). It may fetch what the
// metadata points to, and keeps nothing. trusted are the issuers whose
// software statements count, and where each publishes its keys. What is wrong
// with the metadata is *RegistrationError.
func (r *Registry) Declare(ctx context.Context, body []byte, l Limits, trusted map[string]string) (Metadata, error) {
	raw, err := jsonx.ParseObject(body)
	if err != nil {
		return Metadata{}, invalidMetadata(forms.New("", "registration.metadata.bad", "cause", err))
	}
	vouched, err := r.applySoftwareStatement(ctx, raw, trusted)
	if err != nil {
		return Metadata{}, err
	}
	var d declaration
	if err := d.read(raw); err != nil {
		return Metadata{}, invalidMetadata(forms.New("", "registration.metadata.bad", "cause", err))
	}
	d.Registration.Vouched, d.Registration.At = vouched, r.stamp()
	if err := d.settle(l); err != nil {
		return Metadata{}, declared(err)
	}
	d.Tidy()
	if err := d.Validate(r.allowHTTP).Err(); err != nil {
		return Metadata{}, declared(err)
	}
	return Metadata{d.Client}, declared(r.checkSector(ctx, d.Client))
}

// declared makes of the forms.Problems of a client an error for who declared it.
func declared(err error) error {
	if problems, ok := errors.AsType[forms.Problems](err); ok {
		return invalidMetadata(problems)
	}
	return err
}

// invalidMetadata names the error by what is wrong (RFC 7591 §3.2.2).
func invalidMetadata(problems forms.Problems) *RegistrationError {
	e := &RegistrationError{Code: InvalidMetadata, Problems: problems}
	if slices.ContainsFunc(problems, func(p forms.Problem) bool {
		return strings.HasSuffix(p.Field, "redirect_uris") || p.Field == "default_redirect_uri"
	}) {
		e.Code = InvalidRedirectURI
	}
	return e
}

// Register keeps a declared client and returns it with its secret, if it uses
// one, and its registration access token. Neither can be shown again.
func (r *Registry) Register(ctx context.Context, d Metadata, origin texts.Text) (c Client, secret, token string, err error) {
	token = names.RegistrationPrefix + secrets.Text(32)
	c = d.client.clone()
	c.Origin, c.Registration.TokenHash = origin, secrets.HexHash(token)
	if c, err = r.Add(ctx, c); err != nil {
		return Client{}, "", "", declared(err)
	}
	if c.lacksSecret() {
		if secret, err = r.AddSecret(ctx, c.ID, 0); err != nil {
			return Client{}, "", "", errors.Join(err, r.Delete(ctx, c.ID))
		}
	}
	return c, secret, token, nil
}

// Registered returns a client to whoever holds its registration access token
// (RFC 7592 §2). An unknown client, a wrong token and one that did not
// register itself are all fs.ErrNotExist.
func (r *Registry) Registered(ctx context.Context, id, token string) (Client, error) {
	c, err := r.store.Get(ctx, id)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Client{}, fmt.Errorf("registered client: %w", err)
	}
	if !c.managedBy(token) || err != nil {
		return Client{}, fmt.Errorf("registered client: %w", fs.ErrNotExist)
	}
	return c, nil
}

func (c Client) managedBy(token string) bool {
	same := secrets.Same(c.Registration.TokenHash, secrets.HexHash(token))
	return same && c.Registration.TokenHash != ""
}

// HasSecret reports whether a presented secret is one of the client's.
func (r *Registry) HasSecret(c Client, presented string) bool {
	_, ok := clientauth.Match(c.Secrets, presented, r.now())
	return ok
}

// UpdateMetadata replaces what a client declared (RFC 7592 §2.2) and leaves alone
// what an administrator decided about it. It returns the client, and a secret
// if it uses one now and had none.
func (r *Registry) UpdateMetadata(ctx context.Context, id, token string, d Metadata) (c Client, secret string, err error) {
	err = r.Update(ctx, id, func(kept *Client) error {
		if !kept.managedBy(token) {
			return fs.ErrNotExist // it was replaced or removed meanwhile
		}
		redeclared(kept, d.client)
		return nil
	})
	if err != nil {
		return Client{}, "", declared(err)
	}
	if c, err = r.Lookup(ctx, id); err != nil {
		return Client{}, "", err
	}
	if c.lacksSecret() {
		secret, err = r.AddSecret(ctx, id, 0)
	}
	return c, secret, err
}

// lacksSecret reports whether what the client declared needs a secret that it
// does not have: one at all, or one that is kept as a key too.
func (c Client) lacksSecret() bool {
	fits := func(s clientauth.Secret) bool { return !c.SharesKeys() || len(s.Sealed) > 0 }
	return c.UsesSecret() && !slices.ContainsFunc(c.Secrets, fits)
}

// redeclared writes a declaration over a kept client.
func redeclared(kept *Client, said Client) {
	before := kept.clone()
	kept.takeAll(ByRegistration, said)
	kept.Document = said.clone().Document
	// Another name or other addresses are another app in people's eyes, and
	// an administrator vouched for the one of before, and for what it could
	// ask for then.
	if differs(before, *kept) || widens(before, *kept) {
		kept.SkipAuthorization = false
	}
}

// widens reports whether b may ask people for something that a may not.
func widens(a, b Client) bool {
	more := func(before, after []string) bool {
		return slices.ContainsFunc(after, func(s string) bool { return !slices.Contains(before, s) })
	}
	return more(a.Scopes, b.Scopes) || more(a.DetailTypes, b.DetailTypes)
}
