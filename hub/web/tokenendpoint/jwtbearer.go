package tokenendpoint

import (
	"errors"
	"io/fs"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
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

// assertionGrant exchanges an assertion about somebody for an access token (RFC 7523
// §2.1). A client that speaks of itself gets what client_credentials would
// give. About a person only those are heard whom an administrator named, and
// only about people who sign in here through them. The person's consent is
// needed as ever: nobody else's word replaces it.
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
	scopes, err := d.Authenticator.PersonalScopes(c.Request.Context(), r.client, r.form)
	if err != nil {
		return answer{}, err
	}
	user, err := d.known(c, g)
	if err != nil {
		return answer{}, err
	}
	grant, err := d.consented(c, r.client, user, scopes, current)
	if err != nil {
		return answer{}, err
	}
	// Nobody signed in, so nothing is known of when and how; the key that
	// speaks for the person is, and ends what it spoke for.
	agreed := grant.Authorization(scopes, grants.SignIn{SessionGeneration: user.SessionGeneration, LoginKey: g.By.LoginKey})
	agreed.Terms.Kind = kindVouched
	// RFC 7521 §4.1: no refresh token
	f, _, err := d.Grants.Begin(c.Request.Context(), "jwt-bearer "+g.Issuer+" "+g.ID, agreed, grants.CodeRedemption{Access: tokens.AccessLife})
	if err != nil {
		return answer{}, err
	}
	// The key that is remembered may have been switched off a moment ago.
	if err := d.Upstreams.Confirm(c.Request.Context(), g.By.LoginKey); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = errStranger.Because(err)
		}
		return answer{}, errors.Join(err, d.Grants.Revoke(lasting.Of(c.Request.Context()), f.ID, "provider.ended"))
	}
	a, err := d.issue(c, r, f, nil, scopes)
	if err != nil {
		return answer{}, err
	}
	a.IDToken = "" // nobody signed in
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.Collected, Client: r.client.ID, Target: user.ID, LoginKey: g.By.LoginKey,
		IP: c.ClientIP(), Ref: web.Ref(c), Detail: map[string]string{"how": kindVouched}})
	return a, nil
}

const kindVouched = "jwt-bearer"

// errStranger says the same of everybody who cannot be vouched for.
var errStranger = oauth.InvalidGrant("oauth.assertion.nobody")

// known returns the person whom the assertion names: the one who is linked to
// that identity of that login key. An e-mail address is never enough, for the
// issuer may say any.
func (d *Handler) known(c *gin.Context, g clientauth.AssertionGrant) (users.User, error) {
	key, err := d.Upstreams.Get(c.Request.Context(), g.By.LoginKey)
	if err == nil && (!key.Ready() || lost(key, g.Issuer)) {
		err = fs.ErrNotExist // people cannot sign in through it, or not as those of this issuer
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

// lost tells whether a key no longer has an issuer, whatever was decided of its
// people: who cannot sign in by it is not vouched for by it either. Nothing is
// kept of an issuer from before keys kept them, but that today's is another.
func lost(key federation.LoginKey, issuer string) bool {
	today := key.Issuer
	if !key.NamesItself() {
		today = key.BaseURL
	}
	return slices.ContainsFunc(key.Former, func(f federation.FormerIssuer) bool { return f.Issuer == issuer }) ||
		key.OneIssuer() && today != "" && !place.Same(issuer, today)
}

// consented returns the grant by which the person allowed the client these
// scopes, when there is nobody to ask. Whoever lost the role that the client
// asks for is vouched for no more, whatever they allowed before.
func (d *Handler) consented(c *gin.Context, client clients.Client, user users.User, scopes []string, current settings.Settings) (grants.Grant, error) {
	if user.Leaving() || !client.Admits(user.Roles) {
		return grants.Grant{}, errStranger
	}
	asked := grants.Allowance{UserID: user.ID, ClientID: client.ID, Generation: client.ConsentVersion, Scopes: scopes}
	g, agreed, err := d.Grants.Agreed(c.Request.Context(), asked, grants.Circumstances{
		SkipAuthorization: client.SkipAuthorization,
		AskAlways:         current.Consent == settings.Force,
	})
	if err == nil && !agreed {
		return grants.Grant{}, errStranger
	}
	return g, err
}
