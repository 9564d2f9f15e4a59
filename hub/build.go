package hub

import (
	"context"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/account"
	"github.com/fedhub/fedhub/hub/admin"
	"github.com/fedhub/fedhub/hub/approve"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authorize"
	"github.com/fedhub/fedhub/hub/consent"
	"github.com/fedhub/fedhub/hub/decoupled"
	"github.com/fedhub/fedhub/hub/dpop"
	"github.com/fedhub/fedhub/hub/federating"
	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/links"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/oidc"
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/requests"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signin"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/signout"
	"github.com/fedhub/fedhub/hub/ties"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/names"
)

// things builds what the hub keeps, each from what it stands on.
func (h *Hub) things() {
	c, d := h.config, h.data
	roots, _ := c.roots() // withDefaults looked already
	h.http = fetch.NewClient(fetch.Policy{
		AllowPrivate: c.AllowPrivateAddresses, Allowed: c.AllowedAddresses, RootCAs: roots, UserAgent: "fedhub", Observe: c.Fetched,
	})
	h.proofs = &dpop.Verifier{Nonces: dpop.NewNonces(h.box.Derive(names.KeyOfNonces), c.Now), Replay: d.useOnce, Now: c.Now}
	h.mail, h.queue, _ = c.post() // withDefaults looked already
	h.audit = &audit.Recorder{Set: d.audit, Log: c.Log, Now: c.Now, Watch: c.Watch, Hear: traces.Hear}
	h.settings = settings.NewKeeper(d.settings, c.Name, c.Now)
	h.traces = h.newTraces()
	h.signing = signing.NewKeeper(d.signing, h.box, c.Now)
	if c.NewRSA != nil {
		h.signing.NewRSA = c.NewRSA
	}
	h.users = users.New(users.Options{
		Users: d.users, Identities: d.identities, Throttles: d.throttles, Setups: d.setups, Invitations: d.invitations, Records: d.decisions,
		Mail: h.mail, URL: c.URL, HubName: h.name, Once: d.useOnce, Empty: h.emptied,
		Failed: func(ctx context.Context, err error) {
			c.Log.ErrorContext(ctx, "a letter could not be sent", "error", err)
		},
		Now: c.Now, Hash: c.Hash, MinPassword: c.MinPassword, HubNames: []string{"fedhub", c.Name},
	})
	h.links = &links.Keeper{Links: d.links, Sender: h.mail, Settings: h.settings, Users: h.users, URL: c.URL, Now: c.Now}
	h.sessions = &sessions.Keeper{
		Sessions: d.sessions, Users: h.users, Box: h.box, Now: c.Now,
		Name: sessions.CookieName(c.URL, c.secure()), Secure: c.secure(),
	}
	h.flows = flows.NewKeeper(d.flows, c.Now)
	h.stops = &flows.Stops{Set: d.stops, Box: h.box, Now: c.Now}
	h.grants = grants.NewKeeper(d.grants, d.families, grants.DefaultLives(), c.Now)
	h.decoupled = &decoupled.Keeper{Requests: d.decoupled, Guesses: d.guesses, Box: h.box, HTTP: h.http, Log: c.Log, Now: c.Now}
	h.clients = clients.NewRegistry(clients.Options{
		Store: d.clients, HTTP: h.http, Issuer: c.URL, TokenEndpoint: c.URL + "/oauth2/token", Replay: d.useOnce,
		Seal: h.box.Seal, Open: h.box.Open, AllowHTTP: c.AllowPrivateAddresses, Now: c.Now, Log: c.Log,
		Certificates: c.certificates(), ClientCAs: c.ClientCAs,
	})
	h.debuts = h.newDebuts()
	h.tokens = &tokens.Keeper{
		Issuer: c.URL, Signing: h.signing, Grants: h.grants, Users: h.users, Clients: h.clients,
		Revoked: d.revoked, Opaques: d.opaques, Pairwise: h.box.Derive(names.KeyOfSubjects), Lives: h.sessions.Lives, Now: c.Now,
	}
	h.requests = &requests.Keeper{Issuer: c.URL, Clients: h.clients, Settings: h.settings, Tokens: h.tokens, Signing: h.signing, Pushed: d.pushed, Now: c.Now}
	h.invites = clients.NewInvites(d.invites, c.Now)
	h.initials = clients.InitialTokens{Store: d.initials, Now: c.Now}
	h.health = (&health.Keeper{Set: d.health, Log: c.Log, Now: c.Now}).Start()
	h.upstreams = federation.NewRegistry(federation.Options{
		Store: d.loginkeys, Factories: connectors(), Env: h.env(), Report: h.health.Report,
		Seal: func(plain, context string) string { return h.box.Seal([]byte(plain), context) },
	})
	h.dog = &health.Dog{
		Set: d.warnings, Watches: d.watches, Upstreams: h.upstreams, Clients: h.clients, Signing: h.signing, Settings: h.settings,
		Users: h.users, Mail: h.mail, Issuer: c.URL, Log: c.Log, Now: c.Now,
	}
	h.logouts = (&logouts.Keeper{
		Notices: d.notices, Statuses: d.told, Ledger: d.signouts, Sessions: h.sessions, Grants: h.grants, Tokens: h.tokens, Clients: h.clients,
		HTTP: h.http, Audit: h.audit, Log: c.Log, Now: c.Now,
	}).Start()
	h.ties = &ties.Keeper{
		Ties: d.ties, Box: h.box, Upstreams: h.upstreams, Users: h.users, Sessions: h.sessions, Grants: h.grants, End: h.logouts.End,
		Audit: h.audit, Log: c.Log, Now: c.Now,
	}
	h.Service = operator.New(operator.Parts{
		URL: c.URL, AllowHTTP: c.AllowPrivateAddresses, ClientMetadata: h.clientMetadata,
		Users: h.users, Links: h.links, Clients: h.clients, Invites: h.invites, Initials: h.initials, Upstreams: h.upstreams,
		Logouts: h.logouts, Ties: h.ties, Debuts: h.debuts, Signing: h.signing, Settings: h.settings, Audit: h.audit, Box: h.box,
	})
}

// emptied removes what a user who is emptied allowed to apps. Sessions and
// tokens end by the user's epoch.
func (h *Hub) emptied(ctx context.Context, userID string) error {
	return h.grants.RemoveUser(ctx, userID)
}

// name is what the hub is called, in letters.
func (h *Hub) name(ctx context.Context) string {
	s, err := h.settings.Current(ctx)
	if err != nil || s.HubName == "" {
		return h.config.URL
	}
	return s.HubName
}

// env is what connectors get from the hub.
func (h *Hub) env() federation.Env {
	return federation.Env{
		HTTP: h.http, Hub: h.config.URL, AllowHTTP: h.config.AllowPrivateAddresses,
		Callback:          h.callback,
		ClientMetadataURL: h.clientMetadata,
		Open: func(sealed, context string) (string, error) {
			plain, err := h.box.Open(sealed, context)
			return string(plain), err
		},
		Sign: func(ctx context.Context, claims map[string]any, typ string) (string, error) {
			return h.signing.Sign(ctx, signing.ES256, typ, claims)
		},
		Now: h.config.Now, Log: h.config.Log,
	}
}

func (h *Hub) callback(keyID string) string { return h.config.URL + "/signin/from/" + keyID }

func (h *Hub) clientMetadata(keyID string) string {
	return h.config.URL + "/oauth2/client-metadata/" + keyID
}

// doors builds what answers requests.
func (h *Hub) doors() {
	c := h.config
	h.edge = &web.Edge{
		Log: c.Log, Now: c.Now, Issuer: c.URL, Frame: h.frame, Failed: h.broke,
		Forms: web.Forms{Key: h.box.Derive(names.KeyOfForms), Bind: h.bind},
	}
	fetches := web.NewLimiter(knockEvery, knockBurst, c.Now)
	h.authorize = &authorize.Door{
		Issuer: c.URL, Clients: h.clients, Upstreams: h.upstreams, Requests: h.requests, Flows: h.flows, Sessions: h.sessions, Grants: h.grants,
		Tokens: h.tokens, Settings: h.settings, Audit: h.audit, Edge: h.edge, Log: c.Log, Now: c.Now,
		Begins: web.NewLimiter(beginEvery, beginBurst, c.Now), Fetches: fetches,
	}
	h.signin = &signin.Door{
		Issuer: c.URL, MinPassword: c.MinPassword, Clients: h.clients, Upstreams: h.upstreams,
		Flows: h.flows, Stops: h.stops, Sessions: h.sessions, Users: h.users, Logouts: h.logouts, Links: h.links, Ties: h.ties,
		Settings: h.settings, Audit: h.audit, Edge: h.edge, Log: c.Log, Now: c.Now, Replay: h.data.useOnce,
		Begins: web.NewLimiter(beginEvery, beginBurst, c.Now),
	}
	h.federating = &federating.Handler{
		Issuer: c.URL, Upstreams: h.upstreams, Sessions: h.sessions, Logouts: h.logouts, Settings: h.settings, Audit: h.audit, Replay: h.data.useOnce, Replayed: h.data.wasUsed,
	}
	h.signout = &signout.Door{
		Issuer: c.URL, Upstreams: h.upstreams,
		Clients: h.clients, Stops: h.stops, Sessions: h.sessions, Users: h.users, Tokens: h.tokens, Ties: h.ties,
		Logouts: h.logouts, Audit: h.audit, Edge: h.edge, Now: c.Now,
	}
	h.consent = &consent.Door{
		Clients: h.clients, Flows: h.flows, Sessions: h.sessions, Grants: h.grants, Audit: h.audit, Edge: h.edge,
	}
	h.approve = &approve.Door{
		Clients: h.clients, Decoupled: h.decoupled, Sessions: h.sessions, Grants: h.grants, Audit: h.audit, Edge: h.edge, Now: c.Now,
	}
	h.account = &account.Door{
		Issuer: c.URL, Clients: h.clients, Upstreams: h.upstreams, Sessions: h.sessions, Users: h.users,
		Grants: h.grants, Logouts: h.logouts, Links: h.links, Ties: h.ties, Audit: h.audit, Edge: h.edge, Now: c.Now, MinPassword: c.MinPassword,
	}
	h.oidc = &oidc.Door{
		Issuer: c.URL, Clients: h.clients, Invites: h.invites, Ties: h.ties, Initials: h.initials, Grants: h.grants, Tokens: h.tokens, Decoupled: h.decoupled, Proofs: h.proofs,
		Alias: c.CertURL, Certificates: c.certificates(), Guesses: web.NewGuesser(guessEvery, guessBurst, c.Now),
		Requests: h.requests, Signing: h.signing, Settings: h.settings, Audit: h.audit, Log: c.Log, Now: c.Now,
		Registrations: web.NewLimiter(registerEvery, registerBurst, c.Now), Pushes: web.NewLimiter(beginEvery, beginBurst, c.Now), Fetches: fetches,
		Users: h.users, Browsers: h.sessions, Upstreams: h.upstreams, Debuts: h.debuts,
	}
	h.admin = &admin.Door{
		Health: h.health, Dog: h.dog, HTTP: h.http,
		Issuer: c.URL, Clients: h.clients, Invites: h.invites, Initials: h.initials, Upstreams: h.upstreams, Sessions: h.sessions,
		Grants: h.grants, Logouts: h.logouts, Signing: h.signing, Settings: h.settings, Audit: h.audit, Traces: h.traces, Debuts: h.debuts, Users: h.users, Links: h.links, Ties: h.ties, Edge: h.edge, Now: c.Now,
		Callback: h.callback, ClientMetadata: h.clientMetadata,
	}
}
