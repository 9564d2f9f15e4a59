package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/templates/locales"
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
	// BindOthers are the values that Bind has in this browser for others than the
	// signed-in user.
	BindOthers func(*http.Request) ([]Binding, error)
}

// A Binding is a value of Bind.
type Binding struct {
	Bound   string
	Account locales.Text // whose forms are bound to it; empty: of nobody who is signed in
	Own     bool         // those of the signed-in user, as earlier versions of the hub made them
}

// Token returns the value that a form must send as csrf.
func (f Forms) Token(w http.ResponseWriter, r *http.Request) (string, error) {
	bound, err := f.Bind(w, r)
	if err != nil {
		return "", err
	}
	return f.token(bound), nil
}

func (f Forms) token(bound string) string {
	mac := hmac.New(sha256.New, f.Key)
	mac.Write([]byte(bound))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// other returns the binding for which a form's token is right, if it is none of the
// signed-in user.
func (f Forms) other(r *http.Request, token string) (Binding, bool, error) {
	if f.BindOthers == nil {
		return Binding{}, false, nil
	}
	all, err := f.BindOthers(r)
	i := slices.IndexFunc(all, func(b Binding) bool { return hmac.Equal([]byte(token), []byte(f.token(b.Bound))) })
	if err != nil || i < 0 {
		return Binding{}, false, err
	}
	return all[i], true, nil
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
func (e *Responder) Check(h HandlerFunc) HandlerFunc { return e.check(h, false) }

// CheckBrowser is Check for forms that act for no session, as those of the sign-in:
// the user may have signed in since, in another tab.
func (e *Responder) CheckBrowser(h HandlerFunc) HandlerFunc { return e.check(h, true) }

func (e *Responder) check(h HandlerFunc, anySession bool) HandlerFunc {
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
		if hmac.Equal([]byte(params["csrf"]), []byte(want)) {
			return h(c)
		}
		other, found, err := e.Forms.other(c.Request, params["csrf"])
		switch {
		case err != nil:
			return err
		case found && (anySession || other.Own):
			return h(c)
		case found && !other.Account.IsZero():
			return OtherAccount(other.Account, e.again(c, params))
		}
		return ExpiredForm(e.again(c, params))
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
