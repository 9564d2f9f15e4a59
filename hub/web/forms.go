package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/oauth"
)

// Forms protects forms against other sites in two ways: the browser reports the
// origin of a request (Sec-Fetch-Site, Origin), and every form carries a token
// that only a page in the same browser and session can have. The token is always
// required; it decides alone where the browser reports no origin.
type Forms struct {
	Key []byte
	// Bind names the browser and the session, and sets a cookie if needed. An
	// error means that the session could not be read.
	Bind func(http.ResponseWriter, *http.Request) (string, error)
}

// Token returns the value that a form must send as csrf.
func (f Forms) Token(w http.ResponseWriter, r *http.Request) (string, error) {
	bound, err := f.Bind(w, r)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, f.Key)
	mac.Write([]byte(bound))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

// fromOurPage refuses a request that the browser reports as sent by another site's
// page. Sec-Fetch-Site decides where it is present. Older browsers send none. They
// send Origin null from our own pages, because the Referrer-Policy hides their URL
// (Fetch §4.6). A null Origin proves nothing, so the form's token decides alone. The
// hub compares with its public URL, never with the Host header of the request.
func (e *Responder) fromOurPage(r *http.Request) error {
	if sites := r.Header.Values("Sec-Fetch-Site"); len(sites) > 0 {
		if len(sites) == 1 && (sites[0] == "same-origin" || sites[0] == "none") {
			return nil
		}
		return errors.New("the browser says that the form is another site's")
	}
	for _, origin := range r.Header.Values("Origin") {
		if origin != e.Issuer && origin != "null" && origin != "" {
			return errors.New("the form comes from another origin")
		}
	}
	return nil
}

// Check calls a form's handler only if the form came from a page of this hub in
// this browser and session.
func (e *Responder) Check(h HandlerFunc) HandlerFunc {
	return func(c *gin.Context) error {
		if err := e.fromOurPage(c.Request); err != nil {
			p := ExpiredForm(e.again(c, nil))
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
			return ExpiredForm(e.again(c, params))
		}
		return h(c)
	}
}

// again is the URL at which the form's page can be opened: the flow of the form,
// else the nearest page above the form's URL.
func (e *Responder) again(c *gin.Context, form oauth.Params) string {
	if flow := form["flow"]; flow != "" && alphanumericOnly(flow) {
		return "/oauth2/authorize?flow=" + flow
	}
	at, route := LocalPath(c.Request.URL.EscapedPath(), "/"), c.FullPath()
	for at != "/" && !e.Opens[route] {
		at, route = path.Dir(at), path.Dir(route)
	}
	// Forms and URLs use the same parameter name for the subject of a page.
	query := url.Values{}
	for _, name := range []string{"stop", "user_code"} {
		if alphanumericOnly(strings.ReplaceAll(form[name], "-", "")) && form[name] != "" {
			query.Set(name, form[name])
		}
	}
	if to := LocalPath(form["to"], ""); to != "" {
		query.Set("to", to)
	}
	if len(query) > 0 {
		at += "?" + query.Encode()
	}
	return at
}

func alphanumericOnly(s string) bool {
	for i := range len(s) {
		if !alphanumeric(s[i]) {
			return false
		}
	}
	return true
}
