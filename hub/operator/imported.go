package operator

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
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/texts"
)

// The imports from another system.

// ImportedSubject makes an id for a user without one at the other system. It is
// the same at each import, so no user is created twice, and it reveals nothing
// about the user.
func (s *Service) ImportedSubject(from, name string) string {
	mac := hmac.New(sha256.New, s.parts.Box.Derive(names.KeyOfImports))
	mac.Write([]byte(from + "\x00" + strings.ToLower(name))) //nolint:errcheck // a hash never fails
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// WouldImportUser reports how an import compares with the users here, and with
// which user.
func (s *Service) WouldImportUser(ctx context.Context, i users.Import) (users.ImportStatus, users.User, error) {
	return s.parts.Users.WouldImport(ctx, i)
}

// ImportUser adds a user from another system, or changes one who was imported
// before and not changed here since.
func (s *Service) ImportUser(ctx context.Context, by audit.Actor, i users.Import, again bool) (users.User, error) {
	write, kind := s.parts.Users.AddImported, audit.UserAdded
	if again {
		write, kind = s.parts.Users.UpdateImported, audit.UserChanged
	}
	before, err := s.parts.Users.Get(ctx, i.ID)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return users.User{}, err
	}
	u, err := write(ctx, i)
	if err != nil {
		return users.User{}, err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: kind, Target: u.ID, Why: texts.New("imported"), Changes: audit.Roles(before.Roles, u.Roles),
		Detail: map[string]string{"from": i.From, "roles": strings.Join(u.Roles, ", ")}}))
	if again && u.Disabled {
		err = s.parts.Logouts.EndAll(ctx, u) // their apps and hubs are notified, as by SwitchUser
	}
	return u, err
}

// SignInNameOwner is the id of the user with this user name; empty if there is
// none.
func (s *Service) SignInNameOwner(ctx context.Context, name string) (string, error) {
	return s.parts.Users.SignInNameOwner(ctx, name)
}

// IdentityOwner is the id of the user that an identity is linked to; empty if
// there is none.
func (s *Service) IdentityOwner(ctx context.Context, c linking.Claim) (string, error) {
	u, err := s.parts.Linking.Linked(ctx, c)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return u.ID, err
}

// LinkImported links an identity that the other system had for a user.
func (s *Service) LinkImported(ctx context.Context, by audit.Actor, userID string, c linking.Claim) (bool, error) {
	linked, err := s.parts.Linking.LinkImported(ctx, userID, c)
	if linked {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.LinkMade, Target: userID, LoginKey: c.Key, Why: texts.New("imported.identity")}))
	}
	return linked, err
}

// WouldImportClient reports how an import compares with the clients here, and
// what differs. What cannot be kept is forms.Problems.
func (s *Service) WouldImportClient(ctx context.Context, c clients.Client, secret string) (frappe.Standing, []string, error) {
	if err := s.parts.Sites.CheckImport(c, secret); err != nil {
		return "", nil, err
	}
	kept, err := s.parts.Clients.Lookup(ctx, c.ID)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return frappe.Fresh, nil, nil
	case err != nil:
		return "", nil, err
	}
	standing, differ := s.parts.Sites.Standing(&kept, c, secret)
	if standing == frappe.Stale {
		err = s.parts.Sites.CheckReimport(kept, c, secret)
	}
	return standing, differ, err
}

// CheckRedirect reports what is wrong with a redirect URI; nil if it can be
// registered.
func (s *Service) CheckRedirect(address string) error {
	return redirecturi.Validate(address, s.parts.AllowHTTP)
}

// ImportClient adds a client from another system, or changes one that was
// imported before and not changed here since.
func (s *Service) ImportClient(ctx context.Context, by audit.Actor, c clients.Client, secret string, again bool) error {
	kind, err := audit.ClientAdded, error(nil)
	var changes []audit.Change
	c.CreatedBy = by.Name
	if again {
		kind = audit.ClientChanged
		changes, err = s.reimport(ctx, c, secret)
	} else {
		_, err = s.parts.Sites.Import(ctx, c, secret)
	}
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: kind, Client: c.ID, Target: c.Name, Why: texts.New("imported"), Changes: changes}))
	}
	return err
}

// reimport updates a client from the other system and returns what changed.
func (s *Service) reimport(ctx context.Context, c clients.Client, secret string) ([]audit.Change, error) {
	before, err := s.parts.Clients.Lookup(ctx, c.ID)
	if err == nil {
		err = s.parts.Sites.Reimport(ctx, c, secret)
	}
	if err != nil {
		return nil, err
	}
	after, err := s.parts.Clients.Lookup(ctx, c.ID)
	if err != nil {
		return nil, nil // it was imported before, and removed here since
	}
	return audit.FieldsOf(before).To(audit.FieldsOf(after)), nil
}

// CheckLoginKey returns, as forms.Problems, why a Social Login Key cannot be
// added.
func (s *Service) CheckLoginKey(k federation.LoginKey, secret string) error {
	return s.parts.Upstreams.Check(k, secret)
}

// Imported records that an import ran, and its result.
func (s *Service) Imported(ctx context.Context, by audit.Actor, from string, counts map[string]int) {
	detail := map[string]string{"from": from}
	for what, n := range counts {
		detail[what] = strconv.Itoa(n)
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.ImportDone, Detail: detail}))
}
