// Package language learns which languages the reader of a page prefers, and
// takes what they choose in the menu of a page.
package language

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/internal/reader"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Path is where the menu posts to.
const Path = "/language"

// A Handler reads and keeps the choice of a browser.
type Handler struct {
	Sessions *cookies.Service
}

// Read notes what the request says about its reader. ui_locales may stand in
// the address of an authorization request or a sign-out (OIDC Core §3.1.2.1,
// RP-Initiated Logout §2); later pages get it from what the hub kept.
func (d Handler) Read(c *gin.Context) {
	r := c.Request
	known := reader.Preferences{Accept: strings.Join(r.Header.Values("Accept-Language"), ",")}
	known.Chosen, known.Over, _ = strings.Cut(d.Sessions.Language(r), over)
	read := reader.New(known)
	if strings.Contains(r.URL.RawQuery, "ui_locales=") {
		read.Ask(r.URL.Query().Get("ui_locales"))
	}
	c.Request = r.WithContext(reader.With(r.Context(), read))
	c.Next()
}

// over separates the choice from the language that the page had by an app's
// wish. No language tag holds it.
const over = "~"

// Choose is POST /language: the reader of a page chose a language in its menu.
// It changes nothing but a cookie of this browser.
func (d Handler) Choose(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	words, ok := locales.Find(form["lang"])
	if !ok {
		return web.NotFound(nil)
	}
	chosen := words.Lang()
	if asked, ok := locales.Find(form["over"]); ok {
		chosen += over + asked.Lang()
	}
	d.Sessions.ChooseLanguage(c.Writer, chosen)
	return web.SeeOther(c, web.LocalPath(form["to"], "/"))
}

// Words are those for the reader of a page.
func Words(r *http.Request) *locales.Words { return locales.For(reader.Of(r.Context()).Known()) }

// Menu are the languages to choose from on the page that the request opens, or
// none. A person who is signed in chooses in their profile. The answer to a
// form cannot be opened again, and a provider's answer works once, so their pages
// have no menu.
func Menu(r *http.Request, words *locales.Words) templates.Languages {
	to := r.URL.RequestURI()
	all := locales.Offered()
	if r.Method != http.MethodGet || len(all) < 2 || web.LocalPath(to, "/") != to || strings.HasPrefix(r.URL.Path, hubaddress.CallbackPath) {
		return templates.Languages{}
	}
	menu := templates.Languages{To: to}
	if asked, ok := locales.Find(reader.Of(r.Context()).Known().Asked); ok {
		menu.Over = asked.Lang()
	}
	for _, l := range all {
		menu.All = append(menu.All, templates.Language{Tag: l.Tag.String(), Name: l.Name, Current: l.Tag.String() == words.Lang()})
	}
	return menu
}
