// Package apis holds the use-cases of APIs and of their grants to applications.
// operator.Service embeds it, so that pages and commands call one service.
package apis

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/internal/forms"
)

// A Service carries out what administrators ask for.
type Service struct {
	set     *apis.Service
	clients *clients.Registry
	audit   *audit.Recorder
}

// New returns a Service.
func New(set *apis.Service, registry *clients.Registry, recorder *audit.Recorder) *Service {
	return &Service{set, registry, recorder}
}

// MostHolders bounds the applications of an API that are counted.
const MostHolders = 1000

// API returns one API; fs.ErrNotExist if there is none. The root of a host is
// found with a slash and without.
func (s *Service) API(ctx context.Context, identifier string) (apis.API, error) {
	found, err := s.set.Find(ctx, identifier)
	if err != nil || found.Own() {
		return found, err
	}
	return s.set.Get(ctx, found.ID) // the latest version, for a form
}

// APIs returns up to limit APIs with a text in their name or identifier, and
// where the next page continues.
func (s *Service) APIs(ctx context.Context, text, after string, limit int) (found []apis.API, next string, err error) {
	return s.set.Search(ctx, text, after, limit)
}

// AddAPI adds an API. Mistakes are forms.Problems.
func (s *Service) AddAPI(ctx context.Context, by audit.Actor, identifier string, e apis.Edit) (apis.API, error) {
	a, err := s.set.Add(ctx, identifier, e)
	if err == nil {
		s.audit.Record(ctx, by.Did(audit.Event{Kind: audit.APIAdded, Target: a.ID, Changes: audit.Fields{}.To(fieldsOf(a))}))
	}
	return a, err
}

// ChangeAPI changes an API. edited is the version that the administrator saw,
// below zero for none; another version is an *apis.ConflictError.
func (s *Service) ChangeAPI(ctx context.Context, by audit.Actor, identifier string, edited int64, e apis.Edit) (apis.API, error) {
	before, after, err := s.set.Change(ctx, identifier, edited, e)
	if err == nil {
		s.audit.Record(ctx, by.Did(audit.Event{Kind: audit.APIChanged, Target: identifier, Changes: fieldsOf(before).To(fieldsOf(after))}))
	}
	return after, err
}

// fieldsOf are the fields of an API that an administrator sets.
func fieldsOf(a apis.API) audit.Fields {
	f := audit.FieldsOf(a)
	for _, name := range []string{"edited", "created", "updated", "deleted"} {
		delete(f, name)
	}
	return f
}

// A Holder is an application that was granted an API or serves it.
type Holder struct {
	Client  clients.Client
	Granted bool
	Serves  bool
}

// Holders returns up to limit applications of an API, in the order of their ids,
// after the id `after`, and where the next page continues; empty if there is
// none.
func (s *Service) Holders(ctx context.Context, identifier, after string, limit int) (found []Holder, next string, err error) {
	ids, err := s.clients.ListAPI(ctx, identifier)
	if err != nil {
		return nil, "", err
	}
	at, _ := slices.BinarySearch(ids, after)
	for ; at < len(ids); at++ {
		if ids[at] == after {
			continue
		}
		c, err := s.clients.Known(ctx, ids[at])
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		h := Holder{c, slices.Contains(c.Resources, identifier), slices.Contains(c.Serves, identifier)}
		if !h.Granted && !h.Serves {
			continue
		}
		if len(found) == limit {
			return found, found[limit-1].Client.ID, nil
		}
		found = append(found, h)
	}
	return found, "", nil
}

// An APIUse is what the deletion of an API would end, each up to MostHolders.
type APIUse struct{ Granted, Serving int }

// APIUse counts it.
func (s *Service) APIUse(ctx context.Context, identifier string) (use APIUse, err error) {
	found, _, err := s.Holders(ctx, identifier, "", MostHolders)
	for _, h := range found {
		if h.Granted {
			use.Granted++
		}
		if h.Serves {
			use.Serving++
		}
	}
	return use, err
}

// RemoveAPI deletes an API. Its tokens and what users allowed for it end at once;
// applications lose their grants here, and in the background if they are many.
func (s *Service) RemoveAPI(ctx context.Context, by audit.Actor, identifier string) error {
	a, err := s.set.Delete(ctx, identifier)
	if err != nil {
		return err
	}
	s.audit.Record(ctx, by.Did(audit.Event{Kind: audit.APIRemoved, Target: identifier, Changes: fieldsOf(a).To(audit.Fields{})}))
	return s.clear(ctx, a, clearedAtOnce)
}

// How many applications lose the grant of a deleted API in one go.
const (
	clearedAtOnce = 100
	clearedEach   = 2000
)

// ClearAPIs removes what is left of deleted APIs. It can be repeated, and several
// processes may do it at once.
func (s *Service) ClearAPIs(ctx context.Context) error {
	gone, err := s.set.Leftovers(ctx)
	for _, a := range gone {
		err = errors.Join(err, s.clear(ctx, a, clearedEach))
	}
	return err
}

func (s *Service) clear(ctx context.Context, a apis.API, most int) error {
	found, next, err := s.Holders(ctx, a.ID, "", most)
	if err != nil {
		return err
	}
	for _, h := range found {
		err := s.clients.Change(ctx, h.Client.ID, func(c *clients.Client) error {
			drop(c, a)
			c.Serves = without(c.Serves, a.ID)
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if next != "" {
		return nil
	}
	return s.set.Forget(ctx, a)
}

// drop takes the grant of an API from a client.
func drop(c *clients.Client, a apis.API) {
	c.Resources = without(c.Resources, a.ID)
	c.Scopes = slices.DeleteFunc(c.Scopes, a.Has)
}

func without(list []string, one string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == one })
}

// NameAPIs replaces the APIs in a client's settings by their registered
// identifiers. An API that is not there yet is added, for this client only: so a
// command that sets up an application works on a new hub too. Mistakes are
// forms.Problems.
func (s *Service) NameAPIs(ctx context.Context, by audit.Actor, c *clients.Client) error {
	for field, list := range map[string][]string{"resources": c.Resources, "serves": c.Serves} {
		for i, identifier := range list {
			a, err := s.set.Find(ctx, identifier)
			if errors.Is(err, fs.ErrNotExist) {
				a, err = s.AddAPI(ctx, by, identifier, apis.Edit{Name: identifier, Access: apis.Named})
			}
			if problems, ok := errors.AsType[forms.Problems](err); ok {
				return forms.Problems{{Field: field, Text: problems[0].Text}}
			}
			if err != nil {
				return err
			}
			list[i] = a.ID
		}
	}
	return nil
}

// GrantAPI grants an application an API with these scopes, in place of the ones
// that it had there. Mistakes are forms.Problems.
func (s *Service) GrantAPI(ctx context.Context, by audit.Actor, client, identifier string, scopes []string) error {
	a, err := s.set.Find(ctx, identifier)
	if err != nil {
		return err
	}
	for _, scope := range scopes {
		if !a.Has(scope) {
			return forms.New("scopes", "api.grant.scope", "scope", scope, "api", a.Name).Err()
		}
	}
	return s.edit(ctx, by, client, func(c *clients.Client) {
		drop(c, a)
		c.Resources, c.Scopes = append(c.Resources, a.ID), append(c.Scopes, scopes...)
	})
}

// RevokeAPI takes an API from an application. Its refresh tokens for it end, and
// its access tokens expire.
func (s *Service) RevokeAPI(ctx context.Context, by audit.Actor, client, identifier string) error {
	a, err := s.set.Find(ctx, identifier)
	if err != nil {
		return err
	}
	return s.edit(ctx, by, client, func(c *clients.Client) { drop(c, a) })
}

func (s *Service) edit(ctx context.Context, by audit.Actor, id string, change func(*clients.Client)) error {
	var name string
	var changes []audit.Change
	err := s.clients.Update(ctx, id, func(c *clients.Client) error {
		before := audit.FieldsOf(*c)
		change(c)
		name, changes = c.Name, before.To(audit.FieldsOf(*c))
		return nil
	})
	if err == nil {
		s.audit.Record(ctx, by.Did(audit.Event{Kind: audit.ClientChanged, Client: id, Target: name, Changes: changes}))
	}
	return err
}
