package users

import "context"

// Provision links an identity to a user before it first comes: an
// administrator says who it will be (row D1 then finds it). by is that
// administrator. The decision is Link or Refuse.
func (k *Service) Provision(ctx context.Context, user User, c Claim, p Policy, by string) (Decision, error) {
	p.Enabled = true // a key may be prepared before it is switched on
	return k.settle(ctx, c, p, func(f facts) Decision { return provisioned(f, user, by) })
}

// rowProvisioned stands where an administrator decided, and not the table.
const rowProvisioned = "admin"

func provisioned(f facts, user User, by string) Decision {
	d := Decision{Row: rowProvisioned, Action: Refuse}
	switch {
	case f.unusable != "":
		d.Reason = f.unusable
	case f.linked && (f.owner == nil || f.owner.ID != user.ID):
		d.Reason = "This identity is already linked to another user."
	case user.Disabled:
		d.Reason = "The user is disabled."
	default:
		d.Action, d.User, d.by, d.Reason = Link, user, by, "An administrator linked this identity beforehand."
	}
	return d
}
