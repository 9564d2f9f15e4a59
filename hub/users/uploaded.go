package users

import (
	"context"

	"github.com/fedhub/fedhub/hub/store"
)

// SetUploaded sets the address of the picture that a user uploaded here, and
// returns the one that it replaced. An empty one removes it.
func (k *Service) SetUploaded(ctx context.Context, id, url string) (before string, err error) {
	_, err = k.Change(ctx, id, func(u *User) error {
		if u.Uploaded == url {
			before = ""
			return store.ErrUnchanged
		}
		before, u.Uploaded = u.Uploaded, url
		return nil
	})
	return before, err
}

// PictureURL is where the user's picture is: what the user uploaded comes
// before what a provider or the profile names.
func (u User) PictureURL() string {
	if u.Uploaded != "" {
		return u.Uploaded
	}
	return u.Picture
}
