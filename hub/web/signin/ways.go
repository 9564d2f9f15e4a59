package signin

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/templates"
)

// most is the number of visible buttons on the page; the others are folded away.
const most = 6

// stepEmail is the form that asks only for the address.
const stepEmail = "email"

// ways are the providers with which users can sign in now, in the order of the
// page. The registry has them in memory, so the database load does not depend on
// their number.
func (d *Handler) ways(ctx context.Context) ([]federation.LoginKey, error) {
	keys, err := d.Upstreams.Enabled(ctx)
	return slices.DeleteFunc(keys, func(k federation.LoginKey) bool { return !k.Ready() }), err
}

// straight returns the provider to which users are redirected without a page: the
// one that the app names, else the first that is set up for it.
func straight(ways []federation.LoginKey, named string) (federation.LoginKey, bool) {
	i := slices.IndexFunc(ways, func(k federation.LoginKey) bool { return named != "" && k.ID == named })
	if i < 0 {
		i = slices.IndexFunc(ways, func(k federation.LoginKey) bool { return k.Direct })
	}
	if i < 0 {
		return federation.LoginKey{}, false
	}
	return ways[i], true
}

func anyHome(ways []federation.LoginKey) bool {
	return slices.ContainsFunc(ways, func(k federation.LoginKey) bool { return len(k.HomeDomains) > 0 })
}

// home returns the provider of an address's domain. It depends only on the domain,
// so it does not reveal which addresses have accounts.
func home(ways []federation.LoginKey, email string) (federation.LoginKey, bool) {
	canonical, err := emailaddr.Canonical(email)
	if err != nil {
		return federation.LoginKey{}, false
	}
	domain := canonical[strings.LastIndex(canonical, "@")+1:]
	i := slices.IndexFunc(ways, func(k federation.LoginKey) bool { return slices.Contains(k.HomeDomains, domain) })
	if i < 0 {
		return federation.LoginKey{}, false
	}
	return ways[i], true
}

// afterEmail handles the address alone: it leads to the provider of its domain, or
// to the password.
func (d *Handler) afterEmail(c *gin.Context, j pendingLogin, email string) error {
	ways, err := d.ways(c.Request.Context())
	if err != nil {
		return err
	}
	if key, ok := home(ways, email); ok {
		j.email = hint(strings.TrimSpace(email))
		return d.leave(c, key.ID, j)
	}
	return d.retry(c, "/signin"+local(j), retry{Email: emailaddr.Only(email), Status: http.StatusOK, Stay: j.Stay})
}

// show fills in the fields that every version of the page needs.
func (d *Handler) show(c *gin.Context, status int, j pendingLogin, ways []federation.LoginKey, page templates.SignIn) error {
	s, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return err
	}
	page.OnlyAdmin = s.OnlyAdministratorsByPassword()
	page.Password = !page.OnlyAdmin || page.EmailFirst || c.Query("local") != ""
	page.Flow, page.To, page.Client = j.Flow, web.LocalPath(j.To, ""), j.shown()
	page.Local = "/signin" + local(j)
	page.Forgot = "/password/forgot" + j.query()
	page.Stay = cookies.AskToStay(s, j.Stay)
	page.Names, page.Phones = s.UserNameSignIn, s.PhoneSignIn
	if s.EmailSignIn && page.Password && d.MailLinks.Delivers() {
		page.ByEmail = "/signin/email" + j.query()
	}
	if d.Settings.OffersSignUp(s) {
		page.SignUp = "/signup" + j.query()
	}
	if !page.OnlyAdmin || c.Query("local") != "" {
		if page.Passkey, err = d.offerPasskey(c); err != nil {
			return err
		}
	}
	confirms, err := d.confirm(c, j, s, ways, &page)
	if err != nil {
		return err
	}
	if !confirms {
		d.buttons(c, ways, &page)
	}
	web.AllowImages(c, redirecturi.OriginOf(page.Client.Logo))
	return d.Responder.Show(c, status, page)
}

// buttons are those of the providers that sign anybody in.
func (d *Handler) buttons(c *gin.Context, ways []federation.LoginKey, page *templates.SignIn) {
	var shown []templates.Upstream
	last := d.Sessions.LastMethod(c.Request)
	for _, k := range ways {
		if k.Hidden {
			continue
		}
		button := templates.Upstream{Key: k.ID, Name: k.Name, Icon: k.Symbol()}
		if k.ID == last {
			button.Last = true
			shown = slices.Insert(shown, 0, button)
		} else {
			shown = append(shown, button)
		}
	}
	page.Upstreams, page.More = shown[:min(most, len(shown))], shown[min(most, len(shown)):]
	page.Search(page.Query)
}
