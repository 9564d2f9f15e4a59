package frappe

import (
	"context"
	"fmt"
	"slices"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
)

// DropUnused removes the client's secrets that are older than the given one and
// were never used, and returns how many.
func (s *Service) DropUnused(ctx context.Context, id, secret string) (int, error) {
	dropped := 0
	err := s.clients.Change(ctx, id, func(c *clients.Client) error {
		kept, found := s.clients.FindSecret(*c, secret)
		if !found {
			return clients.ErrUnchanged
		}
		before := len(c.Secrets)
		c.Secrets = slices.DeleteFunc(c.Secrets, func(other clientauth.Secret) bool {
			return other.ID != kept.ID && other.LastUsed.IsZero() && !other.Created.After(kept.Created)
		})
		if dropped = before - len(c.Secrets); dropped == 0 {
			return clients.ErrUnchanged
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("drop unused secrets: %w", err)
	}
	return dropped, nil
}

// TakeBack removes a secret that was not delivered, by its value.
func (s *Service) TakeBack(ctx context.Context, id, secret string) error {
	err := s.clients.Change(ctx, id, func(c *clients.Client) error {
		gone, found := s.clients.FindSecret(*c, secret)
		if !found {
			return clients.ErrUnchanged
		}
		c.Secrets = slices.DeleteFunc(c.Secrets, func(other clientauth.Secret) bool { return other.ID == gone.ID })
		return nil
	})
	if err != nil {
		return fmt.Errorf("revoke a secret: %w", err)
	}
	return nil
}
