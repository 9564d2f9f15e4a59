package apps

import (
	"net/url"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/sitesetup"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// siteMistake describes the failure of a site's first sign-in and its fix; nil
// if there is none.
func (d *Handler) siteMistake(client clients.Client, debut sitesetup.Setup, now time.Time) *templates.SiteMistake {
	switch {
	case debut.Done():
		return nil
	case debut.Wrong != nil:
		return d.explain(*debut.Wrong, client)
	case !stuck(debut, now):
		return nil
	case debut.Token.Before(debut.Answered):
		return &templates.SiteMistake{
			Title: locales.Say("sitemistake.the-sites-server-does-not"),
			Text:  locales.Say("sitemistake.somebody-was-sent-back-to", "issuer", d.Issuer, "issuer2", d.Issuer),
		}
	}
	return &templates.SiteMistake{
		Title: locales.Say("sitemistake.the-site-has-its-token"),
		Text:  locales.Say("sitemistake.look-at-base-url-which", "issuer", d.Issuer),
	}
}

// explanations are the texts for each kind of mistake.
var explanations = map[string]templates.SiteMistake{
	sitesetup.Redirect: {Title: locales.Say("sitemistake.the-site-wants-to-be")},
	sitesetup.Stranger: {Title: locales.Say("sitemistake.the-site-sent-a-client"), Text: locales.Say("sitemistake.copy-the-client-id-from")},
	sitesetup.Path:     {Title: locales.Say("sitemistake.base-url-at-the-site")},
	sitesetup.Off:      {Title: locales.Say("sitemistake.this-application-is-turned-off"), Text: locales.Say("sitemistake.turn-it-on-again-in")},
	sitesetup.Request:  {Title: locales.Say("sitemistake.the-site-asked-for-something"), Text: locales.Say("sitemistake.auth-url-data-of-the")},
	sitesetup.Declined: {Title: locales.Say("sitemistake.the-person-said-no"), Text: locales.Say("sitemistake.press-the-sites-button-again")},
	sitesetup.NoRole:   {Title: locales.Say("sitemistake.the-person-has-none-of"), Text: locales.Say("sitemistake.give-them-one-or-let")},
	sitesetup.Unproved: {Title: locales.Say("sitemistake.nobody-has-proved-the-persons"), Text: locales.Say("sitemistake.the-site-knows-people-by")},
	sitesetup.Disabled: {Title: locales.Say("sitemistake.the-persons-account-here-is"), Text: locales.Say("sitemistake.enable-it-or-try-with")},
	sitesetup.Secret:   {Title: locales.Say("sitemistake.the-client-secret-at-the"), Text: locales.Say("sitemistake.copy-it-again-without-spaces")},
	sitesetup.Token:    {Title: locales.Say("sitemistake.the-site-came-for-the")},
}

func (d *Handler) explain(m sitesetup.Mistake, client clients.Client) *templates.SiteMistake {
	out := explanations[m.Kind]
	settings := admin.ClientPath(client.ID)
	switch m.Kind {
	case sitesetup.Redirect:
		out.Sent, out.Registered, out.Add = m.Sent, client.RedirectURIs, d.addable(m, client)
		out.Text = redirectAdvice(m.Sent, client)
	case sitesetup.Stranger:
		out.Text = locales.Say("sitemistake.it-sent", "sent", m.Sent, "text", out.Text)
	case sitesetup.Path:
		out.Text = locales.Say("sitemistake.it-came-to-set-base", "sent", m.Sent, "issuer", d.Issuer)
	case sitesetup.Off:
		out.Fix = templates.Action{Label: locales.Say("sitemistake.open-its-settings"), URL: settings + "#settings"}
	case sitesetup.Declined:
		out.Fix = templates.Action{Label: locales.Say("sitemistake.open-its-settings"), URL: settings + "#skip_authorization"}
	case sitesetup.NoRole:
		out.Fix = templates.Action{Label: locales.Say("sitemistake.open-its-roles"), URL: settings + "#allowed_roles"}
	case sitesetup.Token, sitesetup.Request:
		out.Text = out.Text.Then(locales.Say("sitemistake.told", "what", locales.From(m.Words)))
	case sitesetup.Secret:
		out.Text = out.Text.Then(locales.Say("sitemistake.cause", "what", locales.From(m.Words)))
	}
	if m.User != "" && (m.Kind == sitesetup.Unproved || m.Kind == sitesetup.Disabled) {
		out.Fix = templates.Action{Label: locales.Say("sitemistake.open-this-person"), URL: "/admin/users/" + templates.Segment(m.User)}
	}
	return &out
}

// redirectAdvice explains why the site sends another address than its own.
func redirectAdvice(sent string, client clients.Client) locales.Text {
	u, err := url.Parse(sent)
	site, wrong := url.Parse(client.Frappe.URL)
	if err != nil || wrong != nil {
		return locales.Say("sitemistake.correct-the-redirect-url-of")
	}
	switch {
	case u.Hostname() != site.Hostname():
		return locales.Say("sitemistake.the-site-takes-itself-for", "hostname", u.Hostname(), "url", client.Frappe.URL)
	case u.Scheme != site.Scheme && u.Scheme == "http":
		return locales.Say("sitemistake.the-site-takes-itself-for-2", "url", client.Frappe.URL)
	case u.Scheme != site.Scheme || u.Port() != site.Port():
		return locales.Say("sitemistake.the-site-takes-itself-for-3", "url", client.Frappe.URL)
	}
	return locales.Say("sitemistake.the-key-at-the-site")
}
