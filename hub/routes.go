package hub

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/static"
)

// A route is one line of the table: what, where, for whom, and who answers.
type route struct {
	method, path string
	guard        func(web.Handler) gin.HandlerFunc
	handler      web.Handler
}

// routes is every address of the hub. The guards:
//
//	app       a program; errors are JSON
//	shared    app, also from pages of the origins that clients have (CORS)
//	enrol     app, also from any page where any app may register
//	open      a page for anybody
//	form      a form for anybody: from our own page, in the same browser
//	arrival   a form that another site rightly posts; slowed down for each address
//	begin     a program that begins something; slowed down for each address
//	attempt   a form at which one could guess: slowed down for each address
//	person    a page or form for whoever is signed in
//	operator  a page or form for administrators
func (h *Hub) routes() []route {
	g := h.guards()
	return []route{
		// What apps call.
		{"GET", "/.well-known/openid-configuration", g.app, h.oidc.Discovery},
		{"GET", "/.well-known/oauth-authorization-server", g.app, h.oidc.Discovery},
		{"GET", "/oauth2/jwks", g.app, h.oidc.JWKS},
		{"GET", "/oauth2/authorize", g.open, h.authorize.Enter},
		{"POST", "/oauth2/authorize", g.open, h.authorize.Enter}, // rightly cross-site (OIDC Core §3.1.2.1)
		{"GET", "/oauth2/logout", g.open, h.signout.EndSession},
		{"POST", "/oauth2/logout", g.open, h.signout.EndSession}, // rightly cross-site (RP-Initiated Logout §2)
		{"GET", "/oauth2/session", g.open, h.signout.CheckSession},
		{"POST", "/oauth2/bc-authorize", g.begin, h.oidc.BackAuthorize},
		{"POST", "/oauth2/device_authorization", g.begin, h.oidc.DeviceAuthorization},
		{"POST", "/oauth2/par", g.shared, h.oidc.Push},
		{"POST", "/oauth2/token", g.shared, h.oidc.Token},
		{"GET", "/oauth2/userinfo", g.shared, h.oidc.Userinfo},
		{"POST", "/oauth2/userinfo", g.shared, h.oidc.Userinfo},
		{"POST", "/oauth2/introspect", g.app, h.oidc.Introspect},
		{"POST", "/oauth2/revoke", g.shared, h.oidc.Revoke},
		{"POST", "/oauth2/register", g.enrol, h.oidc.Register},
		{"GET", "/oauth2/register/:id", g.enrol, h.oidc.Registration},
		{"PUT", "/oauth2/register/:id", g.enrol, h.oidc.Redeclare},
		{"DELETE", "/oauth2/register/:id", g.enrol, h.oidc.Unregister},

		// The same, where a Frappe site looks for another one, and for Keycloak.
		{"GET", frappe + "authorize", g.open, h.authorize.Enter},
		{"POST", frappe + "authorize", g.open, h.authorize.Enter},
		{"POST", frappe + "get_token", g.shared, h.oidc.Token},
		{"POST", frappe + "revoke_token", g.shared, h.oidc.RevokeForSite},
		{"GET", frappe + "openid_profile", g.shared, h.oidc.Userinfo},
		{"POST", frappe + "openid_profile", g.shared, h.oidc.Userinfo},
		{"POST", frappe + "introspect_token", g.app, h.oidc.IntrospectForSite},
		{"POST", frappe + "register_client", g.enrol, h.oidc.Register},
		{"GET", frappe + "openid_configuration", g.app, h.oidc.Discovery},
		{"GET", keycloak + "auth", g.open, h.authorize.Enter},
		{"POST", keycloak + "auth", g.open, h.authorize.Enter},
		{"POST", keycloak + "token", g.shared, h.oidc.Token},
		{"GET", keycloak + "userinfo", g.shared, h.oidc.Userinfo},
		{"POST", keycloak + "userinfo", g.shared, h.oidc.Userinfo},

		// The hub's own API.
		{"GET", "/.well-known/oauth-protected-resource", g.app, h.oidc.UserinfoMetadata},
		{"GET", "/.well-known/oauth-protected-resource/api", g.app, h.oidc.ResourceMetadata},
		{"GET", "/api/me", g.shared, h.oidc.Me},
		{"GET", "/api/sessions", g.shared, h.oidc.Sessions},

		// What browsers ask before a page of another origin may call.
		{"OPTIONS", "/.well-known/openid-configuration", g.app, h.oidc.PreflightPublic},
		{"OPTIONS", "/.well-known/oauth-authorization-server", g.app, h.oidc.PreflightPublic},
		{"OPTIONS", "/.well-known/oauth-protected-resource", g.app, h.oidc.PreflightPublic},
		{"OPTIONS", "/.well-known/oauth-protected-resource/api", g.app, h.oidc.PreflightPublic},
		{"OPTIONS", "/api/me", g.app, h.oidc.Preflight},
		{"OPTIONS", "/api/sessions", g.app, h.oidc.Preflight},
		{"OPTIONS", "/oauth2/jwks", g.app, h.oidc.PreflightPublic},
		{"OPTIONS", "/oauth2/par", g.app, h.oidc.Preflight},
		{"OPTIONS", "/oauth2/token", g.app, h.oidc.Preflight},
		{"OPTIONS", "/oauth2/userinfo", g.app, h.oidc.Preflight},
		{"OPTIONS", "/oauth2/revoke", g.app, h.oidc.Preflight},
		{"OPTIONS", "/oauth2/register", g.app, h.oidc.PreflightEnrolling},
		{"OPTIONS", "/oauth2/register/:id", g.app, h.oidc.PreflightEnrolling},
		{"OPTIONS", frappe + "get_token", g.app, h.oidc.Preflight},
		{"OPTIONS", frappe + "revoke_token", g.app, h.oidc.Preflight},
		{"OPTIONS", frappe + "openid_profile", g.app, h.oidc.Preflight},
		{"OPTIONS", frappe + "openid_configuration", g.app, h.oidc.PreflightPublic},
		{"OPTIONS", frappe + "register_client", g.app, h.oidc.PreflightEnrolling},

		// Between hubs.
		{"POST", "/oauth2/servers", g.knock, h.oidc.Servers},
		{"GET", "/oauth2/client-metadata/:key", g.app, h.federating.Metadata},
		{"POST", "/oauth2/backchannel/:key", g.app, h.federating.Backchannel},

		// Signing in and out.
		{"GET", "/signin", g.open, h.signin.Show},
		{"POST", "/signin", g.attempt, h.signin.Password},
		{"GET", "/signin/quiet", g.open, h.signin.Quiet},
		{"GET", "/signin/choose", g.open, h.signin.ChooseShow},
		{"POST", "/signin/choose", g.form, h.signin.Choose},
		{"POST", "/signin/with/:key", g.form, h.signin.Leave},
		{"GET", "/signin/from/:key", g.open, h.signin.Arrive},
		{"POST", "/signin/from/:key", g.arrival, h.signin.Posted}, // rightly cross-site (Form Post Response Mode §2)
		{"GET", "/signin/link", g.open, h.signin.LinkShow},
		{"POST", "/signin/link", g.attempt, h.signin.LinkConfirm},
		{"POST", "/signin/link/mail", g.attempt, h.signin.LinkMail},
		{"GET", "/signin/link/proof", g.open, h.signin.LinkProofShow},
		{"POST", "/signin/link/proof", g.form, h.signin.LinkProof},
		{"GET", "/signout", g.open, h.signout.Show},
		{"POST", "/signout", g.form, h.signout.SignOut},
		{"GET", "/signed-out", g.open, h.signout.Done},
		{"GET", "/password/forgot", g.open, h.signin.ForgotShow},
		{"POST", "/password/forgot", g.attempt, h.signin.Forgot},
		{"GET", "/password/reset/:token", g.open, h.signin.ResetShow},
		{"POST", "/password/reset/:token", g.attempt, h.signin.Reset},
		{"GET", "/invite/:token", g.open, h.signin.InviteShow},
		{"POST", "/invite/:token", g.attempt, h.signin.Accept},
		{"GET", "/setup", g.open, h.signin.SetupShow},
		{"POST", "/setup", g.attempt, h.signin.Setup},
		{"GET", "/consent", g.open, h.consent.Show},
		{"POST", "/consent", g.form, h.consent.Decide},

		// Deciding what another device asks for.
		{"GET", "/device", g.open, h.approve.Device},
		{"POST", "/device", g.attempt, h.approve.Enter},
		{"GET", "/device/confirm", g.person, h.approve.Confirm},
		{"POST", "/device/confirm", g.person, h.approve.Decide},
		{"GET", "/device/done", g.open, h.approve.Done},
		{"GET", "/account/approvals", g.person, h.approve.Approvals},
		{"POST", "/account/approvals", g.person, h.approve.Answer},

		// A person's own page.
		{"GET", "/", g.open, h.home},
		{"GET", "/account", g.person, h.account.Show},
		{"GET", "/account/profile", g.person, h.account.Profile},
		{"POST", "/account/profile", g.person, h.account.SaveProfile},
		{"GET", "/account/connections", g.person, h.account.Connections},
		{"POST", "/account/connections/remove", g.person, h.account.Disconnect},
		{"POST", "/account/connections/undo", g.person, h.account.UndoChange},
		{"POST", "/account/connect/:key", g.person, h.signin.Connect}, // its return is signing in's too
		{"GET", "/wasnt-me", g.open, h.account.WasntMeShow},
		{"POST", "/wasnt-me", g.form, h.account.WasntMe},
		{"GET", "/wasnt-me/done", g.open, h.account.WasntMeDone},
		{"GET", "/account/email", g.person, h.account.Email},
		{"POST", "/account/email", g.person, h.account.ChangeEmail},
		{"POST", "/account/verify", g.person, h.account.SendAgain},
		{"GET", "/account/verify/:token", g.person, h.account.Verify},
		{"POST", "/account/verify/:token", g.person, h.account.Verified},
		{"GET", "/account/password", g.person, h.account.Password},
		{"POST", "/account/password", g.person, h.account.ChangePassword},
		{"POST", "/account/apps/remove", g.person, h.account.RemoveApp},
		{"POST", "/account/sessions/end", g.person, h.account.EndSession},
		{"POST", "/account/sessions/end-all", g.person, h.account.EndAll},

		// Administration.
		{"GET", "/admin", g.operator, h.admin.Home},
		{"POST", "/admin/check", g.operator, h.admin.CheckNow},
		{"GET", "/admin/map", g.operator, h.admin.Map},
		{"GET", "/admin/clients", g.operator, h.admin.Applications},
		{"POST", "/admin/clients", g.operator, h.admin.AddApplication},
		{"GET", "/admin/clients/new", g.operator, h.admin.NewApplication},
		{"GET", "/admin/clients/frappe", g.operator, h.admin.NewSite},
		{"POST", "/admin/clients/frappe", g.operator, h.admin.AddSite},
		{"GET", "/admin/clients/:id", g.operator, h.admin.Application},
		{"POST", "/admin/clients/:id", g.operator, h.admin.SaveApplication},
		{"POST", "/admin/clients/:id/secrets", g.operator, h.admin.AddSecret},
		{"POST", "/admin/clients/:id/secrets/delete", g.operator, h.admin.RemoveSecret},
		{"GET", "/admin/clients/:id/setup", g.operator, h.admin.SiteSetup},
		{"POST", "/admin/clients/:id/setup/secret", g.operator, h.admin.NewSiteSecret},
		{"POST", "/admin/clients/:id/setup/wait", g.operator, h.admin.AwaitSite},
		{"POST", "/admin/clients/:id/setup/site", g.operator, h.admin.EnterAtSite},
		{"POST", "/admin/clients/:id/setup/redirect", g.operator, h.admin.AddSiteRedirect},
		{"POST", "/admin/clients/:id/logouts", g.operator, h.admin.TryLogouts},
		{"POST", "/admin/clients/:id/delete", g.operator, h.admin.RemoveApplication},
		{"GET", "/admin/users", g.operator, h.admin.People},
		{"POST", "/admin/users/invite", g.operator, h.admin.InvitePerson},
		{"POST", "/admin/users/withdraw", g.operator, h.admin.Withdraw},
		{"GET", "/admin/users/:id", g.operator, h.admin.Person},
		{"POST", "/admin/users/:id/disable", g.operator, h.admin.Disable},
		{"POST", "/admin/users/:id/enable", g.operator, h.admin.Enable},
		{"POST", "/admin/users/:id/sessions/end", g.operator, h.admin.EndSessions},
		{"POST", "/admin/users/:id/unlink", g.operator, h.admin.Unlink},
		{"POST", "/admin/users/:id/roles", g.operator, h.admin.SetRoles},
		{"POST", "/admin/users/:id/reset", g.operator, h.admin.ResetPassword},
		{"GET", "/admin/keys", g.operator, h.admin.LoginKeys},
		{"POST", "/admin/keys", g.operator, h.admin.AddLoginKey},
		{"GET", "/admin/keys/new", g.operator, h.admin.NewLoginKey},
		{"GET", "/admin/keys/:id", g.operator, h.admin.LoginKey},
		{"POST", "/admin/keys/:id", g.operator, h.admin.SaveLoginKey},
		{"POST", "/admin/keys/:id/move", g.operator, h.admin.MoveLoginKey},
		{"POST", "/admin/keys/:id/switch", g.operator, h.admin.SwitchLoginKey},
		{"POST", "/admin/keys/:id/try", g.operator, h.signin.Try},
		{"GET", "/admin/keys/:id/tried", g.operator, h.signin.Tried},
		{"POST", "/admin/keys/:id/join", g.operator, h.admin.AskAgain},
		{"GET", "/admin/keys/:id/simulate", g.operator, h.admin.Simulator},
		{"POST", "/admin/keys/:id/simulate", g.operator, h.admin.Simulate},
		{"GET", "/admin/decisions", g.operator, h.admin.Decisions},
		{"POST", "/admin/decisions/link", g.operator, h.admin.LinkBeforehand},
		{"POST", "/admin/decisions/undo", g.operator, h.admin.UndoDecision},
		{"GET", "/admin/keys/:id/delete", g.operator, h.admin.AskRemoveLoginKey},
		{"POST", "/admin/keys/:id/delete", g.operator, h.admin.RemoveLoginKey},
		{"GET", "/admin/servers", g.operator, h.admin.Servers},
		{"POST", "/admin/servers/invite", g.operator, h.admin.Invite},
		{"POST", "/admin/servers/:decision", g.operator, h.admin.Decide},
		{"GET", "/admin/traces", g.operator, h.admin.LoginTraces},
		{"POST", "/admin/traces", g.operator, h.admin.FindTraces},
		{"GET", "/admin/traces/:ref", g.operator, h.admin.LoginTrace},
		{"GET", "/admin/logouts", g.operator, h.admin.SignOuts},
		{"GET", "/admin/logouts/:sid", g.operator, h.admin.SignOutEntry},
		{"GET", "/admin/signing", g.operator, h.admin.SigningKeys},
		{"POST", "/admin/signing/rotate", g.operator, h.admin.RotateKeys},
		{"POST", "/admin/signing/schedule", g.operator, h.admin.ScheduleKeys},
		{"GET", "/admin/settings", g.operator, h.admin.ProviderSettings},
		{"POST", "/admin/settings", g.operator, h.admin.SaveSettings},
		{"POST", "/admin/settings/tokens", g.operator, h.admin.MakeInitialToken},
		{"POST", "/admin/settings/tokens/delete", g.operator, h.admin.EndInitialToken},

		// Operations.
		{"GET", "/livez", g.app, h.live},
		{"GET", "/readyz", g.app, h.ready},
		{"GET", "/static/*file", g.files, wrap(static.Handler())},
	}
}

// wrap lets a plain http.Handler stand in the table.
func wrap(h http.Handler) web.Handler {
	return func(c *gin.Context) error {
		h.ServeHTTP(c.Writer, c.Request)
		return nil
	}
}
