package hub

import (
	"net/http"
	"slices"

	"github.com/fedhub/fedhub/hub/web/guard"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/aliases"
	"github.com/fedhub/fedhub/hub/web/language"
	"github.com/fedhub/fedhub/static"
)

// A route is one line of the route table: method, path, guard and handler.
type route struct {
	method, path string
	guard        guard.Rule
	handler      web.HandlerFunc
}

// routes is every address of the hub, but for OPTIONS of those that pages of
// other origins may call. The guards:
//
//	App            a program; errors are JSON
//	Public         app; pages of all origins may read it (CORS)
//	Shared         app; also pages of the clients' registered origins
//	SetupOnly      app; also any page, if any app may register
//	RateLimited    app, with a rate limit per network
//	JoinRequest    a hub that requests a connection, with a rate limit
//	Open           a public page
//	StaticAssets   a public static file
//	Form           a public form of our own page, in the same browser
//	CrossSitePost  a form that another site may post, with a rate limit
//	Guessable      a form with a secret to guess, with a stricter limit
//	SignIn         Guessable, also if the user signed in since the page was opened
//	SignInForm     Form, also then
//	SignedIn       a page or form for signed-in users
//	Admin          a page for administrators, or a form without changes
//	Change         a form of administrators, for a recent sign-in
func (h *Hub) routes() []route {
	g := h.guard.Rules()
	return slices.Concat(
		h.protocolRoutes(g), h.twinRoutes(g), h.apiRoutes(g),
		h.signInRoutes(g), h.deviceRoutes(g), h.accountRoutes(g),
		h.overviewRoutes(g), h.appRoutes(g), h.peopleRoutes(g), h.providerRoutes(g), h.hubRoutes(g),
		h.operationRoutes(g),
	)
}

// protocolRoutes are the endpoints that apps call.
func (h *Hub) protocolRoutes(g guard.Rules) []route {
	return []route{
		{"GET", "/.well-known/openid-configuration", g.Public, h.oidc.Discovery},
		{"GET", "/.well-known/oauth-authorization-server", g.Public, h.oidc.Discovery},
		{"GET", hubaddress.KeysPath, g.Public, h.oidc.JWKS},
		{"GET", "/oauth2/authorize", g.Open, h.authorize.Enter},
		{"POST", "/oauth2/authorize", g.Open, h.authorize.Enter}, // rightly cross-site (OIDC Core §3.1.2.1)
		{"GET", "/oauth2/logout", g.Open, h.signout.EndSession},
		{"POST", "/oauth2/logout", g.Open, h.signout.EndSession}, // rightly cross-site (RP-Initiated Logout §2)
		{"GET", "/oauth2/session", g.Open, h.signout.CheckSession},
		{"POST", "/oauth2/bc-authorize", g.RateLimited, h.oidc.BackAuthorize},
		{"POST", "/oauth2/device_authorization", g.RateLimited, h.oidc.DeviceAuthorization},
		{"POST", "/oauth2/par", g.Shared, h.oidc.Push},
		{"POST", "/oauth2/token", g.Shared, h.token.Token},
		{"GET", "/oauth2/userinfo", g.Shared, h.oidc.Userinfo},
		{"POST", "/oauth2/userinfo", g.Shared, h.oidc.Userinfo},
		{"POST", "/oauth2/introspect", g.App, h.oidc.Introspect},
		{"POST", "/oauth2/revoke", g.Shared, h.oidc.Revoke},
		{"POST", "/oauth2/register", g.SetupOnly, h.registering.Register},
		{"GET", "/oauth2/register/:id", g.SetupOnly, h.registering.Registration},
		{"PUT", "/oauth2/register/:id", g.SetupOnly, h.registering.UpdateMetadata},
		{"DELETE", "/oauth2/register/:id", g.SetupOnly, h.registering.Unregister},
	}
}

// twinRoutes are the same endpoints at the paths of Frappe and Keycloak.
func (h *Hub) twinRoutes(g guard.Rules) []route {
	return []route{
		{"GET", aliases.Frappe + "authorize", g.Open, h.authorize.Enter},
		{"POST", aliases.Frappe + "authorize", g.Open, h.authorize.Enter},
		{"POST", aliases.Frappe + "get_token", g.Shared, h.token.Token},
		{"POST", aliases.Frappe + "revoke_token", g.Shared, h.oidc.RevokeForSite},
		{"GET", aliases.Frappe + "openid_profile", g.Shared, h.oidc.Userinfo},
		{"POST", aliases.Frappe + "openid_profile", g.Shared, h.oidc.Userinfo},
		{"POST", aliases.Frappe + "introspect_token", g.App, h.oidc.IntrospectForSite},
		{"POST", aliases.Frappe + "register_client", g.SetupOnly, h.registering.Register},
		{"GET", aliases.Frappe + "openid_configuration", g.Public, h.oidc.Discovery},
		{"GET", aliases.Keycloak + "auth", g.Open, h.authorize.Enter},
		{"POST", aliases.Keycloak + "auth", g.Open, h.authorize.Enter},
		{"POST", aliases.Keycloak + "token", g.Shared, h.token.Token},
		{"GET", aliases.Keycloak + "userinfo", g.Shared, h.oidc.Userinfo},
		{"POST", aliases.Keycloak + "userinfo", g.Shared, h.oidc.Userinfo},
	}
}

// apiRoutes are the hub's own API and the endpoints between hubs.
func (h *Hub) apiRoutes(g guard.Rules) []route {
	return []route{
		{"GET", "/.well-known/oauth-protected-resource", g.Public, h.oidc.UserinfoMetadata},
		{"GET", "/.well-known/oauth-protected-resource/api", g.Public, h.oidc.ResourceMetadata},
		{"GET", "/api/me", g.Shared, h.oidc.Me},
		{"GET", "/api/sessions", g.Shared, h.oidc.Sessions},

		// Between hubs.
		{"POST", "/oauth2/servers", g.JoinRequest, h.federating.Servers},
		{"GET", hubaddress.MetadataPath + ":key", g.App, h.federating.Metadata},
		{"POST", hubaddress.BackchannelPath + ":key", g.App, h.federating.Backchannel},
	}
}

// signInRoutes are for signing in and out.
func (h *Hub) signInRoutes(g guard.Rules) []route {
	return []route{
		{"GET", "/signin", g.Open, h.signin.Show},
		{"POST", "/signin", g.SignIn, h.signin.Password},
		{"POST", "/signin/passkey", g.SignIn, h.signin.Passkey},
		{"POST", "/signin/cancel", g.SignInForm, h.authorize.Cancel},
		{"GET", "/signin/quiet", g.Open, h.signin.Quiet},
		{"GET", "/signin/prove", g.Open, h.signin.ProveShow},
		{"POST", "/signin/prove", g.Guessable, h.signin.Prove},
		{"POST", "/signin/prove/mail", g.Guessable, h.signin.ProveMail},
		{"GET", "/signin/choose", g.Open, h.accounts.Show},
		{"POST", "/signin/choose", g.SignInForm, h.accounts.Choose},
		{"POST", "/signin/forget", g.SignInForm, h.accounts.Forget},
		{"POST", "/signin/with/:key", g.SignInForm, h.signin.Leave},
		{"GET", hubaddress.CallbackPath + ":key", g.Open, h.signin.Arrive},
		{"POST", hubaddress.CallbackPath + ":key", g.CrossSitePost, h.signin.Posted}, // rightly cross-site (Form Post Response Mode §2)
		{"GET", "/signin/link", g.Open, h.signin.LinkShow},
		{"POST", "/signin/link", g.SignIn, h.signin.LinkConfirm},
		{"POST", "/signin/link/mail", g.SignIn, h.signin.LinkMail},
		{"GET", "/signin/link/proof", g.Open, h.signin.LinkProofShow},
		{"POST", "/signin/link/proof", g.SignInForm, h.signin.LinkProof},
		{"GET", "/signin/second", g.Open, h.secondStep.Show},
		{"POST", "/signin/second", g.SignIn, h.secondStep.Verify},
		{"GET", "/signin/second/up", g.Open, h.secondStep.StepUp},
		{"GET", "/signin/enrol", g.Open, h.secondStep.EnrolShow},
		{"POST", "/signin/enrol", g.SignIn, h.secondStep.Enrol},
		{"GET", "/signin/email", g.Open, h.emailCode.AskShow},
		{"POST", "/signin/email", g.SignIn, h.emailCode.Ask},
		{"GET", "/signin/email/code", g.Open, h.emailCode.CodeShow},
		{"POST", "/signin/email/code", g.SignIn, h.emailCode.Code},
		{"GET", "/signin/confirm", g.Open, h.signin.ConfirmShow},
		{"POST", "/signin/confirm", g.SignIn, h.signin.Confirm},
		{"GET", "/signin/confirm/:token", g.Open, h.onetime.ConfirmedShow},
		{"POST", "/signin/confirm/:token", g.Guessable, h.onetime.Confirmed},
		{"GET", "/signout", g.Open, h.signout.Show},
		{"POST", "/signout", g.SignInForm, h.signout.SignOut},
		{"GET", hubaddress.SignedOutPath, g.Open, h.signout.Done},
		{"GET", "/password/forgot", g.Open, h.onetime.ForgotShow},
		{"POST", "/password/forgot", g.SignIn, h.onetime.Forgot},
		{"GET", "/password/reset/:token", g.Open, h.onetime.ResetShow},
		{"POST", "/password/reset/:token", g.Guessable, h.onetime.Reset},
		{"GET", "/signup", g.Open, h.signup.Show},
		{"POST", "/signup", g.SignIn, h.signup.Asks.Limit(h.signup.Ask)},
		{"GET", "/signup/:token", g.Open, h.signup.CreateShow},
		{"POST", "/signup/:token", g.Guessable, h.signup.Create},
		{"GET", "/invite/:token", g.Open, h.onetime.InviteShow},
		{"POST", "/invite/:token", g.Guessable, h.onetime.Accept},
		{"GET", "/setup", g.Open, h.onetime.SetupShow},
		{"POST", "/setup", g.Guessable, h.onetime.Setup},
		{"GET", "/consent", g.Open, h.consent.Show},
		{"POST", "/consent", g.Form, h.consent.Decide},
	}
}

// deviceRoutes are the pages that approve a request of another device.
func (h *Hub) deviceRoutes(g guard.Rules) []route {
	return []route{
		{"GET", "/device", g.Open, h.approve.Device},
		{"POST", "/device", g.Guessable, h.approve.Enter},
		{"GET", "/device/confirm", g.SignedIn, h.approve.Confirm},
		{"POST", "/device/confirm", g.SignedIn, h.approve.Decide},
		{"GET", "/device/done", g.Open, h.approve.Done},
		{"GET", "/account/approvals", g.SignedIn, h.approve.Approvals},
		{"POST", "/account/approvals", g.SignedIn, h.approve.Answer},
	}
}

// accountRoutes are the pages of a user's own account.
func (h *Hub) accountRoutes(g guard.Rules) []route {
	return []route{
		{"GET", "/", g.Open, h.home},
		{"POST", language.Path, g.SignInForm, language.Handler{Sessions: h.sessions}.Choose},
		{"GET", "/account", g.SignedIn, h.account.Show},
		{"GET", "/account/profile", g.SignedIn, h.account.Profile},
		{"POST", "/account/profile", g.SignedIn, h.account.SaveProfile},
		{"POST", "/account/profile/fields", g.SignedIn, h.account.SaveFields},
		{"POST", "/account/picture", g.Upload, h.account.UploadPicture},
		{"POST", "/account/picture/remove", g.SignedIn, h.account.RemovePicture},
		{"GET", "/picture/:id", g.StaticAssets, h.account.Picture},
		{"GET", "/account/connections", g.SignedIn, h.account.Connections},
		{"POST", "/account/connections/remove", g.SignedIn, h.account.Disconnect},
		{"POST", "/account/connections/undo", g.SignedIn, h.account.UndoChange},
		{"POST", "/account/connect/:key", g.SignedIn, h.signin.Connect}, // the provider's answer returns to the sign-in callback
		{"GET", "/account/passkeys", g.SignedIn, h.account.PasskeysShow},
		{"POST", "/account/passkeys", g.SignedIn, h.account.AddPasskey},
		{"POST", "/account/passkeys/rename", g.SignedIn, h.account.RenamePasskey},
		{"POST", "/account/passkeys/remove", g.SignedIn, h.account.RemovePasskey},
		{"GET", "/wasnt-me/passkey", g.Open, h.account.PasskeyWasntMeShow},
		{"POST", "/wasnt-me/passkey", g.Form, h.account.PasskeyWasntMe},
		{"GET", "/account/security", g.SignedIn, h.account.Security},
		{"GET", "/account/activity", g.SignedIn, h.account.Activity},
		{"GET", "/account/activity/wasnt-me", g.SignedIn, h.account.DisownShow},
		{"POST", "/account/activity/wasnt-me", g.SignedIn, h.account.Disown},
		{"GET", "/account/data", g.SignedIn, h.account.Data},
		{"POST", "/account/data", g.SignedIn, h.account.Download},
		{"GET", "/account/delete", g.SignedIn, h.account.DeleteShow},
		{"POST", "/account/delete", g.SignedIn, h.account.Delete},
		{"POST", "/account/delete/cancel", g.SignedIn, h.account.CancelDelete},
		{"GET", "/keep-account", g.Open, h.account.KeepShow},
		{"POST", "/keep-account", g.Form, h.account.Keep},
		{"GET", "/wasnt-me/address", g.Open, h.account.AddressWasntMeShow},
		{"POST", "/wasnt-me/address", g.Form, h.account.AddressWasntMe},
		{"GET", "/wasnt-me/account", g.Open, h.account.AccountWasntMeShow},
		{"POST", "/wasnt-me/account", g.Form, h.account.AccountWasntMe},
		{"GET", "/wasnt-me", g.Open, h.account.WasntMeShow},
		{"POST", "/wasnt-me", g.Form, h.account.WasntMe},
		{"GET", "/wasnt-me/done", g.Open, h.account.WasntMeDone},
		{"GET", "/account/email", g.SignedIn, h.account.Email},
		{"POST", "/account/email", g.SignedIn, h.account.ChangeEmail},
		{"POST", "/account/verify", g.SignedIn, h.account.SendAgain},
		{"GET", "/account/verify/:token", g.SignedIn, h.account.Verify},
		{"POST", "/account/verify/:token", g.SignedIn, h.account.Verified},
		{"GET", "/account/password", g.SignedIn, h.account.Password},
		{"POST", "/account/password", g.SignedIn, h.account.ChangePassword},
		{"GET", "/account/second-factor", g.SignedIn, h.account.SecondFactor},
		{"GET", "/account/prove-address", g.SignedIn, h.account.ProveAddressShow},
		{"POST", "/account/prove-address", g.SignedIn, h.account.ProveAddress},
		{"POST", "/account/second-factor/app", g.SignedIn, h.account.SetAuthenticator},
		{"POST", "/account/second-factor/app/remove", g.SignedIn, h.account.RemoveAuthenticator},
		{"POST", "/account/second-factor/trusted/remove", g.SignedIn, h.account.RemoveTrusted},
		{"POST", "/account/second-factor/recovery", g.SignedIn, h.account.NewRecovery},
		{"POST", "/account/apps/remove", g.SignedIn, h.account.RemoveApp},
		{"POST", "/account/apps/remove-all", g.SignedIn, h.account.RemoveAllApps},
		{"POST", "/account/sessions/end-others", g.SignedIn, h.account.EndOthers},
		{"POST", "/account/sessions/end", g.SignedIn, h.account.EndSession},
		{"POST", "/account/sessions/end-all", g.SignedIn, h.account.EndAll},
	}
}

// operationRoutes are for operators: health and readiness.
func (h *Hub) operationRoutes(g guard.Rules) []route {
	return []route{
		{"GET", "/livez", g.App, h.live},
		{"GET", "/readyz", g.App, h.ready},
		{"GET", "/static/*file", g.StaticAssets, wrap(static.Handler())},
	}
}

// wrap adapts a plain http.Handler to the table.
func wrap(h http.Handler) web.HandlerFunc {
	return func(c *gin.Context) error {
		h.ServeHTTP(c.Writer, c.Request)
		return nil
	}
}
