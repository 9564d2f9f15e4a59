package linking

import (
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/texts"
)

// An Action is the result of a decision.
type Action string

const (
	SignIn           Action = "sign in"           // as Decision.User
	Link             Action = "link"              // the identity to Decision.User, and sign in
	Confirm          Action = "confirm"           // ask Decision.User for any proof, then Service.Confirm
	ConfirmByMail    Action = "confirm by mail"   // likewise, but only an email to the address is proof
	Create           Action = "create"            // a user whose address is verified
	CreateUnverified Action = "create unverified" // a user with an unconfirmed address
	Refuse           Action = "refuse"            // strangers always see the same message
)

// A Decision is the result of a sign-in by a provider. Row is the row of the
// table below. Why is for the administrator's log only, because the person
// could be probing for accounts.
type Decision struct {
	Row    string
	Action Action
	Why    texts.Text
	User   users.User // the user concerned; zero for Refuse, and if there is none yet

	// Record is the id that undoes the link; empty if none was made.
	Record string
	// Emptied is set if the account was emptied before linking.
	Emptied bool

	wipe bool       // empty the account before linking
	by   string     // id of the administrator who decided
	tell users.User // the owner of the address, to be notified of a refusal (D4)
}

// TooWeak reports whether the provider's proof is too weak for this user.
func (d Decision) TooWeak() bool { return d.Row == "D14" && d.Action == Refuse }

// Passed is a row that did not apply, with the code of the fact that ruled it
// out.
type Passed struct {
	Row  string
	Code string
}

// IssuerChanged reports whether an administrator must first decide about the
// users of a former issuer.
func (d Decision) IssuerChanged() bool { return d.Row == "D15" }

// address rates a provider's email address.
type address int

const (
	addressMissing       address = iota
	addressMalformed             // not a single plain address
	addressAmbiguous             // several users have it
	addressUnproven              // not verified, or the provider is not trusted with it
	addressProven                // verified by a provider trusted with it
	addressAuthoritative         // verified by the operator of the mailbox
)

func (a address) proven() bool { return a == addressProven || a == addressAuthoritative }

// facts are everything that a decision depends on.
type facts struct {
	unusable texts.Text // why the claim cannot be used; empty: it can

	linked  bool        // the identity is linked …
	owner   *users.User // … to this user; nil: to a deleted user
	hearsay bool        // … only by an import, and the provider does not confirm the user's address

	former      bool   // the login key had another issuer, under which this sub was known
	formerOwner string // … as this one user

	linker *users.User // the signed-in user who adds the identity on their account page

	address  address
	local    *users.User // the user with this address
	otherSub bool        // local has another identity of the same login key

	weak      bool // the provider's proof is too weak for an administrator
	peer      bool
	migrating bool // the migration window is open, in which a peer's users find their old accounts
	linking   string
	noSignUp  texts.Text // why no new account is made; empty: it is
}

// links reports whether the provider links by email address at all.
func (f facts) links() bool { return f.linking == LinkConfirm || f.linking == LinkAuto }

// rows is the matching rule: the first row that applies decides.
//
//	D0   the provider is disabled, or the claim unusable        refuse
//	D11  the user is disabled or was removed                    refuse
//	D14  the provider's proof is too weak for an administrator  refuse
//	D15  the sub was known under a former issuer of the key     refuse until an administrator decides, unless its owner adds it
//	D2   a signed-in user adds an identity                      link, unless it belongs to another user
//	D1   the identity is linked                                 sign in that user, whatever the email says, except once after an import
//	D12  the address is malformed, or several users have it     refuse
//	D3   no user has the address; it is missing or unproven     create with an unconfirmed address, if sign-up is allowed
//	D5   no user has the address; it is proven                  create, likewise
//	D4   a user has the address; it is unproven                 refuse, and notify the owner
//	D6   … proven, but the user never verified it               empty and link: at once if authoritative, else by email; never an administrator
//	D9   … the user is an administrator                         refuse
//	D10  … has another identity of this provider                refuse
//	D13  … a peer, authoritative, in its migration window       link, and notify
//	D8   … no peer, authoritative, auto                         link, and notify
//	D7   … otherwise                                            confirm, or refuse
//
// A decision never depends on an email address without a trusted proof. It
// never gives a new identity access to an administrator, to a disabled user, or
// to a verified account with another identity of the same provider.
var rows = []struct {
	row   string
	title string // code
	// rule decides, or names the fact that rules the row out.
	rule func(facts) (d Decision, passed string)
}{
	{"D0", "rule.unusable", unusable},
	{"D11", "rule.shut", shut},
	{"D14", "rule.weak", tooWeak},
	{"D15", "rule.issuer", changedIssuer},
	{"D2", "rule.own", own},
	{"D1", "rule.known", known},
	{"D12", "rule.unclear", unclear},
	{"D3", "rule.unmatched", noMatch},
	{"D5", "rule.create", createAccount},
	{"D4", "rule.unproven", unproven},
	{"D6", "rule.unverified", unverifiedLocalAccount},
	{"D9", "rule.privileged", privilegedAccount},
	{"D10", "rule.recycled", recycledAddress},
	{"D13", "rule.migration", migrationWindow},
	{"D8", "rule.automatic", automatic},
	{"D7", "rule.match", match},
}

// RowTitle describes a row in a few words.
func RowTitle(row string) texts.Text {
	for _, r := range rows {
		if r.row == row {
			return texts.New(r.title)
		}
	}
	if row == rowProvisioned {
		return texts.New("rule.admin")
	}
	return texts.Text{}
}

// decide applies the rule.
func decide(f facts) Decision {
	d, _ := judge(f)
	return d
}

// judge is decide, and also returns the rows that did not apply.
func judge(f facts) (Decision, []Passed) {
	var over []Passed
	for _, r := range rows {
		d, passed := r.rule(f)
		if passed == "" {
			d.Row = r.row
			return d, over
		}
		over = append(over, Passed{r.row, passed})
	}
	// The match row decides every remaining case.
	return Decision{Row: "D0", Action: Refuse, Why: texts.New("link.norow")}, over
}

func pass(code string) (Decision, string) { return Decision{}, code }

func refuse(code string) (Decision, string) { return refuseFor(texts.New(code)) }

func refuseFor(why texts.Text) (Decision, string) { return Decision{Action: Refuse, Why: why}, "" }

func about(u *users.User, action Action, code string) (Decision, string) {
	return Decision{Action: action, User: *u, Why: texts.New(code)}, ""
}
