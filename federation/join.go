package federation

import (
	"context"
	"errors"
	"fmt"
)

// Join introduces this hub to the upstream of a key, or asks again what became
// of it, and saves the answer with the key. invite may be empty. Silence is an
// answer too (NoAnswer); the error is for failures of our own.
func (r *Registry) Join(ctx context.Context, id, invite string) (Join, error) {
	connector, key, err := r.OpenAny(ctx, id)
	if err != nil {
		return Join{}, err
	}
	joiner, ok := connector.(Joiner)
	if !ok {
		return Join{}, fmt.Errorf("join %q: upstreams of kind %q take no introductions", id, key.Kind)
	}
	join, err := joiner.Join(ctx, invite)
	if err != nil {
		if join, err = unanswered(ctx, key, err); err != nil {
			return Join{}, fmt.Errorf("join %q: %w", id, err)
		}
	}
	join.Checked = r.moment()
	err = r.store.Update(ctx, id, func(k *LoginKey) error {
		if k.BaseURL != key.BaseURL {
			return errors.New("its address has changed meanwhile")
		}
		k.Join = join
		return nil
	})
	r.records.Drop()
	if err != nil {
		return Join{}, fmt.Errorf("save what %q answered: %w", id, err)
	}
	return join, nil
}

// unanswered turns the upstream's fault into something to keep and show.
func unanswered(ctx context.Context, key LoginKey, err error) (Join, error) {
	var fault *Fault
	if ctx.Err() != nil || !errors.As(err, &fault) {
		return Join{}, err
	}
	message := fmt.Sprintf("%s answered in a way that can't be used (%s).", key.Name, fault.Error())
	if fault.Kind == Unreachable {
		message = fmt.Sprintf("%s can't be reached from this server (%s). It will be asked again.", key.Name, fault.Error())
	}
	return Join{Status: NoAnswer, Message: CleanText(message, 500)}, nil
}

// Describe looks at the upstream of a key that need not be saved yet: its kind
// and Base URL are enough. The error is Problems, a *Fault, or our own.
func (r *Registry) Describe(ctx context.Context, draft LoginKey) (Card, error) {
	draft = draft.clone()
	draft.Tidy()
	draft.Secret, draft.Issuer = "", ""
	if problems := checkAddress(draft, r.env); len(problems) > 0 {
		return Card{}, problems
	}
	if draft.Name == "" {
		draft.Name = draft.BaseURL
	}
	env := r.env
	env.Pin = nil // nothing is remembered about a draft
	connector, err := r.make(draft, env.WithDefaults())
	if err != nil {
		return Card{}, fmt.Errorf("describe %s: %w", draft.BaseURL, err)
	}
	describer, ok := connector.(Describer)
	if !ok {
		return Card{}, fmt.Errorf("describe %s: upstreams of kind %q can't be looked at", draft.BaseURL, draft.Kind)
	}
	return describer.Describe(ctx)
}
