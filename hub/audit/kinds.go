package audit

// The kinds of events: the subject, a dot, what happened.
const (
	SetupDone = "setup.done"

	SignInOK      = "signin.ok"
	SignInFailed  = "signin.failed"
	SignOut       = "signout"
	AccountChosen = "signin.chosen" // another account of the browser became the current one
	UpstreamOK    = "upstream.ok"
	UpstreamError = "upstream.error"
	UpstreamEnded = "upstream.ended"
	LinkMade      = "link.made"
	LinkRefused   = "link.refused"
	LinkRemoved   = "link.removed"
	LinkUndone    = "link.undone"
	RolesUnknown  = "roles.unknown" // the provider no longer lists the user's roles
	RolesLapsed   = "roles.lapsed"  // and they ended

	ConsentGiven   = "consent.given"
	ConsentDenied  = "consent.denied"
	GrantRemoved   = "grant.removed"
	CodeIssued     = "code.issued"
	CodeReplayed   = "code.replayed"
	CodeMisused    = "code.misused"
	TokensIssued   = "tokens.issued"
	Collected      = "tokens.collected" // approved on another device
	Exchanged      = "tokens.exchanged"
	RefreshReused  = "refresh.reused"
	RefreshMisused = "refresh.misused"
	TokenRevoked   = "token.revoked"
	ClientRefused  = "client.refused"
	RequestRefused = "request.refused"

	ClientAdded   = "client.added"
	ClientChanged = "client.changed"
	ClientRemoved = "client.removed"
	// By the client itself (RFC 7591, RFC 7592).
	ClientRegistered   = "client.registered"
	ClientRedeclared   = "client.redeclared"
	ClientUnregistered = "client.unregistered"
	InitialTokenMade   = "client.initialtoken.made"
	InitialTokenEnded  = "client.initialtoken.ended"

	SiteEntered    = "client.site.entered" // the hub wrote its Social Login Key at a site
	SecretAdded    = "client.secret.added"
	SecretRemoved  = "client.secret.removed"
	KeyAdded       = "loginkey.added"
	KeyChanged     = "loginkey.changed"
	KeyRemoved     = "loginkey.removed"
	KeyJoined      = "loginkey.joined"
	KeyTried       = "loginkey.tried"
	KeyIdentities  = "loginkey.identities" // users of a former issuer were moved or left, or that was undone
	ServerAsked    = "server.asked"
	ServerDecided  = "server.decided"
	ServerLeft     = "server.left"
	ServerRemoved  = "server.removed"
	InviteMade     = "server.invite.made"
	ImportDone     = "import.done"
	RecordDeleted  = "record.deleted" // in the database, by an operator
	SettingsSaved  = "settings.saved"
	SigningRotated = "signing.rotated"
	SigningDropped = "signing.distrusted"
	UserAdded      = "user.added"
	UserChanged    = "user.changed"
	UsersExported  = "user.exported" // all of them, as a file
	SessionsEnded  = "sessions.ended"
	LogoutTold     = "logout.told"
	LogoutFailed   = "logout.failed"
	LogoutReceived = "logout.received"
	LogoutsTried   = "logout.tried"
	Watched        = "watch.checked"
	EmailGivenUp   = "email.givenup" // the mail server did not accept an email
	EmailVerified  = "user.email.verified"
	EmailRestored  = "user.email.restored" // the address of before a change
	DataTaken      = "user.data.downloaded"

	DeletionAsked     = "user.deletion.requested"
	DeletionCancelled = "user.deletion.cancelled"

	PasswordForgot   = "password.forgot"
	BrowserAsked     = "browser.asked"
	SignInMailed     = "signin.mailed" // a code to sign in with was requested
	BrowserConfirmed = "browser.confirmed"
	PasswordChanged  = "password.changed"
	SecondAdded      = "second.added"   // an authenticator app was set up
	SecondRemoved    = "second.removed" // and removed
	SecondFailed     = "second.failed"  // a wrong code
	RecoveryMade     = "recovery.made"
	RecoveryUsed     = "recovery.used"
	TrustedAdded     = "trusted.added" // a browser that is not asked for a second factor
	TrustedUsed      = "trusted.used"
	TrustedRemoved   = "trusted.removed"
	PasskeyAdded     = "passkey.added"
	PasskeyRenamed   = "passkey.renamed"
	PasskeyRemoved   = "passkey.removed"
)

// Changes to users by administrators.
const (
	UserSignUpAsked = "user.signup.asked" // somebody asked for a link to sign up
	UserSignedUp    = "user.signup"       // and created an account with it
	UserApproved    = "user.approved"     // it may be used
	UserRefused     = "user.refused"      // it was not approved, and deleted

	UserInvited   = "user.invited"
	UserUninvited = "user.invitation.withdrawn"
	UserDisabled  = "user.disabled"
	UserEnabled   = "user.enabled"
	UserRemoved   = "user.removed"
	RolesChanged  = "user.roles.changed"
	ResetSent     = "password.reset.sent"

	APIAdded   = "api.added"
	APIChanged = "api.changed"
	APIRemoved = "api.removed"

	GroupAdded    = "group.added"
	GroupChanged  = "group.changed"
	GroupRemoved  = "group.removed"
	MemberAdded   = "group.member.added"   // the user joined the group
	MemberRemoved = "group.member.removed" // and left it
)

// Administration itself.
const (
	AdminRefused  = "admin.refused"  // a page or a change was refused
	AuditCleared  = "audit.cleared"  // events older than the settings keep
	AuditExported = "audit.exported" // to a file
)

// All are the kinds, for the filters of a search.
var All = []string{
	SetupDone, SignInOK, SignInFailed, SignOut, AccountChosen, UpstreamOK, UpstreamError, UpstreamEnded, LinkMade, LinkRefused,
	LinkRemoved, LinkUndone, RolesUnknown, RolesLapsed, ConsentGiven, ConsentDenied, GrantRemoved, CodeIssued,
	CodeReplayed, CodeMisused, TokensIssued, Collected, Exchanged, RefreshReused, RefreshMisused, TokenRevoked,
	ClientRefused, RequestRefused, ClientAdded, ClientChanged, ClientRemoved, ClientRegistered, ClientRedeclared,
	ClientUnregistered, InitialTokenMade, InitialTokenEnded, SiteEntered, SecretAdded, SecretRemoved, KeyAdded,
	KeyChanged, KeyRemoved, KeyJoined, KeyTried, KeyIdentities, ServerAsked, ServerDecided, ServerLeft,
	ServerRemoved, InviteMade, ImportDone, RecordDeleted, SettingsSaved, SigningRotated, SigningDropped,
	UserAdded, UserChanged, UsersExported, SessionsEnded, LogoutTold, LogoutFailed, LogoutReceived, LogoutsTried, Watched,
	EmailGivenUp, EmailVerified, EmailRestored, DataTaken, DeletionAsked, DeletionCancelled, PasswordForgot,
	BrowserAsked, SignInMailed, BrowserConfirmed, PasswordChanged, SecondAdded, SecondRemoved, SecondFailed,
	RecoveryMade, RecoveryUsed, TrustedAdded, TrustedUsed, TrustedRemoved, PasskeyAdded, PasskeyRenamed,
	PasskeyRemoved, UserSignUpAsked, UserSignedUp, UserApproved, UserRefused, UserInvited, UserUninvited,
	UserDisabled, UserEnabled, UserRemoved, RolesChanged, ResetSent, GroupAdded, GroupChanged, GroupRemoved,
	MemberAdded, MemberRemoved, AdminRefused, AuditCleared, AuditExported, APIAdded, APIChanged, APIRemoved,
}
