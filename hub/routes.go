package hub

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/aliases"
	"github.com/fedhub/fedhub/static"
)

// A route is one line of the route table: method, path, guard and handler.
type route struct {
	method, path string
	guard        guard
	handler      web.HandlerFunc
}

// routes is every address of the hub, but for OPTIONS of those that pages of
// other origins may call. The guards:
//
//	app            a program; errors are JSON
//	public         app; pages of all origins may read it (CORS)
//	shared         app; also pages of the clients' registered origins
//	setupOnly      app; also any page, if any app may register
//	rateLimited    app, with a rate limit per network
//	joinRequest    a hub that requests a connection, with a rate limit
//	open           a public page
//	staticAssets   a public static file
//	form           a public form of our own page, in the same browser
//	crossSitePost  a form that another site may post, with a rate limit
//	guessable      a form with a secret to guess, with a stricter limit
//	signedIn       a page or form for signed-in users
//	admin          a page for administrators, or a form without changes
//	change         a form of administrators, for a recent sign-in
func (h *Hub) routes() []route {
	g := h.guards()
	return slices.Concat(
		h.protocolRoutes(g), h.twinRoutes(g), h.apiRoutes(g),
		h.signInRoutes(g), h.deviceRoutes(g), h.accountRoutes(g),
		h.overviewRoutes(g), h.appRoutes(g), h.peopleRoutes(g), h.providerRoutes(g), h.hubRoutes(g),
		h.operationRoutes(g),
	)
}

// protocolRoutes are the endpoints that apps call.
func (h *Hub) protocolRoutes(g guards) []route {
	return []route{
		{"GET", "/.well-known/openid-configuration", g.public, h.oidc.Discovery},
		{"GET", "/.well-known/oauth-authorization-server", g.public, h.oidc.Discovery},
		{"GET", hubaddress.KeysPath, g.public, h.oidc.JWKS},
		{"GET", "/oauth2/authorize", g.open, h.authorize.Enter},
		{"POST", "/oauth2/authorize", g.open, h.authorize.Enter}, // rightly cross-site (OIDC Core §3.1.2.1)
		{"GET", "/oauth2/logout", g.open, h.signout.EndSession},
		{"POST", "/oauth2/logout", g.open, h.signout.EndSession}, // rightly cross-site (RP-Initiated Logout §2)
		{"GET", "/oauth2/session", g.open, h.signout.CheckSession},
		{"POST", "/oauth2/bc-authorize", g.rateLimited, h.oidc.BackAuthorize},
		{"POST", "/oauth2/device_authorization", g.rateLimited, h.oidc.DeviceAuthorization},
		{"POST", "/oauth2/par", g.shared, h.oidc.Push},
		{"POST", "/oauth2/token", g.shared, h.token.Token},
		{"GET", "/oauth2/userinfo", g.shared, h.oidc.Userinfo},
		{"POST", "/oauth2/userinfo", g.shared, h.oidc.Userinfo},
		{"POST", "/oauth2/introspect", g.app, h.oidc.Introspect},
		{"POST", "/oauth2/revoke", g.shared, h.oidc.Revoke},
		{"POST", "/oauth2/register", g.setupOnly, h.registering.Register},
		{"GET", "/oauth2/register/:id", g.setupOnly, h.registering.Registration},
		{"PUT", "/oauth2/register/:id", g.setupOnly, h.registering.UpdateMetadata},
		{"DELETE", "/oauth2/register/:id", g.setupOnly, h.registering.Unregister},
	}
}

// twinRoutes are the same endpoints at the paths of Frappe and Keycloak.
func (h *Hub) twinRoutes(g guards) []route {
	return []route{
		{"GET", aliases.Frappe + "authorize", g.open, h.authorize.Enter},
		{"POST", aliases.Frappe + "authorize", g.open, h.authorize.Enter},
		{"POST", aliases.Frappe + "get_token", g.shared, h.token.Token},
		{"POST", aliases.Frappe + "revoke_token", g.shared, h.oidc.RevokeForSite},
		{"GET", aliases.Frappe + "openid_profile", g.shared, h.oidc.Userinfo},
		{"POST", aliases.Frappe + "openid_profile", g.shared, h.oidc.Userinfo},
		{"POST", aliases.Frappe + "introspect_token", g.app, h.oidc.IntrospectForSite},
		{"POST", aliases.Frappe + "register_client", g.setupOnly, h.registering.Register},
		{"GET", aliases.Frappe + "openid_configuration", g.public, h.oidc.Discovery},
		{"GET", aliases.Keycloak + "auth", g.open, h.authorize.Enter},
		{"POST", aliases.Keycloak + "auth", g.open, h.authorize.Enter},
		{"POST", aliases.Keycloak + "token", g.shared, h.token.Token},
		{"GET", aliases.Keycloak + "userinfo", g.shared, h.oidc.Userinfo},
		{"POST", aliases.Keycloak + "userinfo", g.shared, h.oidc.Userinfo},
	}
}

// apiRoutes are the hub's own API and the endpoints between hubs.
func (h *Hub) apiRoutes(g guards) []route {
	return []route{
		{"GET", "/.well-known/oauth-protected-resource", g.public, h.oidc.UserinfoMetadata},
		{"GET", "/.well-known/oauth-protected-resource/api", g.public, h.oidc.ResourceMetadata},
		{"GET", "/api/me", g.shared, h.oidc.Me},
		{"GET", "/api/sessions", g.shared, h.oidc.Sessions},

		// Between hubs.
		{"POST", "/oauth2/servers", g.joinRequest, h.federating.Servers},
		{"GET", hubaddress.MetadataPath + ":key", g.app, h.federating.Metadata},
		{"POST", hubaddress.BackchannelPath + ":key", g.app, h.federating.Backchannel},
	}
}

// signInRoutes are for signing in and out.
func (h *Hub) signInRoutes(g guards) []route {
	return []route{
		{"GET", "/signin", g.open, h.signin.Show},
		{"POST", "/signin", g.guessable, h.signin.Password},
		{"POST", "/signin/passkey", g.guessable, h.signin.Passkey},
		{"GET", "/signin/quiet", g.open, h.signin.Quiet},
		{"GET", "/signin/prove", g.open, h.signin.ProveShow},
		{"POST", "/signin/prove", g.guessable, h.signin.Prove},
		{"POST", "/signin/prove/mail", g.guessable, h.signin.ProveMail},
		{"GET", "/signin/choose", g.open, h.signin.ChooseShow},
		{"POST", "/signin/choose", g.form, h.signin.Choose},
		{"POST", "/signin/with/:key", g.form, h.signin.Leave},
		{"GET", hubaddress.CallbackPath + ":key", g.open, h.signin.Arrive},
		{"POST", hubaddress.CallbackPath + ":key", g.crossSitePost, h.signin.Posted}, // rightly cross-site (Form Post Response Mode §2)
		{"GET", "/signin/link", g.open, h.signin.LinkShow},
		{"POST", "/signin/link", g.guessable, h.signin.LinkConfirm},
		{"POST", "/signin/link/mail", g.guessable, h.signin.LinkMail},
		{"GET", "/signin/link/proof", g.open, h.signin.LinkProofShow},
		{"POST", "/signin/link/proof", g.form, h.signin.LinkProof},
		{"GET", "/signin/second", g.open, h.secondStep.Show},
		{"POST", "/signin/second", g.guessable, h.secondStep.Verify},
		{"GET", "/signin/second/up", g.open, h.secondStep.StepUp},
		{"GET", "/signin/enrol", g.open, h.secondStep.EnrolShow},
		{"POST", "/signin/enrol", g.guessable, h.secondStep.Enrol},
		{"GET", "/signin/confirm", g.open, h.signin.ConfirmShow},
		{"POST", "/signin/confirm", g.guessable, h.signin.Confirm},
		{"GET", "/signin/confirm/:token", g.open, h.onetime.ConfirmedShow},
		{"POST", "/signin/confirm/:token", g.guessable, h.onetime.Confirmed},
		{"GET", "/signout", g.open, h.signout.Show},
		{"POST", "/signout", g.form, h.signout.SignOut},
		{"GET", hubaddress.SignedOutPath, g.open, h.signout.Done},
		{"GET", "/password/forgot", g.open, h.onetime.ForgotShow},
		{"POST", "/password/forgot", g.guessable, h.onetime.Forgot},
		{"GET", "/password/reset/:token", g.open, h.onetime.ResetShow},
		{"POST", "/password/reset/:token", g.guessable, h.onetime.Reset},
		{"GET", "/invite/:token", g.open, h.onetime.InviteShow},
		{"POST", "/invite/:token", g.guessable, h.onetime.Accept},
		{"GET", "/setup", g.open, h.onetime.SetupShow},
		{"POST", "/setup", g.guessable, h.onetime.Setup},
		{"GET", "/consent", g.open, h.consent.Show},
		{"POST", "/consent", g.form, h.consent.Decide},
	}
}

// deviceRoutes are the pages that approve a request of another device.
func (h *Hub) deviceRoutes(g guards) []route {
	return []route{
		{"GET", "/device", g.open, h.approve.Device},
		{"POST", "/device", g.guessable, h.approve.Enter},
		{"GET", "/device/confirm", g.signedIn, h.approve.Confirm},
		{"POST", "/device/confirm", g.signedIn, h.approve.Decide},
		{"GET", "/device/done", g.open, h.approve.Done},
		{"GET", "/account/approvals", g.signedIn, h.approve.Approvals},
		{"POST", "/account/approvals", g.signedIn, h.approve.Answer},
	}
}

// accountRoutes are the pages of a user's own account.
func (h *Hub) accountRoutes(g guards) []route {
	return []route{
		{"GET", "/", g.open, h.home},
		{"GET", "/account", g.signedIn, h.account.Show},
		{"GET", "/account/profile", g.signedIn, h.account.Profile},
		{"POST", "/account/profile", g.signedIn, h.account.SaveProfile},
		{"GET", "/account/connections", g.signedIn, h.account.Connections},
		{"POST", "/account/connections/remove", g.signedIn, h.account.Disconnect},
		{"POST", "/account/connections/undo", g.signedIn, h.account.UndoChange},
		{"POST", "/account/connect/:key", g.signedIn, h.signin.Connect}, // the provider's answer returns to the sign-in callback
		{"GET", "/account/passkeys", g.signedIn, h.account.PasskeysShow},
		{"POST", "/account/passkeys", g.signedIn, h.account.AddPasskey},
		{"POST", "/account/passkeys/rename", g.signedIn, h.account.RenamePasskey},
		{"POST", "/account/passkeys/remove", g.signedIn, h.account.RemovePasskey},
		{"GET", "/wasnt-me/passkey", g.open, h.account.PasskeyWasntMeShow},
		{"POST", "/wasnt-me/passkey", g.form, h.account.PasskeyWasntMe},
		{"GET", "/wasnt-me", g.open, h.account.WasntMeShow},
		{"POST", "/wasnt-me", g.form, h.account.WasntMe},
		{"GET", "/wasnt-me/done", g.open, h.account.WasntMeDone},
		{"GET", "/account/email", g.signedIn, h.account.Email},
		{"POST", "/account/email", g.signedIn, h.account.ChangeEmail},
		{"POST", "/account/verify", g.signedIn, h.account.SendAgain},
		{"GET", "/account/verify/:token", g.signedIn, h.account.Verify},
		{"POST", "/account/verify/:token", g.signedIn, h.account.Verified},
		{"GET", "/account/password", g.signedIn, h.account.Password},
		{"POST", "/account/password", g.signedIn, h.account.ChangePassword},
		{"GET", "/account/second-factor", g.signedIn, h.account.SecondFactor},
		{"POST", "/account/second-factor/app", g.signedIn, h.account.SetAuthenticator},
		{"POST", "/account/second-factor/app/remove", g.signedIn, h.account.RemoveAuthenticator},
		{"POST", "/account/second-factor/recovery", g.signedIn, h.account.NewRecovery},
		{"POST", "/account/apps/remove", g.signedIn, h.account.RemoveApp},
		{"POST", "/account/sessions/end", g.signedIn, h.account.EndSession},
		{"POST", "/account/sessions/end-all", g.signedIn, h.account.EndAll},
	}
}

// operationRoutes are for operators: health and readiness.
func (h *Hub) operationRoutes(g guards) []route {
	return []route{
		{"GET", "/livez", g.app, h.live},
		{"GET", "/readyz", g.app, h.ready},
		{"GET", "/static/*file", g.staticAssets, wrap(static.Handler())},
	}
}

// wrap adapts a plain http.Handler to the table.
func wrap(h http.Handler) web.HandlerFunc {
	return func(c *gin.Context) error {
		h.ServeHTTP(c.Writer, c.Request)
		return nil
	}
}
