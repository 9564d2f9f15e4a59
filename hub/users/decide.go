package users

// An Action is what follows from a decision.
type Action string

const (
	SignIn           Action = "sign in"           // as Decision.User
	Link             Action = "link"              // the identity to Decision.User, and sign in
	Confirm          Action = "confirm"           // ask for the password of Decision.User, then Keeper.Confirm
	Create           Action = "create"            // a user whose address is verified
	CreateUnverified Action = "create unverified" // a user whose address counts for nothing yet
	Refuse           Action = "refuse"            // with one and the same sentence to strangers
)

// A Decision says what became of an arrival from upstream. Row is the row of
// the table below; Reason is a sentence for the administrator's log, not for
// the person, who might be fishing for accounts.
type Decision struct {
	Row    string
	Action Action
	Reason string
	User   User // whom it is about; zero for Refuse and where there is nobody yet

	wipe bool // empty the account before linking
}

// address is what an upstream's e-mail address is worth.
type address int

const (
	addressMissing       address = iota
	addressMalformed             // not one plain address
	addressAmbiguous             // several users have it
	addressUnproven              // not verified, or not by somebody trusted
	addressProven                // verified by an upstream trusted with it
	addressAuthoritative         // verified by who runs the mailbox
)

func (a address) proven() bool { return a == addressProven || a == addressAuthoritative }

// facts are everything a decision depends on.
type facts struct {
	unusable string // why the claim is worth nothing; empty: it is not

	linked bool  // the identity is linked …
	owner  *User // … to this user; nil: to one who is gone

	linker *User // is adding the identity from the own account page

	address  address
	local    *User // has this address as the own
	otherSub bool  // local has another identity of the same login key

	peer    bool
	linking string
	signUps bool
}

// decide is the matching rule. The rows, in the order they are looked at:
//
//	D0   the login key is off or the claim unusable            refuse
//	D2   adding an identity to the own account                 link, unless it is another's
//	D1   the identity is linked                                sign in that user, whatever the e-mail says
//	D11  its user, or the user of the address, is disabled     refuse
//	D12  the address is malformed or several users'            refuse
//	D5   nobody has the address, it is proven                  create, if sign-up is allowed
//	D3   nobody has the address, it is missing or unproven     create without it counting, likewise
//	D4   somebody has the address, it is unproven              refuse
//	D9   the user of the address is an administrator           refuse
//	D10  … has another identity of this upstream               refuse
//	D6   … never verified the address                          empty and link if auto and authoritative, else refuse
//	D13  … has verified it, the upstream is a peer             confirm, or refuse
//	D8   … has verified it, auto, authoritative                link
//	D7   … has verified it                                     confirm, or refuse
//
// A decision never turns on an e-mail address that nobody trusted has proved,
// and never hands an administrator, a disabled user or an account with
// another identity of the same upstream to a newcomer.
func decide(f facts) Decision {
	switch {
	case f.unusable != "":
		return refuse("D0", f.unusable)
	case f.linker != nil:
		return decideOwn(f)
	case f.linked:
		return decideKnown(f)
	case f.address == addressMalformed:
		return refuse("D12", "The upstream's e-mail address is not one plain address.")
	case f.address == addressAmbiguous:
		return refuse("D12", "Several users have this e-mail address.")
	case f.local == nil:
		return decideNewcomer(f)
	}
	return decideMatch(f)
}

func decideOwn(f facts) Decision {
	switch {
	case f.linker.Disabled:
		return refuse("D11", "The user who asked to add this identity is disabled.")
	case f.linked && (f.owner == nil || f.owner.ID != f.linker.ID):
		return refuse("D2", "This identity is already linked to another user.")
	}
	return Decision{Row: "D2", Action: Link, User: *f.linker, Reason: "The user added this identity to the own account."}
}

func decideKnown(f facts) Decision {
	switch {
	case f.owner == nil:
		return refuse("D11", "This identity belongs to a user who was removed.")
	case f.owner.Disabled:
		return refuse("D11", "The user linked to this identity is disabled.")
	}
	return Decision{Row: "D1", Action: SignIn, User: *f.owner, Reason: "This identity is linked to the user."}
}

func decideNewcomer(f facts) Decision {
	row, create, why := "D3", CreateUnverified, "Nobody here has this identity; its e-mail address is missing or not proven and does not count yet."
	if f.address.proven() {
		row, create, why = "D5", Create, "Nobody here has this identity or its verified e-mail address."
	}
	if !f.signUps {
		return refuse(row, "Nobody here has this identity, and the login key does not allow sign-ups.")
	}
	return Decision{Row: row, Action: create, Reason: why}
}

func decideMatch(f facts) Decision {
	switch {
	case !f.address.proven():
		return refuse("D4", "A user has this e-mail address, but the upstream is not trusted to have verified it. The user can sign in and add this identity.")
	case f.local.Disabled:
		return refuse("D11", "The user with this e-mail address is disabled.")
	case f.local.Admin():
		return refuse("D9", "The user with this e-mail address is an administrator; administrators add identities only when signed in.")
	case f.otherSub:
		return refuse("D10", "The user with this e-mail address has another identity of this upstream already; the mailbox may have changed hands.")
	case !f.local.EmailVerified:
		return decideTrap(f)
	case f.peer:
		return decideVerified(f, "D13")
	case f.linking == LinkAuto && f.address == addressAuthoritative:
		return Decision{Row: "D8", Action: Link, User: *f.local, Reason: "The upstream runs this mailbox and may link users by it."}
	}
	return decideVerified(f, "D7")
}

// decideTrap is for an account whose address was never verified. Somebody may
// have made it to catch the owner of the address, so nothing it holds may
// survive a link; and without proof by mail only the upstream that runs the
// mailbox is proof enough to empty it.
func decideTrap(f facts) Decision {
	if !f.peer && f.linking == LinkAuto && f.address == addressAuthoritative {
		return Decision{Row: "D6", Action: Link, User: *f.local, wipe: true,
			Reason: "The user had never verified this e-mail address; the upstream runs the mailbox, so the account was emptied and given to its owner."}
	}
	return refuse("D6", "A user has this e-mail address but never verified it, and this hub has no other proof whose it is. The user can sign in with the password and add this identity.")
}

func decideVerified(f facts, row string) Decision {
	if f.linking != LinkConfirm && f.linking != LinkAuto {
		return refuse(row, "A user has this e-mail address, and the login key never links by it. The user can sign in and add this identity.")
	}
	return Decision{Row: row, Action: Confirm, User: *f.local, Reason: "A user has this e-mail address and has to prove to be the same person."}
}

func refuse(row, reason string) Decision {
	return Decision{Row: row, Action: Refuse, Reason: reason}
}
