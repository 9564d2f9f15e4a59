package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"

	"github.com/gin-gonic/gin"
)

// Forms guards forms against other sites, twice over: the browser says where a
// request comes from (Sec-Fetch-Site, Origin), and every form carries a token
// that only a page shown in the same browser and session can know. The token
// is needed because a request without either header passes the first check.
type Forms struct {
	Key []byte
	// Bind names the browser and the session, setting a cookie if need be. An
	// error means that nobody knows which session it is.
	Bind func(http.ResponseWriter, *http.Request) (string, error)
}

// Token returns what a form must send back as csrf.
func (f Forms) Token(w http.ResponseWriter, r *http.Request) (string, error) {
	bound, err := f.Bind(w, r)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, f.Key)
	mac.Write([]byte(bound))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

var crossOrigin = http.NewCrossOriginProtection()

// Check lets a form's handler run only if the form came from a page of ours in
// this browser and session.
func (e *Responder) Check(h HandlerFunc) HandlerFunc {
	return func(c *gin.Context) error {
		if err := crossOrigin.Check(c.Request); err != nil {
			p := ExpiredForm("")
			p.Cause = err
			return p
		}
		params, err := Form(c)
		if err != nil {
			return err
		}
		want, err := e.Forms.Token(c.Writer, c.Request)
		if err != nil {
			return err
		}
		if !hmac.Equal([]byte(params["csrf"]), []byte(want)) {
			return ExpiredForm(e.again(c, params["flow"]))
		}
		return h(c)
	}
}

// again is the page that the form was on, as far as it can be opened by GET.
func (e *Responder) again(c *gin.Context, flow string) string {
	if flow != "" && alphanumericOnly(flow) {
		return "/oauth2/authorize?flow=" + flow
	}
	return LocalPath(c.Request.URL.Path, "/")
}

func alphanumericOnly(s string) bool {
	for i := range len(s) {
		if !alphanumeric(s[i]) {
			return false
		}
	}
	return true
}
