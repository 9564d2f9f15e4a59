package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// A Forecast is what an upgrade would do.
type Forecast struct {
	Set     string
	Records int      // number of records to check
	Changes int      // number of records to rewrite or to add
	Fails   []Damage // records that would make it stop
}

// Look replaces Prepare when a database is only inspected or repaired: it
// creates, changes and upgrades nothing. It is ErrNewer if a newer program has
// used the database.
func (s Schema) Look(ctx context.Context, b Backend, sets []CollectionSpec) error {
	_, err := s.look(ctx, b, sets)
	return err
}

func (s Schema) look(ctx context.Context, b Backend, sets []CollectionSpec) (state progress, err error) {
	if err := b.Declare(ctx, append([]CollectionSpec{schemaSpec}, sets...), s.Major); err != nil {
		return state, err
	}
	r, err := b.Get(ctx, schemaSpec.Name, progressID)
	if err == nil {
		state, err = (&Collection[progress]{name: schemaSpec.Name}).decode(ctx, r)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return state, err
	}
	if state.Major > s.Major {
		return state, ErrNewer
	}
	return state, nil
}

// Foresee reports what Prepare would do, and changes nothing. It lists each
// missing upgrade, as far as its effect is known before the earlier ones have
// run. It is ErrNewer if a newer program has used the database.
func (s Schema) Foresee(ctx context.Context, b Backend, sets []CollectionSpec) ([]Forecast, error) {
	state, err := s.look(ctx, b, sets)
	if err != nil {
		return nil, err
	}
	var all []Forecast
	for i := state.Done; i < len(s.Upgrades); i++ {
		f, err := s.Upgrades[i].foresee(ctx, b)
		if err != nil {
			return nil, fmt.Errorf("check upgrade %d in advance, set %s: %w", i+1, f.Set, err)
		}
		all = append(all, f)
	}
	return all, nil
}

func (up Upgrade) foresee(ctx context.Context, b Backend) (Forecast, error) {
	f, foreseen := Forecast{Set: up.Set}, map[string]bool{}
	for r, err := range eachRecord(ctx, b, up.Set, Query{}) {
		if err != nil {
			return f, err
		}
		f.Records++
		if up.Add != nil {
			added, err := up.Add(r.ID, r.Doc)
			if err != nil {
				f.Fails = append(f.Fails, Damage{up.Set, r.ID})
			}
			for _, one := range added {
				if _, err := b.Get(ctx, up.Into, one.ID); errors.Is(err, fs.ErrNotExist) && !foreseen[one.ID] {
					foreseen[one.ID] = true
					f.Changes++
				} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
					return f, err
				}
			}
			continue
		}
		switch doc, err := up.Change(r.Doc); {
		case err != nil:
			f.Fails = append(f.Fails, Damage{up.Set, r.ID})
		case doc != nil:
			f.Changes++
		}
	}
	return f, nil
}
