package linking

import (
	"github.com/fedhub/fedhub/hub/users"

	"github.com/fedhub/fedhub/internal/texts"
)

// An Action is what follows from a decision.
type Action string

const (
	SignIn           Action = "sign in"           // as Decision.User
	Link             Action = "link"              // the identity to Decision.User, and sign in
	Confirm          Action = "confirm"           // ask Decision.User for any proof, then Service.Confirm
	ConfirmByMail    Action = "confirm by mail"   // likewise, but only an email to the address is proof
	Create           Action = "create"            // a user whose address is verified
	CreateUnverified Action = "create unverified" // a user whose address counts for nothing yet
	Refuse           Action = "refuse"            // with one and the same sentence to strangers
)

// A Decision says what became of an arrival from upstream. Row is the row of
// the table below; Why is for the administrator's log, not for the person, who
// might be fishing for accounts.
type Decision struct {
	Row    string
	Action Action
	Why    texts.Text
	User   users.User // whom it is about; zero for Refuse and where there is nobody yet

	// Record is under which the link can be undone; empty if none was made.
	Record string
	// Emptied is set if the account was emptied before it was linked.
	Emptied bool

	wipe bool       // empty the account before linking
	by   string     // id of the administrator who decided
	tell users.User // the owner of the address, to hear of a refusal (D4)
}

// TooWeak tells whether the upstream proves too little for the person who asked.
func (d Decision) TooWeak() bool { return d.Row == "D14" && d.Action == Refuse }

// Passed is a row that was looked at and did not apply, with the code of the
// fact that decided so.
type Passed struct {
	Row  string
	Code string
}

// IssuerChanged tells whether an administrator has to decide first what becomes
// of the people of a former issuer.
func (d Decision) IssuerChanged() bool { return d.Row == "D15" }

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
	unusable texts.Text // why the claim is worth nothing; empty: it is not

	linked  bool        // the identity is linked …
	owner   *users.User // … to this user; nil: to one who is gone
	hearsay bool        // … by an import alone, and the upstream does not say that they have the address of the user

	former      bool   // the login key had another issuer, under which the sub was somebody
	formerOwner string // … this user, alone

	linker *users.User // is adding the identity from the own account page

	address  address
	local    *users.User // has this address as the own
	otherSub bool        // local has another identity of the same login key

	weak      bool // the upstream proves too little for an administrator
	peer      bool
	migrating bool // the window is open in which a peer's people find their old accounts
	linking   string
	noSignUp  texts.Text // why nobody new gets an account; empty: they do
}

// links reports whether the login key links by e-mail address at all.
func (f facts) links() bool { return f.linking == LinkConfirm || f.linking == LinkAuto }

// rows is the matching rule: the first row that applies decides.
//
//	D0   the login key is off, or the claim unusable          refuse
//	D11  whoever it would be is disabled or was removed       refuse
//	D14  the upstream is weak, the user an administrator      refuse
//	D15  the sub was known under an issuer that the key had before, and nobody decided about it    refuse, unless its owner adds it
//	D2   adding an identity to the own account                link, unless it is another's
//	D1   the identity is linked                               sign in that user, whatever the e-mail says, except once after an import
//	D12  the address is malformed or several users'           refuse
//	D3   nobody has the address, it is missing or unproven    create without it counting, if sign-up is allowed
//	D5   nobody has the address, it is proven                 create, likewise
//	D4   somebody has the address, it is unproven             refuse, and tell the owner
//	D6   … proven, but the user never verified it             empty and link: at once if authoritative, else by mail; never an administrator
//	D9   … the user is an administrator                       refuse
//	D10  … has another identity of this upstream              refuse
//	D13  … a peer, authoritative, in its migration window     link, and tell
//	D8   … no peer, authoritative, auto                       link, and tell
//	D7   … otherwise                                          confirm, or refuse
//
// A decision never turns on an e-mail address that nobody trusted has proved,
// and never hands an administrator, a disabled user or a verified account with
// another identity of the same upstream to a newcomer.
var rows = []struct {
	row   string
	title string
	// rule decides, or says by which fact it does not apply.
	rule func(facts) (d Decision, passed string)
}{
	{"D0", "The key is off, or the answer names nobody", unusable},
	{"D11", "The account is disabled or was removed", shut},
	{"D14", "The upstream proves too little for an administrator", tooWeak},
	{"D15", "The provider changed its issuer", changedIssuer},
	{"D2", "Somebody signed in adds an identity", own},
	{"D1", "The identity is linked", known},
	{"D12", "The address is not one plain address of one account", unclear},
	{"D3", "Nobody has the address, which proves nothing", noMatch},
	{"D5", "Nobody has the address, which is proven", createAccount},
	{"D4", "An account has the address, which proves nothing", unproven},
	{"D6", "The account never verified the address", unverifiedLocalAccount},
	{"D9", "The account is an administrator’s", privilegedAccount},
	{"D10", "The account has another identity of this upstream", recycledAddress},
	{"D13", "Another hub, within its migration window", migrationWindow},
	{"D8", "Linking is automatic for this domain", automatic},
	{"D7", "The account has to be proved", match},
}

// RowTitle says in a few words what a row is about.
func RowTitle(row string) string {
	for _, r := range rows {
		if r.row == row {
			return r.title
		}
	}
	return ""
}

// decide applies the rule.
func decide(f facts) Decision {
	d, _ := judge(f)
	return d
}

// judge is decide with the rows that were passed over.
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
	// match decides whatever comes to it.
	return Decision{Row: "D0", Action: Refuse, Why: texts.New("link.norow")}, over
}

func pass(code string) (Decision, string) { return Decision{}, code }

func refuse(code string) (Decision, string) { return refuseFor(texts.New(code)) }

func refuseFor(why texts.Text) (Decision, string) { return Decision{Action: Refuse, Why: why}, "" }

func about(u *users.User, action Action, code string) (Decision, string) {
	return Decision{Action: action, User: *u, Why: texts.New(code)}, ""
}
