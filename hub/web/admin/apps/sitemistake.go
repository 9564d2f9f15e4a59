package apps

import (
	"net/url"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/sitesetup"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
)

// siteMistake says what went wrong at a site's first sign-in, and what to
// change where; nil if nothing did.
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
			Title: "The site's server does not come for the token.",
			Text: "Somebody was sent back to the site more than a minute ago. Most likely its server cannot reach " + d.Issuer + ": because of a firewall, " +
				"a name that it cannot look up, or a certificate that it does not trust. Try “curl " + d.Issuer + "/livez” there, as the user that runs the site. " +
				"In a key of the provider Custom, look at Access Token URL too.",
		}
	}
	return &templates.SiteMistake{
		Title: "The site has its token, and does not ask who it is.",
		Text:  "Look at Base URL, which must be " + d.Issuer + " without a path, and in a key of the provider Custom at API Endpoint.",
	}
}

// explanations are what to say of each kind of mistake.
var explanations = map[string]templates.SiteMistake{
	sitesetup.Redirect: {Title: "The site wants to be answered at another address than those that are registered."},
	sitesetup.Stranger: {Title: "The site sent a Client ID that nobody has here.", Text: "Copy the Client ID from this page into the Social Login Key, without spaces."},
	sitesetup.Path:     {Title: "Base URL at the site has a path."},
	sitesetup.Off:      {Title: "This application is turned off.", Text: "Turn it on again in its settings."},
	sitesetup.Request:  {Title: "The site asked for something that it cannot have.", Text: "Auth URL Data of the Social Login Key must be as it is here; with the providers Frappe and Keycloak leave it as the site filled it in."},
	sitesetup.Declined: {Title: "The person said no.", Text: "Press the site's button again and allow what it asks for. It may also skip the question: see Skip Authorization."},
	sitesetup.NoRole:   {Title: "The person has none of the roles that this application asks for.", Text: "Give them one, or let more roles in."},
	sitesetup.Unproved: {Title: "Nobody has proved the person's e-mail address.", Text: "The site knows people by it, so it is told only addresses that are surely theirs. They prove it under their account here, and then try again."},
	sitesetup.Disabled: {Title: "The person's account here is disabled.", Text: "Enable it, or try with another."},
	sitesetup.Secret:   {Title: "The Client Secret at the site is not one of this application.", Text: "Copy it again, without spaces, or make another one on this page and enter that."},
	sitesetup.Token:    {Title: "The site came for the token and was refused."},
}

func (d *Handler) explain(m sitesetup.Mistake, client clients.Client) *templates.SiteMistake {
	out := explanations[m.Kind]
	settings := admin.ClientPath(client.ID)
	switch m.Kind {
	case sitesetup.Redirect:
		out.Sent, out.Registered, out.Add = m.Sent, client.RedirectURIs, d.addable(m, client)
		out.Text = redirectAdvice(m.Sent, client)
	case sitesetup.Stranger:
		out.Text = "It sent “" + m.Sent + "”. " + out.Text
	case sitesetup.Path:
		out.Text = "It came to “" + m.Sent + "”. Set Base URL of the Social Login Key to " + d.Issuer + " and nothing more."
	case sitesetup.Off:
		out.Fix = templates.Action{Label: "Open its settings", URL: settings + "#settings"}
	case sitesetup.Declined:
		out.Fix = templates.Action{Label: "Open its settings", URL: settings + "#skip_authorization"}
	case sitesetup.NoRole:
		out.Fix = templates.Action{Label: "Open its roles", URL: settings + "#allowed_roles"}
	case sitesetup.Token, sitesetup.Request:
		out.Text += " What it was told: " + m.Words(templates.Sentence)
	case sitesetup.Secret:
		out.Text += " (" + m.Words(templates.Sentence) + ")"
	}
	if m.User != "" && (m.Kind == sitesetup.Unproved || m.Kind == sitesetup.Disabled) {
		out.Fix = templates.Action{Label: "Open this person", URL: "/admin/users/" + templates.Segment(m.User)}
	}
	return &out
}

// redirectAdvice says why the site takes itself for another address.
func redirectAdvice(sent string, client clients.Client) string {
	u, err := url.Parse(sent)
	site, wrong := url.Parse(client.Frappe.URL)
	if err != nil || wrong != nil {
		return "Correct the Redirect URL of the Social Login Key."
	}
	switch {
	case u.Hostname() != site.Hostname():
		return "The site takes itself for " + u.Hostname() + ", or it was not the site: anybody can send such a request. If that is a name of it, " +
			"set host_name in its site_config.json to " + client.Frappe.URL + ", or add it here as another site by that name."
	case u.Scheme != site.Scheme && u.Scheme == "http":
		return "The site takes itself for a plain http site. Set host_name in its site_config.json to " + client.Frappe.URL +
			" and let its proxy send X-Forwarded-Proto: https. The address that was sent is not for an answer: anybody on the way could read it."
	case u.Scheme != site.Scheme || u.Port() != site.Port():
		return "The site takes itself for another address than the one you entered. Set host_name in its site_config.json to " + client.Frappe.URL + ". Anybody can send " +
			"such a request: register the address that was sent only if you know that the site is there."
	}
	return "The key at the site is of another provider, or has another Redirect URL, than was chosen here. Compare it with the values above."
}
