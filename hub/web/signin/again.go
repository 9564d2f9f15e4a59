package signin

import (
	"errors"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/templates"
)

// already reports whether the user has signed in since the application sent its
// request, in this tab or in another one: then the sign-in page has nothing to ask.
func (d *Handler) already(c *gin.Context, j pendingLogin) (bool, error) {
	if j.Flow == "" || c.Query("switch") != "" || c.Query("retry") != "" {
		return false, nil
	}
	p, err := d.Sessions.Current(c.Request)
	if errors.Is(err, sessions.ErrNobody) {
		return false, nil
	}
	return err == nil && !p.Session.Created.Before(j.flow.Created), err
}

// signedIn is where a user goes who is signed in in this browser and opened the
// sign-in page: on, or to the choice if no account is the current one.
func (d *Handler) signedIn(c *gin.Context, j pendingLogin) (string, error) {
	_, err := d.Sessions.Current(c.Request)
	if err == nil {
		return j.next(), nil
	}
	if !errors.Is(err, sessions.ErrNobody) {
		return "", nil // the page can be shown all the same
	}
	others, err := d.Sessions.Others(c.Request)
	if err != nil || len(others) == 0 || c.Query("local") != "" {
		return "", err
	}
	return "/signin/choose" + j.query(), nil
}

// confirm turns the page into one that asks the signed-in user to sign in again,
// for a request with prompt=login or max_age (OIDC Core §3.1.2.1). The page then
// has their address and the ways in which this user can sign in, and leads to
// another account only by its link. The page stays as it is for a request that
// names another user.
func (d *Handler) confirm(c *gin.Context, j pendingLogin, s settings.Settings, ways []federation.LoginKey, page *templates.SignIn) (bool, error) {
	if j.Flow == "" || c.Query("switch") != "" {
		return false, nil
	}
	p, err := d.Sessions.Current(c.Request)
	if errors.Is(err, sessions.ErrNobody) || err == nil && page.Email != "" && !p.Named(page.Email) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if named := j.flow.Request.Subject; named != "" {
		if subject, err := d.Subject(c.Request.Context(), j.client.ID, p.User.ID); err != nil || subject != named {
			return false, err
		}
	}
	page.Account = &templates.Person{Name: p.User.Name, Email: p.User.Email, Username: p.User.Username}
	page.Email, page.EmailFirst, page.SignUp, page.Stay = p.User.Email, false, "", templates.Stay{}
	page.OnlyAdmin = page.OnlyAdmin && !p.User.Admin()
	page.Password = s.SignsInByPassword(p.User.Admin()) && p.User.HasPassword()
	page.Other = "/signin?" + url.Values{"flow": {j.Flow}, "switch": {"1"}}.Encode()
	if page.ByEmail != "" {
		page.ByEmail += "&" + url.Values{"email": {p.User.Email}}.Encode()
	}
	linked, err := d.Linking.ByUser(c.Request.Context(), p.User.ID)
	if err != nil {
		return false, err
	}
	for _, k := range ways {
		if slices.ContainsFunc(linked, func(i linking.Identity) bool { return i.LoginKey == k.ID }) {
			page.Upstreams = append(page.Upstreams, templates.Upstream{Key: k.ID, Name: k.Name, Icon: k.Symbol()})
		}
	}
	return true, nil
}
