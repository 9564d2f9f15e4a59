package apps

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// EnterAtSite is POST /admin/clients/{id}/setup/site: the hub makes the Social
// Login Key at the site through its REST API. The API key is used for this request
// only. The Client Secret is new, because existing ones cannot be read. The address
// is the client's own, so a request cannot redirect the hub elsewhere.
func (d *Handler) EnterAtSite(c *gin.Context) error {
	form, client, err := d.formOnSite(c)
	if err != nil {
		return err
	}
	link := templates.SiteLink{Offered: true, SignUps: form["key_sign_ups"], Replace: form["replace"] != ""}
	site := frappe.Site{URL: client.Frappe.URL, HTTP: d.HTTP, Key: strings.TrimSpace(form["api_key"]), Secret: strings.TrimSpace(form["api_secret"])}
	if wrong, ok := web.Mistakes(frappe.CheckCredentials(site.Key, site.Secret).Err(), nil); ok {
		return d.showLink(c, admin.Unprocessable, client, link, wrong[0])
	}
	if !slices.Contains([]string{frappe.Allow, frappe.Deny, ""}, link.SignUps) {
		return d.showLink(c, admin.Unprocessable, client, link, templates.Mistake{Field: "key_sign_ups", Text: locales.Say("sitelink.choose-one-of-the-list")})
	}
	secret, err := d.Clients.AddSecret(c.Request.Context(), client.ID, 0)
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.showLink(c, admin.Unprocessable, client, link, templates.Mistake{Text: wrong[0].Text})
	}
	if err != nil {
		return err
	}
	differ, err := site.Enter(c.Request.Context(), d.keyAt(client, secret, link.SignUps), link.Replace)
	var refused *frappe.Refusal
	if err != nil && !errors.As(err, &refused) {
		return errors.Join(err, d.Sites.TakeBack(c.Request.Context(), client.ID, secret))
	}
	d.recordLink(c, client, refused)
	if refused != nil && !refused.Entered {
		return d.refusedLink(c, client, link, refused, secret)
	}
	return d.entered(c, client, link, secret, differ, refused)
}

func (d *Handler) keyAt(client clients.Client, secret, signUps string) frappe.Key {
	return frappe.Key{Hub: d.Issuer, Provider: frappe.ProviderOf(client), ClientID: client.ID, Secret: secret, SignUps: signUps}
}

// recordLink records the result, without the site's response.
func (d *Handler) recordLink(c *gin.Context, client clients.Client, refused *frappe.Refusal) {
	detail := map[string]string{"result": "entered"}
	if refused != nil {
		detail = map[string]string{"result": refused.Kind, "status": strconv.Itoa(refused.Status)}
	}
	d.Record(c, audit.Event{Kind: audit.SiteEntered, Client: client.ID, Target: client.Frappe.URL, Detail: detail})
}

// refusedLink removes the secret, unless the site may have received it.
func (d *Handler) refusedLink(c *gin.Context, client clients.Client, link templates.SiteLink, refused *frappe.Refusal, secret string) error {
	if refused.Unsure {
		d.Record(c, audit.Event{Kind: audit.SecretAdded, Client: client.ID, Why: texts.New("site.secret.maybe")})
	} else if err := d.Sites.TakeBack(c.Request.Context(), client.ID, secret); err != nil {
		return err
	}
	link.Note, link.Said = refusalNote(refused, client), locales.StoredAll(refused.Said)
	return d.showLink(c, http.StatusOK, client, link)
}

// entered waits for the first sign-in with the new secret. It removes older secrets
// that were never used: they were not entered, or this one replaces them.
func (d *Handler) entered(c *gin.Context, client clients.Client, link templates.SiteLink, secret string, differ []frappe.Difference, refused *frappe.Refusal) error {
	ctx := c.Request.Context()
	d.Record(c, audit.Event{Kind: audit.SecretAdded, Client: client.ID, Why: texts.New("site.secret")})
	var err error
	if link.Dropped, err = d.Sites.DropUnused(ctx, client.ID, secret); err != nil {
		return err
	}
	for range link.Dropped {
		d.Record(c, audit.Event{Kind: audit.SecretRemoved, Client: client.ID, Why: texts.New("site.secret.unused")})
	}
	if err := d.SiteSetups.Begin(ctx, client); err != nil {
		return err
	}
	if client, err = d.Clients.Lookup(ctx, client.ID); err != nil {
		return err
	}
	link.Note = templates.Note{Tone: "ok", Title: locales.Say("sitelink.the-values-are-entered-at"), Text: locales.Say("sitelink.they-were-read-back-and")}
	for _, f := range differ {
		link.Note = templates.Note{Tone: "warn", Title: locales.Say("sitelink.the-values-are-entered-but"), Text: locales.Say("sitelink.correct-these-there-by-hand")}
		link.Differ = append(link.Differ, templates.Row{Name: locales.Stored(f.Label), Value: locales.Say("sitelink.should-be-and-is", "sent", f.Sent, "kept", f.Kept)})
	}
	if refused != nil {
		link.Note = templates.Note{Tone: "warn", Title: locales.Say("sitelink.the-values-are-entered-but-2"), Text: locales.Say("sitelink.sign-in-at-the-site")}
		link.Said = locales.StoredAll(refused.Said)
	}
	return d.showLink(c, http.StatusOK, client, link)
}

func (d *Handler) showLink(c *gin.Context, status int, client clients.Client, link templates.SiteLink, wrong ...templates.Mistake) error {
	page, err := d.setupPage(c, client, "")
	if err != nil {
		return err
	}
	page.Link, page.Mistakes = link, wrong
	return d.showSetup(c, status, page)
}

// refusalNotes have the advice for each kind of refusal.
var refusalNotes = map[string]templates.Note{
	frappe.WrongKey:    {Title: locales.Say("sitelink.the-site-does-not-know"), Text: locales.Say("sitelink.generate-the-keys-again-there")},
	frappe.NotAllowed:  {Title: locales.Say("sitelink.this-api-key-may-not"), Text: locales.Say("sitelink.use-one-of-a-user")},
	frappe.Exists:      {Tone: "warn", Title: locales.Say("sitelink.the-site-has-a-key"), Text: locales.Say("sitelink.nothing-was-changed-tick-the")},
	frappe.Missing:     {Title: locales.Say("sitelink.the-site-did-not-find"), Text: locales.Say("sitelink.try-again-without-the-box")},
	frappe.Invalid:     {Title: locales.Say("sitelink.the-site-did-not-accept"), Text: locales.Say("sitelink.nothing-was-changed-there")},
	frappe.NotFrappe:   {Title: locales.Say("sitelink.what-answers-at-this-address"), Text: locales.Say("sitelink.compare-the-address-with-that")},
	frappe.Broken:      {Title: locales.Say("sitelink.the-site-or-what-stands"), Text: locales.Say("sitelink.try-again-when-it-works")},
	frappe.Unreachable: {Title: locales.Say("sitelink.the-site-could-not-be"), Text: locales.Say("sitelink.nothing-is-lost-enter-the")},
}

func refusalNote(r *frappe.Refusal, client clients.Client) templates.Note {
	note := refusalNotes[r.Kind]
	switch {
	case r.Kind == frappe.Moved:
		note = templates.Note{Title: locales.Say("sitelink.the-site-is-at-another"), Text: locales.Say("sitelink.leads-elsewhere-delete-this-application", "url", client.Frappe.URL)}
		if r.To != "" {
			note.Text = locales.Say("sitelink.leads-to-delete-this-application", "url", client.Frappe.URL, "to", r.To)
		}
	case r.Kind == frappe.Unreachable && r.Cause != nil:
		note.Text = note.Text.Then(locales.Stored("(" + federation.CleanText(r.Cause.Error(), 300) + ")"))
	}
	if note.Tone == "" {
		note.Tone = "danger"
	}
	return note
}
