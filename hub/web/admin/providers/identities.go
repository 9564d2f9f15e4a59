package providers

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Identities is GET /admin/providers/{id}/identities: the open decisions about
// users of a former issuer of the key, and the moves that can be undone.
func (d *Handler) Identities(c *gin.Context) error {
	key, err := d.Upstreams.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return d.showIdentities(c, http.StatusOK, key, nil, nil)
}

func (d *Handler) showIdentities(c *gin.Context, status int, k federation.LoginKey, form map[string]string, wrong []templates.Mistake) error {
	page := templates.AdminKeyIdentities{ID: k.ID, Name: k.Name, Moves: undoable(k, d.Now()), Mistakes: wrong}
	must, err := d.Keys.Undecided(c.Request.Context(), k.ID)
	if err != nil {
		return err
	}
	page.Deciding = deciding(must, form)
	return d.Responder.Show(c, status, page)
}

// DecideIdentities is POST /admin/providers/{id}/identities.
func (d *Handler) DecideIdentities(c *gin.Context) error {
	form, key, err := d.formOnKey(c)
	if err != nil {
		return err
	}
	if batch := form["undo"]; batch != "" {
		_, err = d.Keys.UndoMove(c.Request.Context(), d.Actor(c), key.ID, batch)
		if errors.Is(err, linking.ErrUndone) {
			return &web.ErrorPage{Status: http.StatusGone, Heading: locales.Say("identities.that-is-undone-already"), Text: locales.Say("identities.nothing-was-changed"), Action: templates.Action{Label: locales.Stored(key.Name), URL: "/admin/providers/" + key.ID}}
		}
		if err != nil {
			return err
		}
		return web.SeeOther(c, "/admin/providers/"+key.ID+"/identities?done=unmoved")
	}
	_, err = d.Keys.DecideIdentities(c.Request.Context(), d.Actor(c), key.ID, choice(form))
	if must := new(loginkeys.MustDecide); errors.As(err, &must) {
		return d.showIdentities(c, admin.Unprocessable, key, form, []templates.Mistake{unchosen()})
	}
	if wrong, ok := web.Mistakes(err, keyFields); ok {
		return d.showIdentities(c, admin.Unprocessable, key, form, wrong)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/providers/"+key.ID+"?done=decided")
}

func unchosen() templates.Mistake {
	return templates.Mistake{Field: "identities", Text: locales.Say("identities.choose-whether-these-people-are")}
}

// choice is the choice for the identities of a former issuer.
func choice(form map[string]string) loginkeys.IdentityChoice {
	return loginkeys.IdentityChoice{Move: form["identities"] == "move", Leave: form["identities"] == "leave", Address: form["identities_address"]}
}

// deciding is the open decision as pages show it, with the current choice.
func deciding(m *loginkeys.MustDecide, form map[string]string) *templates.Deciding {
	if m == nil {
		return nil
	}
	return &templates.Deciding{Former: m.Former, To: m.To, Address: m.Address, Identities: m.Identities, Privileged: m.Privileged, Same: m.Same, Unfinished: m.Unfinished,
		Chosen: form["identities"], Typed: form["identities_address"]}
}

// undoable are the moves that can still be undone, including those that failed
// half-way, whatever was decided about the other identities.
func undoable(k federation.LoginKey, now time.Time) []templates.IssuerMove {
	var out []templates.IssuerMove
	for _, f := range k.Former {
		if f.Batch != "" && now.Sub(f.At) < linking.UndoLife {
			out = append(out, templates.IssuerMove{Batch: f.Batch, From: f.Issuer, Until: f.At.Add(linking.UndoLife)})
		}
	}
	return out
}

// unsettled reports whether an administrator must look at the key's identities.
func unsettled(k federation.LoginKey, now time.Time) bool {
	open := slices.ContainsFunc(k.Former, func(f federation.FormerIssuer) bool { return f.Decided == "" })
	return open || k.HalfMoved() || len(undoable(k, now)) > 0
}
