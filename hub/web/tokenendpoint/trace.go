package tokenendpoint

import (
	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/clientrequest"
	"github.com/fedhub/fedhub/internal/texts"
)

// traceCode finds the sign-in of a code that was refused, and adds the reason
// to its trace. Only a caller with the code can cause that.
func (d *Handler) traceCode(c *gin.Context) {
	const traced = "tokenendpoint.traced"
	if c.GetBool(traced) {
		return
	}
	c.Set(traced, true)
	form, err := web.Form(c)
	if err != nil || form["grant_type"] != "authorization_code" || form["code"] == "" {
		return
	}
	f, err := d.Grants.Origin(c.Request.Context(), form["code"])
	if err != nil {
		return
	}
	a := traces.Of(c.Request.Context())
	a.Continue(f.Trace)
	a.About(traces.About{Client: f.ClientID, User: f.UserID})
	a.Began(traces.Token, texts.New("trace.token"),
		traces.Fact{Name: "client_id", Value: clientrequest.Clip(form["client_id"])},
		traces.Fact{Name: "how it proved itself", Value: proofShown(c, form)},
		traces.Fact{Name: "redirect_uri sent", Value: yes(form.Has("redirect_uri"))},
		traces.Fact{Name: "code_verifier sent", Value: yes(form.Has("code_verifier"))})
}

// proofShown names the client authentication method of a request (RFC 6749 §2.3).
func proofShown(c *gin.Context, form map[string]string) string {
	switch {
	case c.GetHeader("Authorization") != "":
		return "the Authorization header"
	case form["client_assertion"] != "":
		return "client_assertion"
	case form["client_secret"] != "":
		return "client_secret in the body"
	case len(web.Certificates(c)) > 0:
		return "a certificate"
	}
	return "not at all"
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
