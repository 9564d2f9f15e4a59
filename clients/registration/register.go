package registration

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/lasting"
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

// An Error says why a client cannot be registered with its metadata.
type Error struct {
	Code string // one of the constants above
	forms.Problems
	cause error
}

// Error includes the private cause.
func (e *Error) Error() string {
	text := e.Code + ": " + e.Problems.Error()
	if e.cause == nil {
		return text
	}
	return text + ": " + e.cause.Error()
}

// Unwrap returns the private cause.
func (e *Error) Unwrap() error { return e.cause }

// A Metadata is client metadata that was read, checked and completed, but not
// stored yet.
type Metadata struct{ client clients.Client }

// Metadata returns the members that would be registered.
func (d Metadata) Metadata() map[string]any { return MetadataOf(d.client) }

// ExceedsRegistration reports whether the client wants to ask users who did not
// come to it (CIBA), without a trusted issuer of its software statement.
func (d Metadata) ExceedsRegistration() bool {
	return d.client.AllowsGrant(clients.GrantCIBA) && d.client.Registration.Vouched == ""
}

// Declare reads a client's metadata (RFC 7591 §2). It may fetch what the
// metadata refers to, and stores nothing. trusted are the accepted issuers of
// software statements with the addresses of their keys. Wrong metadata is
// *Error.
func (s *Service) Declare(ctx context.Context, body []byte, l Limits, trusted map[string]string) (Metadata, error) {
	raw, err := jsonx.ParseObject(body)
	if err != nil {
		return Metadata{}, invalidMetadata(forms.New("", "registration.metadata.bad", "cause", err))
	}
	vouched, err := s.applySoftwareStatement(ctx, raw, trusted)
	if err != nil {
		return Metadata{}, err
	}
	var d declaration
	if err := d.read(raw); err != nil {
		return Metadata{}, invalidMetadata(forms.New("", "registration.metadata.bad", "cause", err))
	}
	d.Registration.Vouched, d.Registration.At = vouched, s.clients.Stamp()
	if err := d.settle(l); err != nil {
		return Metadata{}, declared(err)
	}
	d.Tidy()
	if err := d.Validate(s.allowHTTP).Err(); err != nil {
		return Metadata{}, declared(err)
	}
	return Metadata{d.Client}, declared(s.clients.CheckSector(ctx, d.Client))
}

// declared turns the forms.Problems of a client into an error for its
// developer.
func declared(err error) error {
	if problems, ok := errors.AsType[forms.Problems](err); ok {
		return invalidMetadata(problems)
	}
	return err
}

// invalidMetadata chooses the error code (RFC 7591 §3.2.2).
func invalidMetadata(problems forms.Problems) *Error {
	e := &Error{Code: InvalidMetadata, Problems: problems}
	if slices.ContainsFunc(problems, func(p forms.Problem) bool {
		return strings.HasSuffix(p.Field, "redirect_uris") || p.Field == "default_redirect_uri"
	}) {
		e.Code = InvalidRedirectURI
	}
	return e
}

// Register stores a client and returns it with its secret, if it uses one, and
// its registration access token. Neither can be shown again. If the limit is
// reached, the error is ErrFull.
func (s *Service) Register(ctx context.Context, d Metadata, origin texts.Text, from Newcomer) (c clients.Client, secret, token string, err error) {
	token = names.RegistrationPrefix + secrets.Text(32)
	c = d.client.Clone()
	c.Origin, c.Registration.TokenHash = origin, secrets.HexHash(token)
	c.Registration.Network, c.Registration.UnusedSince = from.Network, s.clients.Stamp()
	if c, err = s.admit(ctx, c, from); err != nil {
		return clients.Client{}, "", "", declared(err)
	}
	if lacksSecret(c) {
		if secret, err = s.clients.AddSecret(ctx, c.ID, 0); err != nil {
			return clients.Client{}, "", "", errors.Join(err, s.clients.Delete(lasting.Of(ctx), c.ID))
		}
	}
	return c, secret, token, nil
}

// admit stores one client at a time, so that the limit holds.
func (s *Service) admit(ctx context.Context, c clients.Client, from Newcomer) (clients.Client, error) {
	if from.Network != "" {
		s.joining.Lock()
		defer s.joining.Unlock()
		if err := s.roomFor(ctx, from); err != nil {
			return clients.Client{}, err
		}
	}
	return s.clients.Add(ctx, c)
}

// Registered returns a client to the holder of its registration access token
// (RFC 7592 §2). An unknown client, a wrong token and a client that did not
// register itself are all fs.ErrNotExist.
func (s *Service) Registered(ctx context.Context, id, token string) (clients.Client, error) {
	c, err := s.clients.Lookup(ctx, id)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return clients.Client{}, fmt.Errorf("registered client: %w", err)
	}
	if err != nil || !managedBy(c, token) {
		return clients.Client{}, fmt.Errorf("registered client: %w", fs.ErrNotExist)
	}
	return c, nil
}

func managedBy(c clients.Client, token string) bool {
	same := secrets.Same(c.Registration.TokenHash, secrets.HexHash(token))
	return same && c.Registration.TokenHash != ""
}

// UpdateMetadata replaces a client's metadata (RFC 7592 §2.2) and keeps an
// administrator's decisions. It returns the client, and a secret if it needs
// one and had none.
func (s *Service) UpdateMetadata(ctx context.Context, id, token string, d Metadata) (c clients.Client, secret string, err error) {
	err = s.clients.Update(ctx, id, func(kept *clients.Client) error {
		if !managedBy(*kept, token) {
			return fs.ErrNotExist // it was replaced or removed meanwhile
		}
		redeclared(kept, d.client)
		return nil
	})
	if err != nil {
		return clients.Client{}, "", declared(err)
	}
	if c, err = s.clients.Lookup(ctx, id); err != nil {
		return clients.Client{}, "", err
	}
	if lacksSecret(c) {
		secret, err = s.clients.AddSecret(ctx, id, 0)
	}
	return c, secret, err
}

// lacksSecret reports whether the client needs a secret that it does not have:
// any at all, or one that can be used as a key.
func lacksSecret(c clients.Client) bool {
	fits := func(s clientauth.Secret) bool { return !c.SharesKeys() || len(s.Sealed) > 0 }
	return c.UsesSecret() && !slices.ContainsFunc(c.Secrets, fits)
}

// redeclared writes new metadata over a stored client.
func redeclared(kept *clients.Client, said clients.Client) {
	before := kept.Clone()
	kept.Take(clients.ByRegistration, said)
	kept.Document = said.Clone().Document
	// With another name or other addresses it is another app for users, and an
	// administrator's approval was for the earlier app and what it could
	// request then.
	if kept.DiffersFrom(before) || widens(before, *kept) {
		kept.SkipAuthorization = false
	}
}

// widens reports whether b may ask users for something that a may not.
func widens(a, b clients.Client) bool {
	more := func(before, after []string) bool {
		return slices.ContainsFunc(after, func(s string) bool { return !slices.Contains(before, s) })
	}
	return more(a.Scopes, b.Scopes) || more(a.DetailTypes, b.DetailTypes)
}
