package users

import (
	"context"
	"fmt"
	"io/fs"
)

// Review takes over what an upstream says now about somebody who came from it
// and is not here: roles by the map, and the profile of people it created. An
// identity that is no longer this user's is fs.ErrNotExist.
func (k *Service) Review(ctx context.Context, userID string, c Claim, p Policy) (User, error) {
	user, err := k.Linked(ctx, c)
	if err != nil {
		return User{}, err
	}
	if user.ID != userID {
		return User{}, fmt.Errorf("the identity is another user's: %w", fs.ErrNotExist)
	}
	return k.signInExisting(ctx, user, c, p)
}
