package providers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/templates"
)

// The forms' names for the fields of a record.
var (
	keyFields    = map[string]string{"secret": "client_secret", "options": ""}
	newKeyFields = map[string]string{"secret": "client_secret", "options": "", "id": "key_id"}
)

// SaveLoginKey is POST /admin/keys/{id}.
func (d *Handler) SaveLoginKey(c *gin.Context) error {
	form, key, err := d.formOnKey(c)
	if err != nil {
		return err
	}
	typed, ended := key, operator.SignedIn{}
	wrong := editKey(&typed, form)
	if len(wrong) == 0 && form["sure"] == "" {
		effects, err := d.Foresee(c, authentication.PolicyOf(key), authentication.PolicyOf(typed))
		if err != nil {
			return err
		}
		if effects.Risky() {
			shown := d.keyForm(typed)
			shown.Foreseen = foreseen(effects)
			return d.showKey(c, http.StatusConflict, key, shown, nil)
		}
	}
	if len(wrong) == 0 {
		ended, err = d.Operator.ChangeLoginKey(c.Request.Context(), d.Actor(c), key.ID, form["client_secret"], leftover(form), func(k *federation.LoginKey) { editKey(k, form) }, choice(form))
		if must := new(operator.MustDecide); errors.As(err, &must) {
			return d.showDeciding(c, http.StatusConflict, key, d.keyForm(typed), must, nil)
		}
		wrong, _ = web.Mistakes(err, keyFields)
	}
	if len(wrong) > 0 && isAboutIdentities(wrong) {
		must := new(operator.MustDecide)
		if _, err := d.Operator.ChangeLoginKey(c.Request.Context(), d.Actor(c), key.ID, form["client_secret"], leftover(form), func(k *federation.LoginKey) { editKey(k, form) }); errors.As(err, &must) {
			return d.showDeciding(c, admin.Unprocessable, key, d.keyForm(typed), must, wrong)
		}
	}
	if len(wrong) > 0 {
		shown := d.keyForm(typed)
		shown.SecretExpires, shown.Roles, shown.Params = form["secret_expires"], form["role_map"], form["params"]
		return d.showKey(c, admin.Unprocessable, key, shown, wrong)
	}
	if err != nil {
		return err
	}
	if err := d.keepHosts(c.Request.Context(), key, typed); err != nil {
		return err
	}
	done := "saved"
	if ended != (operator.SignedIn{}) {
		done = "disabled" + counted(ended)
	}
	return web.SeeOther(c, "/admin/keys/"+key.ID+"?done="+done)
}

// keepHosts puts back the hosts of a provider that moved within the
// catalogue, as from one tenant to another: an address that changes loses the
// hosts that were confirmed for the one before, but these are the catalogue's.
func (d *Handler) keepHosts(ctx context.Context, before, typed federation.LoginKey) error {
	entry, _ := catalog.Get(before.Preset)
	hosts := entry.Start(typed.Options).Hosts
	if !entry.Placed() || before.BaseURL == typed.BaseURL || len(hosts) == 0 {
		return nil
	}
	return d.Upstreams.Update(ctx, before.ID, "", func(k *federation.LoginKey) error {
		k.Hosts = append(k.Hosts, hosts...)
		return nil
	})
}

// editKey takes over what the form says, as far as a key of this kind has it.
func editKey(k *federation.LoginKey, form map[string]string) []templates.Mistake {
	editConnection(k, form)
	editPeople(k, form)
	wrong := editExpiry(k, form)
	if k.Kind == federation.KindPeer {
		wrong = append(wrong, editMigration(k, form)...)
	}
	var ok bool
	if k.Params, ok = pairs(form["params"]); !ok {
		wrong = append(wrong, templates.Mistake{Field: "params", Text: "Each line is a name, an equals sign and a value, like prompt=select_account."})
	}
	rules, problems := mapping.ParseRules(form["role_map"])
	k.RoleMap = rules
	bad, _ := web.Mistakes(problems.Err(), keyFields)
	return append(wrong, bad...)
}

func editConnection(k *federation.LoginKey, form map[string]string) {
	entry, _ := catalog.Get(k.Preset)
	hosts := forms.Words(form["hosts"])
	if len(entry.Fields) > 0 {
		before, now := entry.Start(k.Options), entry.Start(answers(form))
		k.Options = now.Options
		if entry.Key.BaseURL != "" {
			k.BaseURL = now.BaseURL
		}
		if entry.Key.Endpoints != (federation.Endpoints{}) {
			k.Endpoints = now.Endpoints
		}
		hosts = moved(hosts, before.Hosts, now.Hosts)
	}
	if typed, there := form["base_url"]; there && !entry.Placed() {
		k.BaseURL = typed
	}
	if k.Kind != federation.KindPeer {
		k.ClientID = form["client_id"]
	}
	if described(k.Kind, entry) {
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
	k.Scopes, k.Hosts = forms.Words(form["scopes"]), hosts
	k.KeepTokens, k.SignOutThere = form["keep_tokens"] != "", form["sign_out_there"] != ""
	if k.Kind == federation.KindOpenID {
		k.AskOffline = form["ask_offline"] != ""
	}
	if form["site_key_remove"] != "" {
		k.SiteKey = ""
	}
	k.NewSiteKey = strings.TrimSpace(form["site_key"])
}

// moved replaces the hosts of a tenant before by those of the tenant now.
func moved(hosts, before, now []string) []string {
	if slices.Equal(before, now) {
		return hosts
	}
	kept := slices.DeleteFunc(hosts, func(host string) bool { return slices.Contains(before, host) })
	return append(kept, now...)
}

func editPeople(k *federation.LoginKey, form map[string]string) {
	k.SignUps, k.SignUpDomains = form["sign_ups"], domains(form["sign_up_domains"])
	k.Linking, k.AuthoritativeDomains = form["linking"], domains(form["authoritative_domains"])
	k.TrustEmail, k.TrustAssurance = form["trust_email"] != "", form["trust_assurance"] != ""
	k.CountsAsNew = form["counts_as_new"] != ""
	k.Hidden, k.Direct, k.HomeDomains = form["hidden"] != "", form["direct"] != "", domains(form["home_domains"])
}

// domains are mail domains as people write them, with an @ or without.
func domains(s string) []string {
	out := forms.Words(s)
	for i, domain := range out {
		out[i] = strings.ToLower(strings.TrimPrefix(domain, "@"))
	}
	return out
}

func editExpiry(k *federation.LoginKey, form map[string]string) []templates.Mistake {
	day := strings.TrimSpace(form["secret_expires"])
	if day == "" {
		k.SecretExpires = time.Time{}
		return nil
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return []templates.Mistake{{Field: "secret_expires", Text: "Enter a day like 2026-12-31."}}
	}
	k.SecretExpires = t
	return nil
}

// editMigration takes over until when a primary's people are linked at once.
func editMigration(k *federation.LoginKey, form map[string]string) []templates.Mistake {
	k.MigrateUntil = time.Time{}
	day := strings.TrimSpace(form["migrate_until"])
	if day == "" {
		return nil
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return []templates.Mistake{{Field: "migrate_until", Text: "Enter a day like 2026-12-31."}}
	}
	k.MigrateUntil = t
	return nil
}

// pairs reads lines of a name, an equals sign and a value, which may have more
// of them.
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
