package providers

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// The form's names for the fields of a record.
var (
	keyFields    = map[string]string{"secret": "client_secret", "options": ""}
	newKeyFields = map[string]string{"secret": "client_secret", "options": "", "id": "key_id"}
)

// SaveLoginKey is POST /admin/providers/{id}.
func (d *Handler) SaveLoginKey(c *gin.Context) error {
	form, key, err := d.formOnKey(c)
	if err != nil {
		return err
	}
	typed, ended := key, loginkeys.SignedIn{}
	rules, wrong, err := d.groupRules(c, form)
	if err != nil {
		return err
	}
	edit := func(k *federation.LoginKey) []templates.Mistake {
		k.GroupMap = rules
		return editKey(k, form)
	}
	wrong = append(wrong, edit(&typed)...)
	var effects linking.Effects
	if len(wrong) == 0 {
		if effects, err = d.Keys.Foresee(c.Request.Context(), authentication.PolicyOf(key), authentication.PolicyOf(typed)); err != nil {
			return err
		}
	}
	status := admin.Unprocessable
	if effects.Risky() && form["sure"] == "" {
		status = http.StatusConflict
	} else if len(wrong) == 0 {
		ended, err = d.Keys.ChangeLoginKey(c.Request.Context(), d.Actor(c), key.ID, form["client_secret"], leftover(form), func(k *federation.LoginKey) { edit(k) }, choice(form))
		if must := new(loginkeys.MustDecide); errors.As(err, &must) {
			status = http.StatusConflict
		}
		wrong, _ = web.Mistakes(err, keyFields)
	}
	if status == http.StatusConflict || len(wrong) > 0 {
		shown := d.keyForm(typed)
		shown.SecretExpires, shown.Roles, shown.Params, shown.Groups = form["secret_expires"], form["role_map"], form["params"], form["group_map"]
		if err := d.ask(c, key, typed, effects, form, &shown); err != nil {
			return err
		}
		return d.showKey(c, status, key, shown, wrong)
	}
	if err != nil {
		return err
	}
	done := "saved"
	if ended != (loginkeys.SignedIn{}) {
		done = "disabled" + counted(ended)
	}
	if now, err := d.Upstreams.Get(c.Request.Context(), key.ID); err == nil && now.HalfMoved() { // the page shows it
		return web.SeeOther(c, "/admin/providers/"+key.ID+"/identities")
	}
	return web.SeeOther(c, "/admin/providers/"+key.ID+"?done="+done)
}

// ask adds every question that must be answered before saving, with the answers
// so far. It names the secrets that must be typed again, because no page
// contains one.
func (d *Handler) ask(c *gin.Context, key, typed federation.LoginKey, effects linking.Effects, form map[string]string, shown *templates.KeyForm) error {
	must, err := d.Keys.ForeseeMove(c.Request.Context(), key, typed)
	if err != nil {
		return err
	}
	shown.Deciding = deciding(must, form)
	if effects.Risky() {
		shown.Foreseen, shown.Sure = foreseen(effects), form["sure"] != ""
	}
	if form["client_secret"] != "" || must != nil && key.Secret != "" {
		shown.Again = append(shown.Again, locales.Say("keysettings.again-secret"))
	}
	if form["site_key"] != "" || must != nil && key.SiteKey != "" {
		shown.Again = append(shown.Again, locales.Say("keysettings.again-site-key"))
	}
	return nil
}

// editKey reads the fields of the form that a key of this kind has.
func editKey(k *federation.LoginKey, form map[string]string) []templates.Mistake {
	editConnection(k, form)
	editPeople(k, form)
	wrong := editExpiry(k, form)
	if k.Kind == federation.KindPeer {
		wrong = append(wrong, editMigration(k, form)...)
	}
	var ok bool
	if k.Params, ok = pairs(form["params"]); !ok {
		wrong = append(wrong, templates.Mistake{Field: "params", Text: locales.Say("keysave.each-line-is-a-name")})
	}
	rules, problems := mapping.ParseRules(form["role_map"])
	k.RoleMap = rules
	bad, _ := web.Mistakes(problems.Err(), keyFields)
	return append(wrong, bad...)
}

func editConnection(k *federation.LoginKey, form map[string]string) {
	entry, _ := catalog.Get(k.Preset)
	k.Hosts = forms.Words(form["hosts"])
	entry.Answer(k, answers(form))
	if typed, there := form["base_url"]; there && !entry.Placed() {
		k.BaseURL = typed
	}
	if k.Kind != federation.KindPeer {
		k.ClientID = form["client_id"]
	}
	if entry.Described(k.Kind) {
		k.Endpoints = endpoints(form)
	}
	for _, f := range claimFields(&k.Claims) {
		if path, there := form[f.name]; there {
			*f.path = path
		}
	}
	if text, there := form[rolesText]; there {
		k.Claims.RolesText = text
	}
	k.Enabled, k.Name = form["enabled"] != "", form["name"]
	k.Scopes = forms.Words(form["scopes"])
	k.KeepTokens, k.SignOutThere = form["keep_tokens"] != "", form["sign_out_there"] != ""
	if k.Kind == federation.KindOpenID {
		k.AskOffline = form["ask_offline"] != ""
	}
	if form["site_key_remove"] != "" {
		k.SiteKey = ""
	}
	k.NewSiteKey = strings.TrimSpace(form["site_key"])
}

func editPeople(k *federation.LoginKey, form map[string]string) {
	k.SignUps, k.SignUpDomains = form["sign_ups"], forms.Domains(form["sign_up_domains"])
	k.Linking, k.AuthoritativeDomains = form["linking"], forms.Domains(form["authoritative_domains"])
	k.TrustEmail, k.TrustAssurance = form["trust_email"] != "", form["trust_assurance"] != ""
	k.CountsAsNew = form["counts_as_new"] != ""
	k.Hidden, k.Direct, k.HomeDomains = form["hidden"] != "", form["direct"] != "", forms.Domains(form["home_domains"])
}

func editExpiry(k *federation.LoginKey, form map[string]string) []templates.Mistake {
	day := strings.TrimSpace(form["secret_expires"])
	if day == "" {
		k.SecretExpires = time.Time{}
		return nil
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return []templates.Mistake{{Field: "secret_expires", Text: locales.Say("keysave.enter-a-day-like-2026")}}
	}
	k.SecretExpires = t
	return nil
}

// editMigration reads the end of the migration window of a primary hub.
func editMigration(k *federation.LoginKey, form map[string]string) []templates.Mistake {
	k.MigrateUntil = time.Time{}
	day := strings.TrimSpace(form["migrate_until"])
	if day == "" {
		return nil
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return []templates.Mistake{{Field: "migrate_until", Text: locales.Say("keysave.enter-a-day-like-2026")}}
	}
	k.MigrateUntil = t
	return nil
}

// pairs reads lines of the form name=value; a value may contain equals signs.
func pairs(s string) (out map[string]string, ok bool) {
	for _, line := range admin.Lines(s) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, _ := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if name == "" || value == "" {
			return out, false
		}
		if out == nil {
			out = map[string]string{}
		}
		out[name] = value
	}
	return out, true
}
