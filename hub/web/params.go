package web

import (
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/oauth"
)

// maxBody bounds every request body, in bytes. Nothing the hub reads is larger.
const maxBody = 64 << 10

// Query returns the parameters of the query string. Gin's own readers take
// the first of a repeated parameter without a word, and net/http's mix query
// and body; a protocol endpoint can afford neither.
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
		e := oauth.InvalidRequest("send the parameters as application/x-www-form-urlencoded")
		e.Status = http.StatusUnsupportedMediaType
		return nil, e
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxBody))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			e := oauth.InvalidRequest("the request is too large")
			e.Status = http.StatusRequestEntityTooLarge
			return nil, e
		}
		return nil, oauth.InvalidRequest("the request body could not be read").Because(err)
	}
	params, err := oauth.ParseParams(string(body))
	if err == nil {
		c.Set(formKey, params)
	}
	return params, err
}

// formKey remembers the parsed body: a guard and the handler both read it.
const formKey = "fedhub/form"
