package tokenendpoint

import (
	"errors"
	"io/fs"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/place"
)

// assertionGrant exchanges an assertion for an access token (RFC 7523 §2.1). A
// client's assertion about itself gives the same as client_credentials.
// Assertions about a user are accepted only from issuers that an administrator
// named, and only about users who sign in here through them. The user's own
// consent is required as always.
func (d *Handler) assertionGrant(c *gin.Context, r request) (answer, error) {
	raw, err := r.form.Require("assertion")
	if err != nil {
		return answer{}, err
	}
	current, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return answer{}, err
	}
	g, err := d.ClientAuth.Grant(c.Request.Context(), r.client.Auth(), raw, current.VouchersFor(r.client.ID))
	var refused *clientauth.GrantError
	if errors.As(err, &refused) {
		return answer{}, oauth.Refuse("invalid_grant", refused.Why).Because(err)
	}
	if err != nil {
		return answer{}, err
	}
	if !g.Own(r.client.ID) {
		return d.vouchedFor(c, r, g, current)
	}
	if !r.client.AllowsGrant("client_credentials") {
		return answer{}, oauth.UnauthorizedClient("oauth.itself")
	}
	return d.credentials(c, r)
}

func (d *Handler) vouchedFor(c *gin.Context, r request, g clientauth.AssertionGrant, current settings.Settings) (answer, error) {
	got, err := d.Authenticator.PersonalAccess(c.Request.Context(), r.client, clients.GrantJWT, r.form)
	if err != nil {
		return answer{}, err
	}
	user, err := d.known(c, g)
	if err != nil {
		return answer{}, err
	}
	grant, err := d.consented(c, r.client, user, got, current)
	if err != nil {
		return answer{}, err
	}
	// There was no sign-in, so auth_time and acr are unknown. The login key of
	// the issuer is known; ending its sign-ins also ends this token.
	agreed := grant.Authorization(got.Scopes, grants.SignIn{SessionGeneration: user.SessionGeneration, LoginKey: g.By.LoginKey})
	agreed.Terms.Kind, agreed.Terms.Resources = kindVouched, got.Resources
	// RFC 7521 §4.1: no refresh token
	f, _, err := d.Grants.Begin(c.Request.Context(), "jwt-bearer "+g.Issuer+" "+g.ID, agreed, grants.CodeRedemption{Access: tokens.AccessLife})
	if err != nil {
		return answer{}, err
	}
	// The cached key may have been disabled just now.
	if err := d.Upstreams.Confirm(c.Request.Context(), g.By.LoginKey); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = errStranger.Because(err)
		}
		return answer{}, errors.Join(err, d.Grants.Revoke(lasting.Of(c.Request.Context()), f.ID, "provider.ended"))
	}
	a, err := d.issue(c, r, f, nil, got.Scopes)
	if err != nil {
		return answer{}, err
	}
	a.IDToken = "" // there was no sign-in
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.Collected, Client: r.client.ID, Target: user.ID, LoginKey: g.By.LoginKey,
		IP: c.ClientIP(), Ref: web.Ref(c), Detail: map[string]string{"how": kindVouched}})
	return a, nil
}

const kindVouched = "jwt-bearer"

// errStranger is the same for every user whom the assertion cannot identify.
var errStranger = oauth.InvalidGrant("oauth.assertion.nobody")

// known returns the user in the assertion: the one with a linked identity of
// that login key. An email address is not enough, because the issuer may state
// any address.
func (d *Handler) known(c *gin.Context, g clientauth.AssertionGrant) (users.User, error) {
	key, err := d.Upstreams.Get(c.Request.Context(), g.By.LoginKey)
	if err == nil && (!key.Ready() || lost(key, g.Issuer)) {
		err = fs.ErrNotExist // users cannot sign in through it, or not with this issuer
	}
	var user users.User
	if err == nil {
		user, err = d.Linking.Linked(c.Request.Context(), linking.Claim{Key: key.ID, Issuer: g.Issuer, Subject: g.Subject})
	}
	if errors.Is(err, fs.ErrNotExist) || (err == nil && user.Disabled) {
		return users.User{}, errStranger.Because(err)
	}
	return user, err
}

// lost reports whether an issuer is no longer that of its key: users who cannot
// sign in by it cannot be asserted by it, whatever was decided about them. An
// issuer from before keys stored them is lost if it is not the current one.
func lost(key federation.LoginKey, issuer string) bool {
	today := key.Issuer
	if !key.NamesItself() {
		today = key.BaseURL
	}
	return slices.ContainsFunc(key.Former, func(f federation.FormerIssuer) bool { return f.Issuer == issuer }) ||
		key.OneIssuer() && today != "" && !place.Same(issuer, today)
}

// consented returns the user's grant for the client and this access; the user
// cannot be asked here. A user without a role that the client requires is
// refused, even with an earlier consent.
func (d *Handler) consented(c *gin.Context, client clients.Client, user users.User, got authrequest.Access, current settings.Settings) (grants.Grant, error) {
	if user.Leaving() || !client.Admits(user.AllRoles()) {
		return grants.Grant{}, errStranger
	}
	asked := grants.Allowance{UserID: user.ID, ClientID: client.ID, Generation: client.ConsentVersion, Scopes: got.Scopes, Extras: authrequest.APIExtras(got.Agreed)}
	if client.SkipAuthorization { // other users agree on the consent page, or get no custom claims here
		asked.Extras = append(asked.Extras, claimmap.Extras(client.Claims, got.Scopes)...)
	}
	g, agreed, err := d.Grants.Agreed(c.Request.Context(), asked, grants.Circumstances{
		SkipAuthorization: client.SkipAuthorization,
		AskAlways:         current.Consent == settings.Force,
	})
	if err == nil && !agreed {
		return grants.Grant{}, errStranger
	}
	return g, err
}
