package linking

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
)

// Disown takes a grant from what the user's providers gave, because an
// administrator gave it too: no provider ends it any more.
func (k *Service) Disown(ctx context.Context, userID, grant string) error {
	linked, err := k.ByUser(ctx, userID)
	if err != nil {
		return err
	}
	for _, i := range linked {
		err := k.identities.Update(ctx, i.ID, func(i *Identity) error {
			if !slices.Contains(i.Roles, grant) || i.UserID != userID {
				return store.ErrUnchanged
			}
			i.Roles, i.Unknown = users.Without(i.Roles, []string{grant}), users.Without(i.Unknown, []string{grant})
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
