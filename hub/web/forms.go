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

// Forms guards forms against other sites, twice over: the browser says where a
// request comes from (Sec-Fetch-Site, Origin), and every form carries a token
// that only a page shown in the same browser and session can know. The token
// decides where the browser does not say: it is always demanded.
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

// fromOurPage refuses what a browser says comes from another site's page. Where
// there is Sec-Fetch-Site, it decides. Older browsers send none, and the Origin
// null from our own pages, whose Referrer-Policy keeps their address to
// themselves (Fetch §4.6): that says nothing, and the form's token alone
// decides. The hub is known by its public address, never by the Host that the
// request names.
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

// Check lets a form's handler run only if the form came from a page of ours in
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

// again is where the page of a form can be opened: the flow that it is on the
// way of, else the nearest page above the form's address.
func (e *Responder) again(c *gin.Context, form oauth.Params) string {
	if flow := form["flow"]; flow != "" && alphanumericOnly(flow) {
		return "/oauth2/authorize?flow=" + flow
	}
	at, route := LocalPath(c.Request.URL.EscapedPath(), "/"), c.FullPath()
	for at != "/" && !e.Opens[route] {
		at, route = path.Dir(at), path.Dir(route)
	}
	// What a page is about is in its forms by the same name as in its address.
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
