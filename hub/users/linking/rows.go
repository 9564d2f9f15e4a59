package linking

// One function for each row of the table in decide.go. Each may rely on that
// the rows before it did not apply.

func unusable(f facts) (Decision, string) {
	if f.unusable == "" {
		return pass("The login key is on, and the answer names a person.")
	}
	return refuse(f.unusable)
}

func shut(f facts) (Decision, string) {
	switch {
	case f.linker != nil && f.linker.Disabled:
		return refuse("The user who asked to add this identity is disabled.")
	case f.linker != nil:
		return pass("The user who asked is not disabled.")
	case f.linked && f.owner == nil:
		return refuse("This identity belongs to a user who was removed.")
	case f.linked && f.owner.Disabled:
		return refuse("The user linked to this identity is disabled.")
	case f.linked:
		return pass("The user linked to this identity is not disabled.")
	case f.local != nil && f.local.Disabled:
		return refuse("The user with this e-mail address is disabled.")
	case f.local != nil:
		return pass("The user with this e-mail address is not disabled.")
	}
	return pass("No user is concerned yet.")
}

// tooWeak is for upstreams that can be made to sign in somebody else than who is
// at the keyboard. By the address an administrator is found nowhere anyway; here
// are those who were linked before, or are about to link themselves.
func tooWeak(f facts) (Decision, string) {
	switch {
	case !f.weak:
		return pass("The upstream may sign in administrators.")
	case f.linker != nil && f.linker.Admin():
		return refuse("The user who asked to add this identity is an administrator, and the upstream proves too little for one.")
	case f.linker == nil && f.linked && f.owner.Admin():
		return refuse("This identity is linked to an administrator, and the upstream proves too little for one. They can sign in another way.")
	}
	return pass("No administrator is concerned.")
}

func own(f facts) (Decision, string) {
	switch {
	case f.linker == nil:
		return pass("Nobody signed in asked to add this identity.")
	case f.linked && (f.owner == nil || f.owner.ID != f.linker.ID):
		return refuse("This identity is already linked to another user.")
	}
	return about(f.linker, Link, "The user added this identity to the own account.")
}

func known(f facts) (Decision, string) {
	if !f.linked {
		return pass("The identity is linked to nobody.")
	}
	if f.hearsay { // or its owner would land in the account of whoever claimed it elsewhere
		return refuse("This identity came with an import, and the upstream does not say that its owner has the user's e-mail address. The user can sign in another way and add it.")
	}
	return about(f.owner, SignIn, "This identity is linked to the user.")
}

func unclear(f facts) (Decision, string) {
	switch f.address {
	case addressMalformed:
		return refuse("The upstream's e-mail address is not one plain address.")
	case addressAmbiguous:
		return refuse("Several users have this e-mail address.")
	case addressMissing:
		return pass("There is no e-mail address to misread.")
	}
	return pass("The e-mail address is one plain address, and at most one user's.")
}

func noMatch(f facts) (Decision, string) {
	switch {
	case f.local != nil:
		return pass("A user has this e-mail address.")
	case f.address.proven():
		return pass("The e-mail address is verified by an upstream that is trusted with it.")
	case f.noSignUp != "":
		return refuse("Nobody here has this identity, and " + f.noSignUp)
	}
	return Decision{Action: CreateUnverified, Reason: "Nobody here has this identity; its e-mail address is missing or not proven and does not count yet."}, ""
}

func createAccount(f facts) (Decision, string) {
	switch {
	case f.local != nil:
		return pass("A user has this e-mail address.")
	case f.noSignUp != "":
		return refuse("Nobody here has this identity, and " + f.noSignUp)
	}
	return Decision{Action: Create, Reason: "Nobody here has this identity or its verified e-mail address."}, ""
}

// unproven tells the owner of the address, if they have proved it to us: they
// are who could have meant it, and who should know if they did not.
func unproven(f facts) (Decision, string) {
	if f.address.proven() {
		return pass("The e-mail address is verified by an upstream that is trusted with it.")
	}
	d, _ := refuse("A user has this e-mail address, but the upstream is not trusted to have verified it. The user can sign in and add this identity.")
	if f.local.EmailVerified {
		d.tell = *f.local
	}
	return d, ""
}

// unverifiedLocalAccount is for an account whose address was never verified. Somebody may have
// made it to catch the owner of the address, so nothing it holds may survive a
// link; and without proof by mail only the upstream that runs the mailbox is
// proof enough to empty it.
func unverifiedLocalAccount(f facts) (Decision, string) {
	switch {
	case f.local.EmailVerified:
		return pass("The user has verified this e-mail address.")
	case f.local.Admin():
		return refuse("An administrator has this e-mail address but never verified it; another administrator has to look.")
	case !f.links():
		return refuse("A user has this e-mail address but never verified it, and the login key never links by it.")
	}
	action, reason := ConfirmByMail, "The user had never verified this e-mail address; once its owner has proved it by a letter, the account is emptied and given to them."
	if f.address == addressAuthoritative && (!f.peer || f.migrating) {
		action, reason = Link, "The user had never verified this e-mail address; the upstream runs the mailbox, so the account was emptied and given to its owner."
	}
	d, _ := about(f.local, action, reason)
	d.wipe = true
	return d, ""
}

func privilegedAccount(f facts) (Decision, string) {
	if !f.local.Admin() {
		return pass("The user is no administrator.")
	}
	return refuse("The user with this e-mail address is an administrator; administrators add identities only when signed in.")
}

func recycledAddress(f facts) (Decision, string) {
	if !f.otherSub {
		return pass("The user has no other identity of this upstream.")
	}
	return refuse("The user with this e-mail address has another identity of this upstream already; the mailbox may have changed hands. An administrator who has asked the person can remove the old one.")
}

// migrationWindow is for a primary's people who had an account here before: at once
// only within the window that an administrator has opened. Outside of it they
// prove the account like anybody else.
func migrationWindow(f facts) (Decision, string) {
	switch {
	case !f.peer:
		return pass("The upstream is not another hub.")
	case !f.links():
		return pass("The login key does not link by e-mail address.")
	case !f.migrating:
		return pass("No migration window is open.")
	case f.address != addressAuthoritative:
		return pass("The primary does not speak for the domain of this e-mail address.")
	}
	return about(f.local, Link, "The migration window is open, and the primary speaks for the domain of this e-mail address.")
}

func automatic(f facts) (Decision, string) {
	switch {
	case f.peer:
		return pass("The upstream is another hub, whose people are linked at once only within a migration window.")
	case f.linking != LinkAuto:
		return pass("The login key does not link by itself.")
	case f.address != addressAuthoritative:
		return pass("The upstream does not speak for the domain of this e-mail address.")
	}
	return about(f.local, Link, "The upstream runs this mailbox and may link users by it.")
}

func match(f facts) (Decision, string) {
	if !f.links() {
		return refuse("A user has this e-mail address, and the login key never links by it. The user can sign in and add this identity.")
	}
	return about(f.local, Confirm, "A user has this e-mail address and has to prove to be the same person.")
}
