package hub

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/names"
)

// What follows takes over what another system kept. Each change is recorded
// with the name that is given as by.

// ImportedSubject is the id of somebody to whom the other system gave none. It
// is the same at each import, so nobody is made twice, and says nothing about
// the person.
func (h *Hub) ImportedSubject(from, name string) string {
	mac := hmac.New(sha256.New, h.box.Derive(names.KeyOfImports))
	mac.Write([]byte(from + "\x00" + strings.ToLower(name))) //nolint:errcheck // a hash takes everything
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// WouldImportUser says what the import of a person finds here, and whom.
func (h *Hub) WouldImportUser(ctx context.Context, i users.Import) (users.Standing, users.User, error) {
	return h.users.WouldImport(ctx, i)
}

// ImportUser adds a person from another system, or changes one who was
// imported before and whom nobody touched here since.
func (h *Hub) ImportUser(ctx context.Context, by string, i users.Import, again bool) (users.User, error) {
	write, kind := h.users.AddImported, audit.UserAdded
	if again {
		write, kind = h.users.UpdateImported, audit.UserChanged
	}
	u, err := write(ctx, i)
	if err != nil {
		return users.User{}, err
	}
	h.audit.Record(ctx, audit.Event{Kind: kind, Actor: by, Target: u.ID, Reason: "Imported from another system.",
		Detail: map[string]string{"from": i.From, "roles": strings.Join(u.Roles, ", ")}})
	if again && u.Disabled {
		err = h.logouts.EndAll(ctx, u) // their apps and hubs are told, as by SwitchUser
	}
	return u, err
}

// IdentityOwner is the id of the user whom an identity is linked to; empty if
// there is none.
func (h *Hub) IdentityOwner(ctx context.Context, c users.Claim) (string, error) {
	u, err := h.users.Linked(ctx, c)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return u.ID, err
}

// LinkImported links an identity that the other system knew a person by.
func (h *Hub) LinkImported(ctx context.Context, by, userID string, c users.Claim) (bool, error) {
	linked, err := h.users.LinkImported(ctx, userID, c)
	if linked {
		h.audit.Record(ctx, audit.Event{Kind: audit.LinkMade, Actor: by, Target: userID, LoginKey: c.Key, Reason: "Imported with the user."})
	}
	return linked, err
}

// WouldImportClient says what the import of a client finds here, and what
// differs. What cannot be kept is clients.Problems.
func (h *Hub) WouldImportClient(ctx context.Context, c clients.Client, secret string) (clients.ClientStanding, []string, error) {
	if err := h.clients.CheckImport(c, secret); err != nil {
		return "", nil, err
	}
	kept, err := h.clients.Lookup(ctx, c.ID)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return clients.Fresh, nil, nil
	case err != nil:
		return "", nil, err
	}
	standing, differ := h.clients.Standing(&kept, c, secret)
	if standing == clients.Stale {
		err = h.clients.CheckReimport(kept, c, secret)
	}
	return standing, differ, err
}

// CheckRedirect says what is wrong with an address that a client takes answers
// at; nothing if it can be registered.
func (h *Hub) CheckRedirect(address string) error {
	return clients.ValidateRedirectURI(address, h.config.AllowPrivateAddresses)
}

// ImportClient adds a client from another system, or changes one that was
// imported before and that nobody touched here since.
func (h *Hub) ImportClient(ctx context.Context, by string, c clients.Client, secret string, again bool) error {
	kind, err := audit.ClientAdded, error(nil)
	c.CreatedBy = by
	if again {
		kind, err = audit.ClientChanged, h.clients.Reimport(ctx, c, secret)
	} else {
		_, err = h.clients.Import(ctx, c, secret)
	}
	if err == nil {
		h.audit.Record(ctx, audit.Event{Kind: kind, Actor: by, Client: c.ID, Target: c.Name, Reason: "Imported from another system."})
	}
	return err
}

// CheckLoginKey says, as federation.Problems, why a Social Login Key could not
// be added.
func (h *Hub) CheckLoginKey(k federation.LoginKey, secret string) error {
	return h.upstreams.Check(k, secret)
}

// Imported records that an import was carried out, and what came of it.
func (h *Hub) Imported(ctx context.Context, by, from string, counts map[string]int) {
	detail := map[string]string{"from": from}
	for what, n := range counts {
		detail[what] = strconv.Itoa(n)
	}
	h.audit.Record(ctx, audit.Event{Kind: audit.ImportDone, Actor: by, Detail: detail})
}
