package clients

import (
	"context"
	"fmt"
	"slices"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// The subject types (OIDC Core §8).
const (
	Public   = "public"   // a user has one sub for all clients
	Pairwise = "pairwise" // a user has another sub for each sector
)

// maxSector bounds a sector's document, in bytes.
const maxSector = 64 << 10

// Sector names the group of clients that see a user under one sub: the host of
// the sector identifier document or, without one, of the redirect URIs (OIDC
// Core §8.1). It is empty for a client with public subjects.
//
// A redirect URI identifies the client's owner only if answers are sent there.
func (c Client) Sector() string {
	if c.SubjectType != Pairwise {
		return ""
	}
	if u, err := redirecturi.Parse(c.SectorIdentifierURI); err == nil {
		return u.Host
	}
	if hosts := redirecturi.Hosts(c.RedirectURIs); len(hosts) == 1 && !c.Decoupled() {
		return hosts[0]
	}
	return c.ID // a sector of its own: a service, or an app without a web address
}

func checkSubject(c Client, allowHTTP bool) forms.Problems {
	switch {
	case c.SubjectType != "" && c.SubjectType != Public && c.SubjectType != Pairwise:
		return forms.New("subject_type", "client.subject_type.bad", "one", Public, "other", Pairwise)
	case c.SectorIdentifierURI != "":
		return redirecturi.CheckEndpoint("sector_identifier_uri", "client.label.sector", c.SectorIdentifierURI, allowHTTP)
	case c.SubjectType == Pairwise && len(redirecturi.Hosts(c.RedirectURIs)) > 1:
		// OIDC Core §8.1.
		return forms.New("sector_identifier_uri", "client.sector.missing", "hosts", redirecturi.Hosts(c.RedirectURIs))
	}
	return nil
}

// CheckSector reads the sector identifier document, which must list every
// redirect URI of the client (OIDC Core §8.1, OIDC Registration §5). Otherwise
// any client could join a sector and correlate its users.
func (r *Registry) CheckSector(ctx context.Context, c Client) error {
	if c.SectorIdentifierURI == "" {
		return nil
	}
	body, err := r.documents.Read(ctx, c.SectorIdentifierURI, maxSector)
	if err != nil {
		r.log.InfoContext(ctx, "could not read the sector identifier document of an application", "client", c.ID, "error", err)
		return forms.New("sector_identifier_uri", "client.sector.unread")
	}
	var listed []string
	if jsonx.Unmarshal(body, &listed) != nil {
		return forms.New("sector_identifier_uri", "client.sector.bad")
	}
	if c.Decoupled() && !(c.provesKeys() && slices.Contains(listed, c.JWKSURI)) {
		// CIBA §4: without redirect URIs the JWKS URI must be in the document.
		return forms.New("sector_identifier_uri", "client.sector.keyless")
	}
	for _, address := range c.RedirectURIs {
		if !slices.Contains(listed, address) {
			return forms.New("sector_identifier_uri", "client.sector.foreign", "address", address)
		}
	}
	return nil
}

// sectorChanged reports whether the sector must be checked again.
func sectorChanged(before, after Client) bool {
	return after.SectorIdentifierURI != "" &&
		(before.SectorIdentifierURI != after.SectorIdentifierURI || !slices.Equal(before.RedirectURIs, after.RedirectURIs) ||
			after.Decoupled() && (!before.Decoupled() || before.JWKSURI != after.JWKSURI || before.provesKeys() != after.provesKeys()))
}

// provesKeys reports whether the client must authenticate with the keys that
// its JWKS URI publishes.
func (c Client) provesKeys() bool {
	return c.JWKSURI != "" && (c.AuthMethod == clientauth.MethodKey || c.AuthMethod == clientauth.MethodOwnTLS)
}

// updateSector checks the new sector before a client is changed, because a slow
// check must not happen during the write.
func (r *Registry) updateSector(ctx context.Context, id string, change func(*Client) error) error {
	before, err := r.Lookup(ctx, id)
	if err != nil {
		return err
	}
	after := before.Clone()
	if err := change(&after); err != nil {
		return err
	}
	after.Tidy()
	if !sectorChanged(before, after) || len(after.Validate(r.allowHTTP)) > 0 {
		return nil
	}
	if err := r.CheckSector(ctx, after); err != nil {
		return fmt.Errorf("update client: %w", err)
	}
	return nil
}
