package authorize

import (
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/web"
)

// deliver sends the response, success or error, to the client's redirect URI in
// the response mode of the request. The redirect URI was already compared with
// the registered ones.
func (d *Handler) deliver(c *gin.Context, client clients.Client, r authrequest.Request, answer url.Values) error {
	answer, err := d.complete(c, client, r, answer)
	if err != nil {
		return err
	}
	if r.Mode.Base() == oauth.FormPost {
		return d.Responder.RedirectByFormPost(c, r.RedirectURI, shown(client), answer)
	}
	return d.Responder.Redirect(c, withAnswer(r.RedirectURI, r.Mode.Base(), answer), shown(client))
}

// deliverAsking shows the error on a page, and delivers it if the user confirms.
func (d *Handler) deliverAsking(c *gin.Context, client clients.Client, r authrequest.Request, answer url.Values) error {
	why := web.Refusal{Code: answer.Get("error"), Description: answer.Get("error_description")}
	answer, err := d.complete(c, client, r, answer)
	if err != nil {
		return err
	}
	if r.Mode.Base() == oauth.FormPost {
		return d.Responder.ConfirmFormPost(c, r.RedirectURI, shown(client), answer, why)
	}
	return d.Responder.ConfirmRedirect(c, withAnswer(r.RedirectURI, r.Mode.Base(), answer), shown(client), why)
}

// complete adds the parameters of every response, in the form that the mode needs.
func (d *Handler) complete(c *gin.Context, client clients.Client, r authrequest.Request, answer url.Values) (url.Values, error) {
	if r.State != "" {
		answer.Set("state", r.State)
	}
	answer.Set("iss", d.Issuer) // RFC 9207 §2: in every response
	if ref := reference(c, client, answer); ref != "" {
		answer.Set("trace", ref)
	}
	if r.Mode.Signed() {
		token, err := d.Tokens.Response(c.Request.Context(), client, answer)
		if err != nil {
			return nil, err
		}
		answer = url.Values{"response": {token}} // JARM §2.3
	}
	return answer, nil
}

// withAnswer appends the response to the redirect URI. An existing query is kept
// (RFC 6749 §4.1.2).
func withAnswer(address string, mode oauth.Mode, answer url.Values) string {
	sep := "?"
	switch {
	case mode == oauth.Fragment:
		sep = "#" // RFC 6749 §4.2.2
	case strings.HasSuffix(address, "?"):
		sep = ""
	case strings.Contains(address, "?"):
		sep = "&"
	}
	return address + sep + answer.Encode()
}

// shown is the client as pages show it before a redirect to it.
func shown(c clients.Client) string { return web.Shown(c).Shown() }
