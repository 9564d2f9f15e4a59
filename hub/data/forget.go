package data

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/store"
)

// forget deletes every record that the table assigns to a "user" or "client".
// The audit log keeps its events, by id.
func (d Sets) forget(ctx context.Context, whose, id string) error {
	all, table := reflect.ValueOf(d), reflect.TypeFor[Sets]()
	for i := range all.NumField() {
		field := table.Field(i).Tag.Get(whose)
		if field == "" {
			continue
		}
		set := all.Field(i).Interface().(interface {
			DeleteWhere(ctx context.Context, field, value string) error
		})
		if err := set.DeleteWhere(ctx, field, id); err != nil {
			return fmt.Errorf("delete the records of a %s: %w", whose, err)
		}
	}
	return nil
}

// ForgetUser deletes everything that belongs to a user except the user record.
func (d Sets) ForgetUser(ctx context.Context, id string) error { return d.forget(ctx, "user", id) }

// ForgetClient deletes everything that belongs to a client except the client
// record, and removes its id from users' sessions. The grants lead to those
// users.
func (d Sets) ForgetClient(ctx context.Context, id string) error {
	for g, err := range d.Grants.EachWhere(ctx, "clientId", id) {
		if err == nil {
			err = d.forgetInSessions(ctx, g.UserID, id)
		}
		if err != nil {
			return err
		}
	}
	return d.forget(ctx, "client", id)
}

func (d Sets) forgetInSessions(ctx context.Context, userID, clientID string) error {
	for s, err := range d.Sessions.EachWhere(ctx, "userId", userID) {
		if err != nil {
			return err
		}
		if !slices.Contains(s.Clients, clientID) {
			continue
		}
		err := d.Sessions.Update(ctx, s.ID, func(s *sessions.Session) error {
			at := slices.Index(s.Clients, clientID)
			if at < 0 {
				return store.ErrUnchanged
			}
			s.Clients = slices.Delete(s.Clients, at, at+1)
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
