package hub

import (
	"cmp"
	"context"
	"crypto/rand"
	"os"
	"slices"
	"time"

	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/web/guard"
	"github.com/fedhub/fedhub/hub/web/signin/tried"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/clients/clientauth"
	frappesite "github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/clients/requestobject"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/dpop"
	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/fetch/pwned"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/operator/auditlog"
	"github.com/fedhub/fedhub/hub/operator/claims"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/readiness"
	"github.com/fedhub/fedhub/hub/selfservice"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/users/listing"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/users/pictures"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
	"github.com/fedhub/fedhub/hub/users/signup"
	"github.com/fedhub/fedhub/hub/users/trustedbrowsers"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/account"
	"github.com/fedhub/fedhub/hub/web/accounts"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/hub/web/admin/apps"
	auditpages "github.com/fedhub/fedhub/hub/web/admin/auditlog"
	grouppages "github.com/fedhub/fedhub/hub/web/admin/groups"
	hubpages "github.com/fedhub/fedhub/hub/web/admin/hubs"
	"github.com/fedhub/fedhub/hub/web/admin/operations"
	"github.com/fedhub/fedhub/hub/web/admin/people"
	"github.com/fedhub/fedhub/hub/web/admin/providers"
	"github.com/fedhub/fedhub/hub/web/authorize"
	"github.com/fedhub/fedhub/hub/web/clientrequest"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/hub/web/device"
	"github.com/fedhub/fedhub/hub/web/emailcode"
	"github.com/fedhub/fedhub/hub/web/emails"
	"github.com/fedhub/fedhub/hub/web/errorpages"
	"github.com/fedhub/fedhub/hub/web/federating"
	"github.com/fedhub/fedhub/hub/web/oidc"
	"github.com/fedhub/fedhub/hub/web/onetime"
	"github.com/fedhub/fedhub/hub/web/proof"
	"github.com/fedhub/fedhub/hub/web/registering"
	"github.com/fedhub/fedhub/hub/web/second"
	"github.com/fedhub/fedhub/hub/web/signin"
	"github.com/fedhub/fedhub/hub/web/signout"
	signuppages "github.com/fedhub/fedhub/hub/web/signup"
	"github.com/fedhub/fedhub/hub/web/tokenendpoint"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/templates"
)

// buildServices builds the services in the order of their dependencies.
func (h *Hub) buildServices() {
	h.buildTools()
	h.buildPeople()
	h.buildClients()
	h.buildUpstreams()
	h.buildOperator()
}

// buildTools builds the tools that all services use.
func (h *Hub) buildTools() {
	c, d := h.config, h.data
	roots, _ := c.roots() // withDefaults checked the error
	h.http = fetch.NewClient(fetch.Policy{
		AllowPrivate: c.AllowPrivateAddresses, Allowed: c.AllowedAddresses, RootCAs: roots, UserAgent: "fedhub", Observe: c.Fetched,
		Proxy: c.Proxy, Closed: fetch.Own{URL: c.URL, Listener: c.Listener, DatabasePorts: c.DatabasePorts}.Closed(),
	})
	h.proofs = &dpop.Verifier{Nonces: dpop.NewNonces(h.box.Derive(names.KeyOfNonces), c.Now), Replay: d.UseOnce, Now: c.Now}
	sender, server, _ := c.post() // withDefaults checked the error
	if server {
		h.outbox = h.newOutbox(sender)
		sender = h.outbox
	}
	h.mailer = &emails.Mailer{Sender: sender, HubName: h.name, URL: c.URL, Words: c.Words}
	h.audit = &audit.Recorder{Set: d.Audit, Log: c.Log, Now: c.Now, Words: templates.Sentence, Watch: c.Watch, Hear: traces.Record}
	h.settings = settings.NewService(d.Settings, c.Name, c.Now)
	h.settings.SecondFactor, h.settings.Delivers = c.SecondFactor, h.mailer.Delivers
	h.traces = h.newTraces()
	h.signing = signing.NewService(d.SigningKeys, h.box, c.Now)
	h.signing.Log = c.Log
	h.signing.LeftOut = c.LeftOutAlgs
	if c.NewRSA != nil {
		h.signing.NewRSA = c.NewRSA
	}
}

// buildPeople builds the services for users and their activity.
func (h *Hub) buildPeople() {
	c, d := h.config, h.data
	h.groups = groups.New(groups.Options{Groups: d.Groups, Members: d.Members, CleanRoles: users.CleanRoles, Now: c.Now})
	h.users = users.New(users.Options{
		Groups: h.groups,
		Users:  d.Users, Removed: d.RemovedIDs, Throttles: d.Throttles, Browsers: d.Browsers, Setups: d.SetupLinks, Invitations: d.Invitations,
		Delivers: func() bool { return h.mailer.Delivers() }, Failures: c.Limits.Failures.Burst, FailureEvery: c.Limits.Failures.Every,
		Now: c.Now, Hash: c.Hash, MinPassword: c.MinPassword, HubNames: []string{"fedhub", c.Name}, Typed: h.box.Derive(names.KeyOfTyped),
		Breached: (&pwned.Service{Client: h.http, Base: h.settings.BreachedBase, Log: c.Log}).Breached,
		SignInBy: func(ctx context.Context) (users.SignInBy, error) {
			s, err := h.settings.Current(ctx)
			return users.SignInBy{Names: s.UserNameSignIn, Phones: s.PhoneSignIn}, err
		},
		RolesTaken: func(ctx context.Context, before, after users.User) {
			h.audit.Record(ctx, audit.Event{Kind: audit.RolesChanged, Actor: "provider", Target: after.ID,
				Changes: slices.Concat(audit.Roles(before.Roles, after.Roles), audit.Groups(before.GroupNames(), after.GroupNames()))})
		},
	})
	h.second = &authentication.SecondFactors{
		Codes:    &secondfactor.Service{Set: d.SecondFactors, Box: h.box, Limits: passwords.NewLimiter(d.Throttles, c.Now), Now: c.Now},
		Passkeys: func(ctx context.Context, userID string) (bool, error) { return h.passkeys.Any(ctx, userID, "") },
		Settings: h.settings.Current, Now: c.Now,
	}
	h.linking = linking.New(linking.Options{
		Users: h.users, Identities: d.Identities, Records: d.LinkEvents,
		Mailer: h.mailer, URL: c.URL, Once: d.UseOnce, Empty: h.emptyUser,
		Passkeys: func(ctx context.Context, userID, besides string) (bool, error) {
			return h.passkeys.Any(ctx, userID, besides)
		},
		Roles: authentication.Notices{Audit: h.audit, Log: c.Log, Now: c.Now, Raise: func(ctx context.Context, w health.Warning) error { return h.monitor.Raise(ctx, w) },
			Key: d.LoginKeys.Get, Groups: h.groups}.Roles,
		Failed: func(ctx context.Context, err error) {
			c.Log.ErrorContext(ctx, "could not send an email", "error", err)
		},
		Now: c.Now,
	})
	h.mailLinks = &maillinks.Service{Links: d.MailLinks, Mailer: h.mailer, Users: h.users, URL: c.URL, Now: c.Now}
	h.sessions = &cookies.Service{
		Service: &sessions.Service{Sessions: d.Sessions, Users: h.users, Box: h.box, Limits: h.sessionLimits, Now: c.Now,
			HasFactor: func(ctx context.Context, userID string) (bool, error) { return h.second.Any(ctx, userID) }},
		Name: cookies.CookieName(c.URL, c.secure()), Secure: c.secure(),
	}
	h.flows = flows.NewService(d.Flows, c.Now)
	h.stops = &flows.Interruptions{Set: d.Interruptions, Box: h.box, Now: c.Now}
	h.passkeys = passkeys.New(passkeys.Options{
		Passkeys: d.Passkeys, Users: h.users, URL: c.URL, HubName: h.name, Carry: h.stops.Carry, Carried: h.stops.Carried, Once: d.UseOnce,
		WayIn: h.linking.WayInBeside, Now: c.Now,
	})
	h.grants = grants.NewService(d.Grants, d.TokenFamilies, grants.DefaultLives(), h.box.Derive(names.KeyOfRefresh), c.Now)
	h.grants.SessionLives = h.sessions.Exists
	h.pending = &pending.Service{Requests: d.PendingRequests, Guesses: d.Guesses, Box: h.box, Poster: fetch.Poster{Client: h.http}, Log: c.Log, Now: c.Now}
}

// buildClients builds the services for clients and their grants and tokens.
func (h *Hub) buildClients() {
	c, d := h.config, h.data
	h.documents = metadatadoc.Reader{HTTP: h.http, Issuer: c.URL, AllowHTTP: c.AllowPrivateAddresses}
	h.clientAuth = &clientauth.Verifier{
		Issuer: c.URL, TokenEndpoints: []string{c.URL + "/oauth2/token", cmp.Or(c.CertURL, c.URL) + "/oauth2/token"}, // RFC 8705 §5
		Replay: d.UseOnce, Seal: h.box.Seal, Open: h.box.Open,
		SecretKey: h.box.Derive(names.KeyOfSecrets), Certificates: c.certificates(), ClientCAs: c.ClientCAs, Now: c.Now,
		Keys: &clientauth.Keyring{
			Read: h.documents.Read, Waits: h.waits, Now: c.Now, Log: c.Log,
			Follow: func(ctx context.Context, id string, published clientauth.Keys) error {
				return h.hubs.Follow(ctx, id, published)
			},
		},
	}
	h.clients = clients.NewRegistry(clients.Options{
		Store: d.Clients, Auth: h.clientAuth, Documents: h.documents, Forget: d.ForgetClient, AllowHTTP: c.AllowPrivateAddresses, Now: c.Now, Log: c.Log,
	})
	h.apis = apis.New(apis.Options{Issuer: c.URL, APIs: d.APIs, Owners: d.ScopeOwners, AllowHTTP: c.AllowPrivateAddresses, Now: c.Now})
	h.hubs = hubs.New(hubs.Options{
		Clients: h.clients, Auth: h.clientAuth, Documents: h.documents, AllowHTTP: c.AllowPrivateAddresses, Now: c.Now, Log: c.Log,
	})
	h.registrations = registration.New(registration.Options{
		Clients: h.clients, Store: d.Clients, Keys: h.clientAuth.Keys, Documents: h.documents, AllowHTTP: c.AllowPrivateAddresses, Now: c.Now,
	})
	h.sites = frappesite.New(frappesite.Options{Clients: h.clients, Once: d.UseOnce, AllowHTTP: c.AllowPrivateAddresses, Now: c.Now})
	h.siteSetups = h.newDebuts()
	h.tokens = &tokens.Service{
		Issuer: c.URL, Signing: h.signing, Grants: h.grants, Users: h.users, Clients: h.clients, APIs: h.apis, ClientAuth: h.clientAuth,
		Revoked: d.Revoked, Opaques: d.Opaques, Pairwise: h.box.Derive(names.KeyOfSubjects), Lives: h.sessions.IsActive, Used: h.registrations.MarkUsed, Now: c.Now,
		Custom: tokens.Custom{Fields: h.settings.UserFields},
	}
	h.requests = &authrequest.Service{
		Issuer: c.URL, Clients: h.clients, APIs: h.apis, Registration: h.registrations, Objects: requestobject.Opener{Verifier: h.clientAuth, Read: h.documents.Read},
		Settings: h.settings, Tokens: h.tokens, Signing: h.signing, Pushed: d.Pushed, Now: c.Now,
	}
	h.invites = hubs.NewInvites(d.HubInvites, c.Now)
	h.initials = registration.InitialTokens{Store: d.InitialAccessTokens, Now: c.Now}
}

// buildUpstreams builds the services for providers, their health, and logout
// delivery.
func (h *Hub) buildUpstreams() {
	c, d := h.config, h.data
	h.readiness = &readiness.Service{Set: d.Proofs, Clock: h.clock, Name: rand.Text(), Host: host(), Log: c.Log, Now: c.Now}
	h.health = (&health.Service{Set: d.Health, Log: c.Log, Now: c.Now}).Start()
	h.upstreams = federation.NewRegistry(federation.Options{
		Store: d.LoginKeys, Factories: connectors(), Env: h.env(), Report: h.health.Report,
		Seal: func(plain, context string) string { return h.box.Seal([]byte(plain), context) },
	})
	h.monitor = &health.Monitor{
		Set: d.Warnings, Watches: d.Checks, Upstreams: h.upstreams, Clients: h.clients, Hubs: h.hubs, Signing: h.signing, Settings: h.settings,
		Users: h.users, Mailer: h.mailer, Standing: h.standing(), Log: c.Log, Now: c.Now,
	}
	h.logouts = (&logouts.Service{
		Notices: d.LogoutNotices, Statuses: d.LogoutStatuses, Ledger: d.SignOuts, Sessions: h.sessions.Service, Grants: h.grants, Tokens: h.tokens, Clients: h.clients,
		Poster: fetch.Poster{Client: h.http}, Audit: h.audit, Log: c.Log, Now: c.Now,
	}).Start()
	h.upstreamTokens = &upstreamtokens.Service{
		Ties: d.UpstreamTokens, Box: h.box, Upstreams: h.upstreams, Sessions: h.sessions.Service, Grants: h.grants, Review: h.review, End: h.logouts.End,
		Audit: h.audit, Log: c.Log, Now: c.Now,
	}
}

// buildOperator builds the use-cases of administration.
func (h *Hub) buildOperator() {
	c, d := h.config, h.data
	h.self = &selfservice.Service{
		Users: h.users, Linking: h.linking, Passkeys: h.passkeys, Codes: h.second.Codes, Trusted: h.trusted(), Grants: h.grants, Sessions: h.sessions.Service,
		Logouts: h.logouts, MailLinks: h.mailLinks, Settings: h.settings, Audit: h.audit, Removed: h.second.Removed,
	}
	h.LoginKeyService = loginkeys.New(loginkeys.Parts{
		ClientMetadata: h.ours().Metadata, Upstreams: h.upstreams, Linking: h.linking, Monitor: h.monitor, Health: h.health,
		UpstreamTokens: h.upstreamTokens, Grants: h.grants, Pending: h.pending, Sessions: h.sessions.Service, Logouts: h.logouts, Audit: h.audit,
	})
	h.Log = auditlog.New(auditlog.Parts{Audit: h.audit, Users: h.users, Groups: h.groups, Clients: h.clients, Upstreams: h.upstreams})
	h.Service = operator.New(operator.Parts{
		URL: c.URL, AllowHTTP: c.AllowPrivateAddresses, RemoveGroupRules: h.RemoveGroupRules, Raise: h.monitor.Raise,
		Users: h.users, Groups: h.groups, Listing: &listing.Service{Users: h.users, Set: d.Users, BySubject: h.linking.UsersBySubject},
		Linking: h.linking, SecondFactors: h.second.Codes, Passkeys: h.passkeys, MailLinks: h.mailLinks, Clients: h.clients, APIs: h.apis, Hubs: h.hubs, Sites: h.sites, Registrations: h.registrations, Invites: h.invites, Initials: h.initials, Upstreams: h.upstreams,
		Grants: h.grants, Sessions: h.sessions.Service,
		Logouts: h.logouts, UpstreamTokens: h.upstreamTokens, SiteSetups: h.siteSetups, Signing: h.signing, Settings: h.settings, Audit: h.audit, Box: h.box,
		ForgetUser: d.ForgetUser, CancelDeletion: h.self.CancelDeletion,
		Records: d.Browsable(),
		Claims:  h.custom(),
	})
}

// custom has the use-cases of custom claims and user fields.
func (h *Hub) custom() *claims.Service {
	return &claims.Service{Settings: h.settings, Users: h.users, Groups: h.groups, Audit: h.audit}
}

// host is the name of this machine. Administrators see it.
func host() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}

// trusted keeps the browsers that are not asked for a second factor.
func (h *Hub) trusted() *trustedbrowsers.Service {
	return &trustedbrowsers.Service{Set: h.data.TrustedBrowsers, Now: h.config.Now}
}

// review applies the new profile that a provider reports for a user.
func (h *Hub) review(ctx context.Context, userID string, i federation.Identity, key federation.LoginKey) error {
	_, err := h.linking.Review(ctx, userID, authentication.ClaimOf(i), authentication.PolicyOf(key))
	return err
}

// name is the hub's name, for emails.
func (h *Hub) name(ctx context.Context) string {
	s, err := h.settings.Current(ctx)
	if err != nil || s.HubName == "" {
		return h.config.URL
	}
	return s.HubName
}

// env is what the hub provides to connectors.
func (h *Hub) env() federation.Dependencies {
	return federation.Dependencies{
		HTTP: h.http, Hub: h.config.URL, AllowHTTP: h.config.AllowPrivateAddresses,
		Callback:          h.ours().Callback,
		ClientMetadataURL: h.ours().Metadata,
		Open: func(sealed, context string) (string, error) {
			plain, err := h.box.Open(sealed, context)
			return string(plain), err
		},
		Sign: func(ctx context.Context, claims map[string]any, typ string) (string, error) {
			return h.signing.Sign(ctx, signing.ES256, typ, claims)
		},
		Waits: h.waits, Now: h.config.Now, Log: h.config.Log,
	}
}

// ours are the hub's addresses that providers know.
func (h *Hub) ours() hubaddress.Hub { return hubaddress.Hub(h.config.URL) }

// buildHandlers builds the HTTP handlers.
func (h *Hub) buildHandlers() {
	c := h.config
	h.responder = &web.Responder{
		Log: c.Log, Now: c.Now, Issuer: c.URL, Limit: c.RequestLimit, Frame: h.frame, Known: errorpages.Of, Failed: h.broke,
		Forms: web.Forms{Key: h.box.Derive(names.KeyOfForms), Bind: h.bind, BindOthers: h.bindOthers},
	}
	fetches := c.Limits.Limiter(c.Limits.Fetches, c.Now)
	h.authorize = &authorize.Handler{
		Issuer: c.URL, Clients: h.clients, Upstreams: h.upstreams, Requests: h.requests, Flows: h.flows, Sessions: h.sessions, Grants: h.grants,
		Tokens: h.tokens, Passkeys: h.passkeys, Settings: h.settings, Audit: h.audit, Responder: h.responder, Log: c.Log, Now: c.Now,
		Begins: c.Limits.Limiter(c.Limits.Begins, c.Now), Fetches: fetches,
		HasFactor: h.second.Has, HasAny: h.second.Any,
	}
	proofs := &proof.Checker{Sessions: h.sessions, Users: h.users, Logouts: h.logouts, Audit: h.audit}
	h.signin = &signin.Handler{
		Proofs: proofs,
		Issuer: c.URL, Clients: h.clients, Upstreams: h.upstreams,
		Flows: h.flows, Stops: h.stops, Sessions: h.sessions, Users: h.users, Passkeys: h.passkeys, Linking: h.linking, Logouts: h.logouts, MailLinks: h.mailLinks, UpstreamTokens: h.upstreamTokens,
		Settings: h.settings, Audit: h.audit, Responder: h.responder, Log: c.Log, Now: c.Now, Replay: h.data.UseOnce,
		Begins: c.Limits.Limiter(c.Limits.Begins, c.Now), Raise: h.monitor.Raise, Factors: h.second, Subject: h.tokens.Subject,
	}
	h.secondStep = &second.Handler{
		Factors: h.second, Stops: h.stops, Sessions: h.sessions, Users: h.users, Passkeys: h.passkeys, Trusted: h.trusted(), MailLinks: h.mailLinks, Audit: h.audit, Responder: h.responder,
		HubName: h.name, Log: c.Log, Now: c.Now, SignIn: h.signin,
	}
	h.signin.AskSecond, h.signin.NeedsSecond, h.signin.CheckSecond = h.secondStep.Ask, h.secondStep.Needs, h.secondStep.Check
	h.accounts = &accounts.Handler{Flows: h.flows, Sessions: h.sessions, Users: h.users, Audit: h.audit, Responder: h.responder, SignIn: h.signin}
	h.emailCode = &emailcode.Handler{
		Stops: h.stops, Sessions: h.sessions, MailLinks: h.mailLinks, Settings: h.settings, Guesses: h.second.Codes, Audit: h.audit,
		Responder: h.responder, Now: c.Now, SignIn: h.signin,
	}
	h.tried = &tried.Handler{Stops: h.stops, Sessions: h.sessions, Upstreams: h.upstreams, Linking: h.linking, Responder: h.responder, Now: c.Now}
	h.guard = &guard.Guard{
		Sessions: h.sessions, Users: h.users, Upstreams: h.upstreams, Clients: h.clients, Settings: h.settings, Audit: h.audit,
		Responder: h.responder, Limits: c.Limits, Now: c.Now, ProveHere: h.signin.ProveHere,
	}
	h.onetime = &onetime.Handler{
		MinPassword: c.MinPassword, Upstreams: h.upstreams, Sessions: h.sessions, Users: h.users, Logouts: h.logouts, MailLinks: h.mailLinks,
		Settings: h.settings, Audit: h.audit, Responder: h.responder, Now: c.Now, Waiting: h.signin.Waiting, SignIn: h.signin.SignInNew,
	}
	h.signup = &signuppages.Handler{
		MinPassword: c.MinPassword, SignUps: &signup.Service{Users: h.users, MailLinks: h.mailLinks, Settings: h.settings}, Asks: c.Limits.Limiter(web.Rate{Burst: 30, Every: 20 * time.Second}, c.Now),
		Audit: h.audit, Responder: h.responder, Waiting: h.signin.Waiting, SignIn: h.signin.SignInTo,
	}
	h.federating = &federating.Handler{
		Issuer: c.URL, Clients: h.clients, Hubs: h.hubs, Invites: h.invites, Upstreams: h.upstreams, Sessions: h.sessions, Logouts: h.logouts,
		Settings: h.settings, Audit: h.audit, Replay: h.data.UseOnce, Replayed: h.data.WasUsed,
	}
	h.signout = &signout.Handler{
		Issuer: c.URL, Upstreams: h.upstreams,
		Clients: h.clients, Stops: h.stops, Sessions: h.sessions, Users: h.users, Tokens: h.tokens, UpstreamTokens: h.upstreamTokens,
		Logouts: h.logouts, Audit: h.audit, Responder: h.responder, Now: c.Now,
	}
	h.consent = &authorize.ConsentHandler{
		Clients: h.clients, APIs: h.apis, Flows: h.flows, Sessions: h.sessions, Grants: h.grants, Settings: h.settings, Audit: h.audit, Responder: h.responder,
	}
	h.approve = &device.Handler{
		Clients: h.clients, APIs: h.apis, Pending: h.pending, Sessions: h.sessions, Grants: h.grants, Settings: h.settings, Audit: h.audit, Responder: h.responder, Now: c.Now,
		HasFactor: h.second.Any,
	}
	h.account = &account.Handler{
		Pictures: pictures.New(h.data.Pictures, h.users, c.URL, c.Now),
		Self:     h.self,
		Proofs:   proofs, Trusted: h.trusted(), Second: h.second, HubName: h.name, Stops: h.stops,
		Issuer: c.URL, Clients: h.clients, APIs: h.apis, Upstreams: h.upstreams, Sessions: h.sessions, Users: h.users, Passkeys: h.passkeys, Linking: h.linking,
		Grants: h.grants, Logouts: h.logouts, MailLinks: h.mailLinks, UpstreamTokens: h.upstreamTokens, Settings: h.settings, Fields: h.custom(), Audit: h.audit, Responder: h.responder, Now: c.Now, MinPassword: c.MinPassword,
	}
	authenticator := &clientrequest.Authenticator{
		Issuer: c.URL, Alias: c.CertURL, Clients: h.clients, Requests: h.requests, Proofs: h.proofs, Audit: h.audit,
		Fetches: fetches, Guesses: c.Limits.Large.NewGuesser(c.Limits.Secrets, c.Now),
	}
	h.token = &tokenendpoint.Handler{
		Authenticator: authenticator, Clients: h.clients, ClientAuth: h.clientAuth, Grants: h.grants, Tokens: h.tokens, Pending: h.pending, Users: h.users, Linking: h.linking,
		Upstreams: h.upstreams, UpstreamTokens: h.upstreamTokens, Settings: h.settings, Audit: h.audit,
	}
	h.oidc = &oidc.Handler{
		Issuer: c.URL, Alias: c.CertURL, Certificates: c.certificates(), Authenticator: authenticator, Clients: h.clients, ClientAuth: h.clientAuth, Grants: h.grants,
		Tokens: h.tokens, Pending: h.pending, Users: h.users, Browsers: h.sessions, Requests: h.requests, Signing: h.signing, Settings: h.settings,
		SiteSetups: h.siteSetups, Audit: h.audit, Now: c.Now, Pushes: c.Limits.Limiter(c.Limits.Begins, c.Now),
	}
	h.registering = &registering.Handler{
		Issuer: c.URL, Clients: h.clients, Requests: h.requests, Registrations: h.registrations, Initials: h.initials, Settings: h.settings, Audit: h.audit,
		PerAddress: c.Limits.Limiter(c.Limits.Registrations, c.Now), Discovery: h.oidc.Document,
	}
	h.buildAdmin()
}

// damaged lists the records that this process could not read.
func (h *Hub) damaged() []store.Damage {
	all := h.backend.Damaged()
	for _, lost := range h.signing.Lost() {
		all = append(all, lost.Damage)
	}
	return all
}

// sessionLimits reads the session limits from the settings.
func (h *Hub) sessionLimits(ctx context.Context) (sessions.Limits, error) {
	s, err := h.settings.Current(ctx)
	return sessions.Limits{Recent: s.Recent(), Administrator: s.AdminLife(), Ending: s.StayOf() == settings.StayOff, NeverStay: s.StayOf() == settings.StayNever}, err
}

// buildAdmin builds the administration pages.
func (h *Hub) buildAdmin() {
	c, by := h.config, admin.Recorder{Sessions: h.sessions, Audit: h.audit}
	h.admin = adminHandlers{
		apps: &apps.Handler{
			Recorder: by, Issuer: c.URL, Clients: h.clients, Sites: h.sites, ClientAuth: h.clientAuth, Logouts: h.logouts, SiteSetups: h.siteSetups, Operator: h.Service,
			HTTP: h.http, Algs: h.signing.Offered(clientauth.SigningAlgs()), Responder: h.responder, Now: c.Now,
		},
		providers: &providers.Handler{
			Recorder: by, Operator: h.Service, Keys: h.LoginKeyService, Upstreams: h.upstreams, Linking: h.linking, Health: h.health, Monitor: h.monitor, Signing: h.signing,
			Hub: h.ours(), Responder: h.responder, Now: c.Now,
		},
		hubs: &hubpages.Handler{
			Recorder: by, Issuer: c.URL, Clients: h.clients, Operator: h.Service, Upstreams: h.upstreams,
			Health: h.health, Monitor: h.monitor, Responder: h.responder, Now: c.Now,
		},
		people: &people.Handler{
			Recorder: by, Clients: h.clients, Upstreams: h.upstreams, Users: h.users, Linking: h.linking, MailLinks: h.mailLinks,
			Grants: h.grants, Logouts: h.logouts, Operator: h.Service, Keys: h.LoginKeyService, Stops: h.stops, Responder: h.responder, Now: c.Now,
		},
		groups: &grouppages.Handler{Recorder: by, Operator: h.Service, Keys: h.LoginKeyService, Responder: h.responder},
		operations: &operations.Handler{
			Recorder: by, Issuer: c.URL, Clients: h.clients, Initials: h.initials, Upstreams: h.upstreams, Users: h.users, Logouts: h.logouts,
			Monitor: h.monitor, Signing: h.signing, Settings: h.settings, Traces: h.traces, Operator: h.Service, Responder: h.responder, Now: c.Now,
			Damaged: h.damaged, Readiness: h.readiness,
		},
		audit: &auditpages.Handler{
			Recorder: by, Log: h.Log, Clients: h.clients, Upstreams: h.upstreams, Settings: h.settings, Traces: h.traces, Responder: h.responder,
		},
	}
}
