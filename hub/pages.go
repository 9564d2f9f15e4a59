package hub

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/readiness"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/language"
	"github.com/fedhub/fedhub/templates"
)

// frame is the layout data around every page. It must not fail, because error
// pages need it too.
func (h *Hub) frame(r *http.Request) templates.Frame {
	f := templates.Frame{Hub: "fedhub"}
	if s, err := h.settings.Current(r.Context()); err == nil {
		f.Hub = s.HubName
	}
	p, err := h.sessions.Current(r)
	f.Words = cmp.Or(h.config.Words, language.Words(r)) // the session knows the user's language
	if err != nil {
		f.Languages = language.Menu(r, f.Words)
		return f
	}
	f.Person = &templates.Person{Name: p.User.Name, Email: p.User.Email, Username: p.User.Username, Admin: p.User.Admin()}
	if waiting, err := h.pending.Waiting(r.Context(), p.User.ID); err == nil {
		f.Approvals = len(waiting)
	}
	if f.Person.Admin {
		f.Waiting, _ = h.hubs.CountPending(r.Context())
	}
	return f
}

// bind is what a form token is bound to: this browser and its session, by the name
// that stays when the same user signs in again.
func (h *Hub) bind(w http.ResponseWriter, r *http.Request) (string, error) {
	b := h.sessions.Browser(w, r)
	p, err := h.sessions.Current(r)
	switch {
	case err == nil:
		b += " " + p.Session.SID
	case !errors.Is(err, sessions.ErrNobody):
		return "", err
	}
	return b, nil
}

// bindOthers are what form tokens of this browser are bound to before its user signs
// in, and for its other accounts.
func (h *Hub) bindOthers(r *http.Request) ([]web.Binding, error) {
	b := h.sessions.BoundToBrowser(r)
	if b == "" {
		return nil, nil
	}
	all := []web.Binding{{Bound: b}}
	if p, err := h.sessions.Current(r); err == nil {
		all = append(all, web.Binding{Bound: b + " " + p.Session.ID, Own: true})
	}
	others, err := h.sessions.Others(r)
	for _, p := range others {
		shown := templates.Person{Name: p.User.Name, Email: p.User.Email, Username: p.User.Username}
		all = append(all, web.Binding{Bound: b + " " + p.Session.SID, Account: shown.Account()})
	}
	return all, err
}

// home is GET /.
func (h *Hub) home(c *gin.Context) error {
	if _, err := h.sessions.Current(c.Request); err == nil {
		return web.SeeOther(c, "/account")
	}
	return web.SeeOther(c, "/signin")
}

// live is GET /livez: the process is running.
func (h *Hub) live(c *gin.Context) error {
	c.JSON(http.StatusOK, gin.H{"status": "ok"})
	return nil
}

// ready is GET /readyz: the hub can work, which needs the database. The answer
// says how long ago the database last took a record and, if the hub is not
// ready, why.
func (h *Hub) ready(c *gin.Context) error {
	state := h.readiness.State(c.Request.Context())
	if h.leaving.Load() {
		state.Reason = readiness.Leaving
	}
	said := gin.H{"status": "ok", "write_age_seconds": int(state.Age.Seconds())}
	if state.Reason != "" {
		said["status"], said["reason"] = "not ready", state.Reason
		c.JSON(http.StatusServiceUnavailable, said)
		return nil
	}
	c.JSON(http.StatusOK, said)
	return nil
}
