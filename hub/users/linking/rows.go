package linking

import "github.com/fedhub/fedhub/internal/texts"

// One function for each row of the table in decide.go. Each can rely on the
// fact that the rows before it did not apply.

func unusable(f facts) (Decision, string) {
	if f.unusable.IsZero() {
		return pass("link.usable")
	}
	return refuseFor(f.unusable)
}

func shut(f facts) (Decision, string) {
	switch {
	case f.linker != nil && f.linker.Disabled:
		return refuse("link.asker.disabled")
	case f.linker != nil:
		return pass("link.asker.enabled")
	case f.linked && f.owner == nil:
		return refuse("link.owner.removed")
	case f.linked && f.owner.Disabled:
		return refuse("link.owner.disabled")
	case f.linked:
		return pass("link.owner.enabled")
	case f.local != nil && f.local.Disabled:
		return refuse("link.local.disabled")
	case f.local != nil:
		return pass("link.local.enabled")
	}
	return pass("link.nobody")
}

// tooWeak is for providers that could sign in a different person than the one
// at the keyboard. Administrators are never found by address; this row covers
// those who are already linked, or who are adding the identity themselves.
func tooWeak(f facts) (Decision, string) {
	switch {
	case !f.weak:
		return pass("link.strong")
	case f.linker != nil && f.linker.Admin():
		return refuse("link.weak.asker")
	case f.linker == nil && f.linked && f.owner.Admin():
		return refuse("link.weak.owner")
	}
	return pass("link.weak.nobody")
}

// changedIssuer is for a sub that was known before the provider changed its
// issuer. It may be the same person, or another person at another provider with
// the same sub: the hub cannot tell. It comes before the row for adding an
// identity, because otherwise a user could take an identity that is to be moved
// to another user.
func changedIssuer(f facts) (Decision, string) {
	switch {
	case !f.former:
		return pass("link.issuer.same")
	case f.linker != nil && f.linker.ID == f.formerOwner:
		return pass("link.issuer.own")
	}
	return refuse("link.issuer.changed")
}

func own(f facts) (Decision, string) {
	switch {
	case f.linker == nil:
		return pass("link.own.nobody")
	case f.linked && (f.owner == nil || f.owner.ID != f.linker.ID):
		return refuse("link.linked.other")
	}
	return about(f.linker, Link, "link.own.added")
}

func known(f facts) (Decision, string) {
	if !f.linked {
		return pass("link.linked.nobody")
	}
	if f.hearsay { // else its owner would sign in to the account of the user who claimed it elsewhere
		return refuse("link.imported")
	}
	return about(f.owner, SignIn, "link.linked")
}

func unclear(f facts) (Decision, string) {
	switch f.address {
	case addressMalformed:
		return refuse("link.address.malformed")
	case addressAmbiguous:
		return refuse("link.address.ambiguous")
	case addressMissing:
		return pass("link.address.missing")
	}
	return pass("link.address.plain")
}

func noMatch(f facts) (Decision, string) {
	switch {
	case f.local != nil:
		return pass("link.local")
	case f.address.proven():
		return pass("link.address.proven")
	case !f.noSignUp.IsZero():
		return refuseFor(f.noSignUp)
	}
	return Decision{Action: CreateUnverified, Why: texts.New("link.created.unverified")}, ""
}

func createAccount(f facts) (Decision, string) {
	switch {
	case f.local != nil:
		return pass("link.local")
	case !f.noSignUp.IsZero():
		return refuseFor(f.noSignUp)
	}
	return Decision{Action: Create, Why: texts.New("link.created")}, ""
}

// unproven notifies the owner of the address, if it is verified here: they may
// have made the attempt, and should know if they did not.
func unproven(f facts) (Decision, string) {
	if f.address.proven() {
		return pass("link.address.proven")
	}
	d, _ := refuse("link.address.unproven")
	if f.local.EmailVerified {
		d.tell = *f.local
	}
	return d, ""
}

// unverifiedLocalAccount is for an account with an address that was never
// verified. An attacker may have made it in advance, so nothing in it may
// survive a link. Only a proof by email, or a provider that runs the mailbox,
// is enough to empty it.
func unverifiedLocalAccount(f facts) (Decision, string) {
	switch {
	case f.local.EmailVerified:
		return pass("link.local.verified")
	case f.local.Admin():
		return refuse("link.local.unverified.admin")
	case !f.links():
		return refuse("link.local.unverified.never")
	}
	action, code := ConfirmByMail, "link.local.unverified.mail"
	if f.address == addressAuthoritative && (!f.peer || f.migrating) {
		action, code = Link, "link.local.unverified.emptied"
	}
	d, _ := about(f.local, action, code)
	d.wipe = true
	return d, ""
}

func privilegedAccount(f facts) (Decision, string) {
	if !f.local.Admin() {
		return pass("link.local.plain")
	}
	return refuse("link.local.admin")
}

func recycledAddress(f facts) (Decision, string) {
	if !f.otherSub {
		return pass("link.other.none")
	}
	return refuse("link.other")
}

// migrationWindow links a primary hub's users to the accounts they already had
// here: at once only within the window that an administrator opened. Outside of
// it they prove the account as usual.
func migrationWindow(f facts) (Decision, string) {
	switch {
	case !f.peer:
		return pass("link.peer.none")
	case !f.links():
		return pass("link.key.never")
	case !f.migrating:
		return pass("link.migration.none")
	case f.address != addressAuthoritative:
		return pass("link.migration.domain")
	}
	return about(f.local, Link, "link.migration")
}

func automatic(f facts) (Decision, string) {
	switch {
	case f.peer:
		return pass("link.peer")
	case f.linking != LinkAuto:
		return pass("link.key.manual")
	case f.address != addressAuthoritative:
		return pass("link.key.domain")
	}
	return about(f.local, Link, "link.automatic")
}

func match(f facts) (Decision, string) {
	if !f.links() {
		return refuse("link.local.never")
	}
	return about(f.local, Confirm, "link.local.prove")
}
