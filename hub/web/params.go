package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/internal/names"
)

// maxBody limits every request body, in bytes. No valid request is larger.
const maxBody = 64 << 10

// Query returns the parameters of the query string. Gin's own readers silently
// take the first of a repeated parameter, and net/http's mix query and body; a
// protocol endpoint must not do either.
func Query(c *gin.Context) (oauth.Params, error) {
	return oauth.ParseParams(c.Request.URL.RawQuery)
}

// Form returns the parameters of a form-encoded body.
func Form(c *gin.Context) (oauth.Params, error) {
	if params, ok := c.Get(formKey); ok {
		return params.(oauth.Params), nil
	}
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		e := oauth.InvalidRequest("oauth.request.type")
		e.Status = http.StatusUnsupportedMediaType
		return nil, e
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxBody))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			e := oauth.InvalidRequest("oauth.request.large")
			e.Status = http.StatusRequestEntityTooLarge
			return nil, e
		}
		return nil, oauth.InvalidRequest("oauth.request.body").Because(err)
	}
	params, err := oauth.ParseParams(string(body))
	if err == nil {
		c.Set(formKey, params)
	}
	return params, err
}

// Secrets are the values of the request that only the browser and the hub may
// know: its cookies, its credentials, and every parameter that could be one.
func Secrets(c *gin.Context) []string {
	var out []string
	for _, cookie := range c.Request.Cookies() {
		if !strings.HasSuffix(cookie.Name, names.ViaCookie) && !strings.HasSuffix(cookie.Name, names.LastCookie) { // they name a provider
			out = append(out, cookie.Value)
		}
	}
	if _, credentials, ok := strings.Cut(c.GetHeader("Authorization"), " "); ok {
		out = append(out, credentials)
	}
	query, _ := Query(c) //nolint:errcheck // what could not be read is not known
	form, _ := c.Get(formKey)
	body, _ := form.(oauth.Params)
	for _, params := range []oauth.Params{query, body} {
		for name, value := range params {
			if !plainParams[name] {
				out = append(out, value)
			}
		}
	}
	return out
}

// plainParams are the parameters with public values.
var plainParams = map[string]bool{
	"client_id": true, "redirect_uri": true, "response_type": true, "response_mode": true, "scope": true, "prompt": true, "max_age": true,
	"acr_values": true, "ui_locales": true, "display": true, "code_challenge_method": true, "grant_type": true, "iss": true, "error": true,
	"error_description": true, "error_uri": true, "via": true, "trace": true, "for_app": true, "resource": true, "flow": true, "to": true, "email": true,
	"decision": true, "client_assertion_type": true, "login_hint": true, "local": true, "switch": true, "done": true, "claims": true,
}

// formKey stores the parsed body: a guard and the handler both read it.
const formKey = "fedhub/form"
