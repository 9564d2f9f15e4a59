package audit

// The kinds of events: what it is about, a dot, what happened.
const (
	SetupDone = "setup.done"

	SignInOK      = "signin.ok"
	SignInFailed  = "signin.failed"
	SignOut       = "signout"
	UpstreamOK    = "upstream.ok"
	UpstreamError = "upstream.error"
	UpstreamEnded = "upstream.ended"
	LinkMade      = "link.made"
	LinkRefused   = "link.refused"
	LinkRemoved   = "link.removed"
	LinkUndone    = "link.undone"
	RolesUnknown  = "roles.unknown" // an upstream does not say any more which somebody has
	RolesLapsed   = "roles.lapsed"  // and they ended

	ConsentGiven   = "consent.given"
	ConsentDenied  = "consent.denied"
	GrantRemoved   = "grant.removed"
	CodeIssued     = "code.issued"
	CodeReplayed   = "code.replayed"
	CodeMisused    = "code.misused"
	TokensIssued   = "tokens.issued"
	Collected      = "tokens.collected" // what was allowed on another device
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

	SiteEntered      = "client.site.entered" // a hub wrote its Social Login Key at a site
	SecretAdded      = "client.secret.added"
	SecretRemoved    = "client.secret.removed"
	KeyAdded         = "loginkey.added"
	KeyChanged       = "loginkey.changed"
	KeyRemoved       = "loginkey.removed"
	KeyJoined        = "loginkey.joined"
	KeyTried         = "loginkey.tried"
	KeyIdentities    = "loginkey.identities" // people of a former issuer were moved or left, or that was undone
	ServerAsked      = "server.asked"
	ServerDecided    = "server.decided"
	ServerLeft       = "server.left"
	ServerRemoved    = "server.removed"
	InviteMade       = "server.invite.made"
	ImportDone       = "import.done"
	RecordDeleted    = "record.deleted" // of the database, by hand
	SettingsSaved    = "settings.saved"
	SigningRotated   = "signing.rotated"
	SigningDropped   = "signing.distrusted"
	UserAdded        = "user.added"
	UserChanged      = "user.changed"
	SessionsEnded    = "sessions.ended"
	LogoutTold       = "logout.told"
	LogoutFailed     = "logout.failed"
	LogoutReceived   = "logout.received"
	LogoutsTried     = "logout.tried"
	Watched          = "watch.checked"
	EmailVerified    = "user.email.verified"
	PasswordForgot   = "password.forgot"
	BrowserAsked     = "browser.asked"
	BrowserConfirmed = "browser.confirmed"
	PasswordChanged  = "password.changed"
)

// What administrators do to people.
const (
	UserInvited   = "user.invited"
	UserUninvited = "user.invitation.withdrawn"
	UserDisabled  = "user.disabled"
	UserEnabled   = "user.enabled"
	UserRemoved   = "user.removed"
	RolesChanged  = "user.roles.changed"
	ResetSent     = "password.reset.sent"
)

// About administration itself.
const (
	AdminRefused = "admin.refused" // somebody was kept from a page or a change
	AuditCleared = "audit.cleared" // what was older than the settings keep
)
