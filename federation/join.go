package federation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fedhub/fedhub/internal/texts"
)

// Join requests a connection for this hub from the provider of a key, or asks
// again for the status, and stores the answer. invite may be empty. No answer
// is a status too (NoAnswer); the error is for failures of our own.
func (r *Registry) Join(ctx context.Context, id, invite string) (ConnectionRequest, error) {
	return r.ask(ctx, id, func(c Connector) (ConnectionRequest, error) {
		joiner, ok := c.(Registrar)
		if !ok {
			return ConnectionRequest{}, errNoHub
		}
		return joiner.Join(ctx, invite)
	})
}

// Look asks the provider of a key for this hub's status, and stores the answer.
// Unlike Join it requests nothing: if the hub was removed there, it stays so.
func (r *Registry) Look(ctx context.Context, id string) (ConnectionRequest, error) {
	return r.ask(ctx, id, func(c Connector) (ConnectionRequest, error) {
		member, ok := c.(RegistrationStatus)
		if !ok {
			return ConnectionRequest{}, errNoHub
		}
		return member.Standing(ctx)
	})
}

// Leave notifies the provider of a key that this hub disconnects. The error is
// a *Fault if that failed.
func (r *Registry) Leave(ctx context.Context, id string) error {
	connector, _, err := r.OpenAny(ctx, id)
	if err != nil {
		return err
	}
	member, ok := connector.(RegistrationStatus)
	if !ok {
		return fmt.Errorf("leave %q: %w", id, errNoHub)
	}
	return member.Leave(ctx)
}

var errNoHub = errors.New("providers of this kind cannot be asked for a connection")

// How often a peer is asked for our status: more often while a decision is
// pending.
const (
	lookWaiting = time.Minute
	lookUsually = 10 * time.Minute
)

// Tend asks peers that were not asked for a while, so that their decisions are
// noticed before a sign-in fails. changed is called for each with a new status.
func (r *Registry) Tend(ctx context.Context, changed func(key LoginKey, now ConnectionRequest)) error {
	keys, err := r.Enabled(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		every := lookUsually
		if k.Join.Status == Requested || k.Join.Status == NoAnswer {
			every = lookWaiting
		}
		if k.Kind != KindPeer || k.Join.Status == "" || r.env.Now().Sub(k.Join.Checked) < every {
			continue
		}
		now, err := r.Look(ctx, k.ID)
		if err != nil {
			return err
		}
		if now.Status != k.Join.Status {
			changed(k, now)
		}
	}
	return nil
}

func (r *Registry) ask(ctx context.Context, id string, question func(Connector) (ConnectionRequest, error)) (ConnectionRequest, error) {
	connector, key, err := r.OpenAny(ctx, id)
	if err != nil {
		return ConnectionRequest{}, err
	}
	join, err := question(connector)
	if err != nil {
		if join, err = unanswered(ctx, key, err); err != nil {
			return ConnectionRequest{}, fmt.Errorf("request a connection from %q: %w", id, err)
		}
	}
	join.Checked = r.moment()
	err = r.store.Update(ctx, id, func(k *LoginKey) error {
		if k.BaseURL != key.BaseURL {
			return errors.New("its address has changed meanwhile")
		}
		if join.Status == NoAnswer && k.Join.Status == Active {
			// A hub that does not answer has revoked nothing. Users see an error
			// when they try, and the next check may succeed.
			join.Status = Active
		}
		k.Join = join
		return nil
	})
	r.records.Drop()
	if err != nil {
		return ConnectionRequest{}, fmt.Errorf("store the answer of %q: %w", id, err)
	}
	return join, nil
}

// unanswered turns the provider's fault into a status to store and show.
func unanswered(ctx context.Context, key LoginKey, err error) (ConnectionRequest, error) {
	var fault *Fault
	if ctx.Err() != nil || !errors.As(err, &fault) {
		return ConnectionRequest{}, err
	}
	why := texts.New("join.strange", "name", key.Name, "cause", fault)
	if fault.Kind == Unreachable {
		why = texts.New("join.unreachable", "name", key.Name, "cause", fault)
	}
	return ConnectionRequest{Status: NoAnswer, Why: why}, nil
}

// Describe reads the description of a provider whose key need not be saved yet:
// kind and Base URL are enough. The error is forms.Problems, a *Fault, or our
// own.
func (r *Registry) Describe(ctx context.Context, draft LoginKey) (ProviderInfo, error) {
	draft = draft.clone()
	draft.Tidy()
	draft.Secret, draft.Issuer = "", ""
	if err := checkAddress(draft, r.env).Err(); err != nil {
		return ProviderInfo{}, err
	}
	if draft.Name == "" {
		draft.Name = draft.BaseURL
	}
	env := r.env
	env.Pin = nil // nothing is stored about a draft
	connector, err := r.make(draft, env.WithDefaults())
	if err != nil {
		return ProviderInfo{}, fmt.Errorf("describe %s: %w", draft.BaseURL, err)
	}
	describer, ok := connector.(Describer)
	if !ok {
		return ProviderInfo{}, fmt.Errorf("describe %s: providers of kind %q do not describe themselves", draft.BaseURL, draft.Kind)
	}
	return describer.Describe(ctx)
}
