package logouts

import (
	"context"
	"errors"
	"io/fs"

	"github.com/fedhub/fedhub/hub/store"
)

// mostReceipts bounds the sign-outs of one receipt.
const mostReceipts = 100

// KeepReceipt keeps the entries of a user who is about to be deleted: they no
// longer belong to the user, and are found by Receipt. They name apps and hubs,
// and nothing of the user but the id.
func (k *Service) KeepReceipt(ctx context.Context, userID string) error {
	for s, err := range k.Ledger.EachWhere(ctx, "userId", userID) {
		if err == nil {
			err = k.Ledger.Update(ctx, s.SID, func(s *SignOut) error {
				s.Receipt, s.UserID = userID, ""
				return nil
			})
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Receipt lists the sign-outs of a user who was deleted.
func (k *Service) Receipt(ctx context.Context, userID string) ([]SignOut, error) {
	return k.Ledger.List(ctx, store.Query{Field: "receipt", Equals: userID, Limit: mostReceipts})
}
