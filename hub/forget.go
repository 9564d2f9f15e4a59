package hub

import (
	"context"
	"errors"
)

// emptyUser deletes what an account that is emptied must not keep, besides its
// password and identities: grants to apps, passkeys and second factors.
func (h *Hub) emptyUser(ctx context.Context, id string) error {
	return errors.Join(h.passkeys.RemoveAll(ctx, id), h.second.Codes.RemoveAll(ctx, id), h.grants.RemoveUser(ctx, id))
}
