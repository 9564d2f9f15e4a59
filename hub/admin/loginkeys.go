package admin

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// the form's names for the fields of a record
var keyFields = map[string]string{"secret": "client_secret"}

// LoginKeys is GET /admin/keys.
func (d *Door) LoginKeys(c *gin.Context) error {
	all, err := d.Upstreams.All(c.Request.Context())
	if err != nil {
		return err
	}
	var page templates.AdminKeys
	for _, k := range all {
		page.Keys = append(page.Keys, templates.KeyRow{ID: k.ID, Kind: k.Kind, Name: k.Name, BaseURL: k.BaseURL, State: keyState(k), Direct: k.Direct})
	}
	return d.Edge.Show(c, http.StatusOK, page)
}

func keyState(k federation.LoginKey) templates.Chip {
	if k.Kind == federation.KindPeer {
		switch k.Join.Status {
		case federation.Active:
		case federation.Refused, federation.Suspended:
			return templates.Chip{Tone: "danger", Text: "Refused"}
		case federation.NoAnswer, federation.Unsupported:
			return templates.Chip{Tone: "danger", Text: "Failing"}
		default:
			return templates.Chip{Tone: "warn", Text: "Waiting"}
		}
	}
	if k.Enabled {
		return templates.Chip{Tone: "ok", Text: "Enabled"}
	}
	return templates.Chip{Text: "Off"}
}

// NewLoginKey is GET /admin/keys/new.
func (d *Door) NewLoginKey(c *gin.Context) error {
	return d.Edge.Show(c, http.StatusOK, templates.AdminKeyNew{Kind: c.Query("kind")})
}

// AddLoginKey is POST /admin/keys. Another hub is asked at once to let us in,
// and is offered to people from then on; anything else needs credentials
// first, and stays off.
func (d *Door) AddLoginKey(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	peer := form["kind"] == federation.KindPeer
	key, err := d.Upstreams.Add(c.Request.Context(), federation.LoginKey{Kind: form["kind"], Name: d.keyName(c, form), BaseURL: form["base_url"], Enabled: peer}, "")
	if wrong, ok := mistakes(err, keyFields); ok {
		return d.Edge.Show(c, unprocessable, templates.AdminKeyNew{Kind: form["kind"], Name: form["name"], BaseURL: form["base_url"], Invite: form["invite"], Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	d.record(c, audit.Event{Kind: audit.KeyAdded, LoginKey: key.ID, Target: key.BaseURL})
	if peer {
		if _, err := d.Upstreams.Join(c.Request.Context(), key.ID, form["invite"]); err != nil {
			return err
		}
	}
	return web.SeeOther(c, "/admin/keys/"+key.ID+"?done=added")
}

// keyName is what was typed, else what the upstream calls itself: a Base URL
// is all that an administrator must know.
func (d *Door) keyName(c *gin.Context, form map[string]string) string {
	if name := strings.TrimSpace(form["name"]); name != "" {
		return name
	}
	card, err := d.Upstreams.Describe(c.Request.Context(), federation.LoginKey{Kind: form["kind"], BaseURL: form["base_url"], Name: "upstream", ID: "upstream"})
	if err == nil && card.Name != "" {
		return card.Name
	}
	if u, err := url.Parse(strings.TrimSpace(form["base_url"])); err == nil {
		return u.Host
	}
	return ""
}

// LoginKey is GET /admin/keys/{id}. Looking at a peer that has not let us in
// yet asks it again.
func (d *Door) LoginKey(c *gin.Context) error {
	key, err := d.Upstreams.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	if key.Kind == federation.KindPeer && key.Join.Status == federation.Requested {
		if key, err = d.join(c.Request.Context(), key.ID, ""); err != nil {
			return err
		}
	}
	return d.showKey(c, http.StatusOK, key, keyForm(key), nil)
}

// formOnKey is a form about the login key that the address names.
func (d *Door) formOnKey(c *gin.Context) (map[string]string, federation.LoginKey, error) {
	form, err := web.Form(c)
	if err != nil {
		return nil, federation.LoginKey{}, err
	}
	key, err := d.Upstreams.Get(c.Request.Context(), c.Param("id"))
	return form, key, err
}

func (d *Door) join(ctx context.Context, id, invite string) (federation.LoginKey, error) {
	if _, err := d.Upstreams.Join(ctx, id, invite); err != nil {
		return federation.LoginKey{}, err
	}
	return d.Upstreams.Get(ctx, id)
}

func (d *Door) showKey(c *gin.Context, status int, k federation.LoginKey, form templates.KeyForm, wrong []templates.Mistake) error {
	page := templates.AdminKey{
		ID: k.ID, Kind: k.Kind, Name: k.Name, State: keyState(k), Callback: d.Callback(k.ID),
		Form: form, Mistakes: wrong, Issuer: k.Issuer,
		Join: templates.Join{Status: string(k.Join.Status), Message: k.Join.Message, Checked: k.Join.Checked},
	}
	if k.Kind == federation.KindPeer {
		page.ClientID = d.ClientMetadata(k.ID)
		var err error
		if page.Fingerprints, err = d.Signing.Fingerprints(c.Request.Context()); err != nil {
			return err
		}
	}
	return d.Edge.Show(c, status, page)
}

func keyForm(k federation.LoginKey) templates.KeyForm {
	return templates.KeyForm{
		Name: k.Name, BaseURL: k.BaseURL, ClientID: k.ClientID, HasSecret: k.Secret != "",
		Scopes: strings.Join(k.Scopes, " "), SignUps: k.SignUps, Linking: k.Linking,
		TrustEmail: k.TrustEmail, AuthoritativeDomains: strings.Join(k.AuthoritativeDomains, "\n"),
		Direct: k.Direct, Enabled: k.Enabled, Position: k.Position,
	}
}

// SaveLoginKey is POST /admin/keys/{id}.
func (d *Door) SaveLoginKey(c *gin.Context) error {
	form, key, err := d.formOnKey(c)
	if err != nil {
		return err
	}
	position, perr := strconv.Atoi(form["position"])
	typed := templates.KeyForm{
		Name: form["name"], BaseURL: form["base_url"], ClientID: form["client_id"], HasSecret: key.Secret != "",
		Scopes: form["scopes"], SignUps: form["sign_ups"], Linking: form["linking"],
		TrustEmail: form["trust_email"] != "", AuthoritativeDomains: form["authoritative_domains"], Direct: form["direct"] != "", Enabled: form["enabled"] != "", Position: position,
	}
	if perr != nil && form["position"] != "" {
		return d.showKey(c, unprocessable, key, typed, []templates.Mistake{{Field: "position", Text: "Enter a whole number; smaller comes first."}})
	}
	err = d.Upstreams.Update(c.Request.Context(), key.ID, form["client_secret"], func(k *federation.LoginKey) error {
		k.Name, k.BaseURL = typed.Name, typed.BaseURL
		if k.Kind != federation.KindPeer {
			k.ClientID = typed.ClientID
		}
		k.Scopes, k.TrustEmail = words(typed.Scopes), typed.TrustEmail
		k.SignUps, k.Linking, k.AuthoritativeDomains = typed.SignUps, typed.Linking, words(typed.AuthoritativeDomains)
		k.Direct, k.Enabled, k.Position = typed.Direct, typed.Enabled, typed.Position
		return nil
	})
	if wrong, ok := mistakes(err, keyFields); ok {
		return d.showKey(c, unprocessable, key, typed, wrong)
	}
	if err != nil {
		return err
	}
	d.record(c, audit.Event{Kind: audit.KeyChanged, LoginKey: key.ID})
	return web.SeeOther(c, "/admin/keys/"+key.ID+"?done=saved")
}

// AskAgain is POST /admin/keys/{id}/join: the primary is asked (again) to let
// us in, with an invite code if there is one.
func (d *Door) AskAgain(c *gin.Context) error {
	form, key, err := d.formOnKey(c)
	if err != nil {
		return err
	}
	if key.Kind != federation.KindPeer {
		return web.NotFound(nil)
	}
	if key, err = d.join(c.Request.Context(), key.ID, form["invite"]); err != nil {
		return err
	}
	d.record(c, audit.Event{Kind: audit.KeyChanged, LoginKey: key.ID, Detail: map[string]string{"join": string(key.Join.Status)}})
	return web.SeeOther(c, "/admin/keys/"+key.ID+"?done=asked")
}

// AskRemoveLoginKey is GET /admin/keys/{id}/delete.
func (d *Door) AskRemoveLoginKey(c *gin.Context) error {
	key, err := d.Upstreams.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return d.Edge.Show(c, http.StatusOK, confirmKey(key, nil))
}

func confirmKey(k federation.LoginKey, wrong []templates.Mistake) templates.ConfirmDelete {
	return templates.ConfirmDelete{
		Kind: "login key", Name: k.Name, Typed: true, Mistakes: wrong,
		Text:   "People will no longer be able to sign in with it. Their accounts here stay; those who have no password here can't sign in any more.",
		Action: "/admin/keys/" + k.ID + "/delete", Cancel: "/admin/keys/" + k.ID,
	}
}

// RemoveLoginKey is POST /admin/keys/{id}/delete.
func (d *Door) RemoveLoginKey(c *gin.Context) error {
	form, key, err := d.formOnKey(c)
	if err != nil {
		return err
	}
	if strings.TrimSpace(form["confirm"]) != key.Name {
		return d.Edge.Show(c, unprocessable, confirmKey(key, []templates.Mistake{{Field: "confirm", Text: "Type the name exactly as it is written. Nothing was deleted."}}))
	}
	if err := d.Upstreams.Delete(c.Request.Context(), key.ID); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	d.record(c, audit.Event{Kind: audit.KeyRemoved, LoginKey: key.ID})
	return web.SeeOther(c, "/admin/keys?done=removed")
}
