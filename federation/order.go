package federation

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// Move moves a key one place up (by -1) or down (by 1) on the sign-in page. At
// the end of the list it stays. The other settings are not checked: a key that
// is no longer valid still has a place.
func (r *Registry) Move(ctx context.Context, id string, by int) error {
	r.records.Drop()
	keys, err := r.All(ctx)
	if err != nil {
		return err
	}
	from := slices.IndexFunc(keys, func(k LoginKey) bool { return k.ID == id })
	if from < 0 {
		return fmt.Errorf("move login key %q: %w", id, fs.ErrNotExist)
	}
	to := min(max(from+by, 0), len(keys)-1)
	keys[from], keys[to] = keys[to], keys[from]
	defer r.records.Drop()
	for i, k := range keys {
		if k.Position == i+1 {
			continue
		}
		err := r.store.Update(ctx, k.ID, func(k *LoginKey) error {
			k.Position = i + 1
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("move login key %q: %w", id, err)
		}
	}
	return nil
}

// last is the position of a new key: after all others, once they have
// positions.
func (r *Registry) last(ctx context.Context) (int, error) {
	keys, err := r.All(ctx)
	if err != nil || len(keys) == 0 || keys[len(keys)-1].Position == 0 {
		return 0, err
	}
	return keys[len(keys)-1].Position + 1, nil
}
