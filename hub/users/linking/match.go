package linking

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/texts"
)

// Match finds or creates the user for a sign-in by a provider and carries the
// decision out: after SignIn, Link, Create and CreateUnverified, Decision.User
// is signed in. After Confirm nothing has changed yet: the person has to prove
// that they are Decision.User, and then Service.Confirm links. An error means
// that nothing was decided.
func (k *Service) Match(ctx context.Context, c Claim, p Policy) (Decision, error) {
	return k.settle(ctx, c, p, decide)
}

// Link adds an identity to a user who asked for it while signed in, whatever
// the email addresses say. user is the record that the session was checked
// against. The decision is Link or Refuse.
func (k *Service) Link(ctx context.Context, user users.User, c Claim, p Policy) (Decision, error) {
	return k.settle(ctx, c, p, func(f facts) Decision {
		f.linker = &user
		return decide(f)
	})
}

// A Proof is how a user proved that the account is theirs, as a code.
type Proof string

// The proofs that Service.Confirm takes.
const (
	ProofPassword Proof = "proof.password"
	ProofIdentity Proof = "proof.identity"
	ProofMail     Proof = "proof.email"
)

// Confirm links an identity to a user who has just proved to be the one that
// Match named. user is the record from before the proof, so that later changes
// are noticed. Everything is checked again: if the user is no longer the same,
// or the case no longer needs confirmation, the decision is Refuse.
func (k *Service) Confirm(ctx context.Context, user users.User, c Claim, p Policy, proof Proof) (Decision, error) {
	return k.settle(ctx, c, p, func(f facts) Decision { return confirmed(decide(f), user, proof) })
}

func confirmed(d Decision, user users.User, proof Proof) Decision {
	no := func(why texts.Text) Decision { return Decision{Row: d.Row, Action: Refuse, Why: why} }
	switch {
	case d.Action == Refuse:
		return d
	case d.User.ID != user.ID:
		return no(texts.New("link.proved.other"))
	case d.Action == ConfirmByMail && proof != ProofMail:
		return no(texts.New("link.proved.letter"))
	case d.Action == Confirm || d.Action == ConfirmByMail:
		if d.User.SessionGeneration != user.SessionGeneration {
			return no(texts.New("link.proved.changed"))
		}
		d.Action, d.User, d.Why = Link, user, texts.New("link.proved", "by", texts.New(string(proof)))
	}
	return d
}

// Would returns what Match would decide, and the rows that would not apply,
// without changing anything.
func (k *Service) Would(ctx context.Context, c Claim, p Policy) (Decision, []Passed, error) {
	f, err := k.facts(ctx, c, p)
	if err != nil {
		return Decision{}, nil, fmt.Errorf("read an identity: %w", err)
	}
	d, over := judge(f)
	return d, over, nil
}

// ErrNotLinked means that an identity proves no account here.
var ErrNotLinked = errors.New("this identity is not linked to a user who may sign in")

// Proves returns the user that an identity is linked to and would sign in,
// without changing anything; ErrNotLinked otherwise.
func (k *Service) Proves(ctx context.Context, c Claim, p Policy) (users.User, error) {
	f, err := k.facts(ctx, c, p)
	if err != nil {
		return users.User{}, fmt.Errorf("read an identity: %w", err)
	}
	d := decide(f)
	if d.Action != SignIn {
		return users.User{}, ErrNotLinked
	}
	return d.User, nil
}

// Provision links an identity to a user before its first sign-in, as an
// administrator decides (row D1 then finds it). by is that administrator. The
// decision is Link or Refuse.
func (k *Service) Provision(ctx context.Context, user users.User, c Claim, p Policy, by string) (Decision, error) {
	p.Enabled = true // a key may be prepared before it is enabled
	return k.settle(ctx, c, p, func(f facts) Decision { return provisioned(f, user, by) })
}

// rowProvisioned marks a decision of an administrator instead of the table.
const rowProvisioned = "admin"

func provisioned(f facts, user users.User, by string) Decision {
	d := Decision{Row: rowProvisioned, Action: Refuse}
	switch {
	case !f.unusable.IsZero():
		d.Why = f.unusable
	case f.linked && (f.owner == nil || f.owner.ID != user.ID):
		d.Why = texts.New("link.linked.other")
	case user.Disabled:
		d.Why = texts.New("link.user.disabled")
	default:
		d.Action, d.User, d.by, d.Why = Link, user, by, texts.New("link.beforehand")
	}
	return d
}

// errAgain means that a concurrent write changed the facts, so they must be
// read again.
var errAgain = errors.New("the facts changed while they were read")

// settle repeats deciding and acting until both see the same facts.
func (k *Service) settle(ctx context.Context, c Claim, p Policy, choose func(facts) Decision) (Decision, error) {
	const tries = 50
	for try := range tries {
		d, err := k.attempt(ctx, c, p, choose)
		if err == nil {
			return d, nil
		}
		if !errors.Is(err, errAgain) {
			return Decision{}, fmt.Errorf("match an identity: %w", err)
		}
		select {
		case <-ctx.Done():
			return Decision{}, ctx.Err()
		case <-time.After(time.Duration(try) * time.Millisecond):
		}
	}
	return Decision{}, fmt.Errorf("match an identity: %w", errAgain)
}

func (k *Service) attempt(ctx context.Context, c Claim, p Policy, choose func(facts) Decision) (Decision, error) {
	f, err := k.gather(ctx, c, p)
	if err != nil {
		return Decision{}, err
	}
	d := choose(f)
	switch d.Action {
	case SignIn:
		d.User, err = k.signInExisting(ctx, d.User, c, p)
	case Link:
		row := d.Row
		if d, err = k.link(ctx, d, c, p); d.Row == "" {
			d.Row = row
		}
	case Refuse:
		if d.tell.ID != "" {
			k.tellTried(ctx, d.tell, p)
		}
	case Create, CreateUnverified:
		d.User, err = k.create(ctx, d.Action == Create, c, p)
	}
	if errors.Is(err, errStale) {
		return Decision{Row: d.Row, Action: Refuse, Why: texts.New("link.stale")}, nil
	}
	return d, err
}

// again turns a record that vanished meanwhile into another attempt.
func again(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errAgain
	}
	return err
}
