package sampleapp

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"net"
	"net/http"
	"slices"
	"time"

	"golang.org/x/oauth2"
)

//go:embed pages
var files embed.FS

// parsed is every page inside the frame. A page that does not parse is a mistake
// in the program, so it panics.
func parsed() map[string]*template.Template {
	frame := template.Must(template.New("frame.html").Funcs(template.FuncMap{"clock": clock}).ParseFS(files, "pages/frame.html"))
	pages := map[string]*template.Template{}
	for _, name := range []string{"home", "person", "signedout", "problem"} {
		pages[name] = template.Must(template.Must(frame.Clone()).ParseFS(files, "pages/"+name+".html"))
	}
	return pages
}

// A view is the data of a page.
type view struct {
	Title    string
	Hub      string
	Issuer   string
	ClientID string
	SignOuts []Link
	HubToo   bool // the hub's session has ended too

	// Who is signed in; empty on other pages.
	Name, Email, SID string
	Verified         bool
	Since, Asked     time.Time // of the sign-in; of the last call to the hub
	Refresh          bool
	Claims           []claim

	Problem problem
}

// A claim is one claim with its source.
type claim struct{ Name, Value, From string }

// A problem is an error page.
type problem struct {
	Status  int
	Heading string
	Text    string
	Code    string // of the protocol, for developers; may be empty
	Again   bool   // trying again may help
}

var (
	hubAway   = problem{Status: http.StatusBadGateway, Heading: "The hub didn't answer.", Text: "It may be starting, or the network may be down. Nothing was changed. Try again in a moment.", Again: true}
	tooMany   = problem{Status: http.StatusServiceUnavailable, Heading: "Too many users are signing in right now.", Text: "Try again in a moment.", Again: true}
	outOfDate = problem{Status: http.StatusBadRequest, Heading: "This sign-in expired.", Text: "It took too long, was started in another browser, or was completed already. Start again.", Again: true}
	untrusted = problem{Status: http.StatusBadGateway, Heading: "The hub's response is not valid.", Text: "The app could not verify it, so you are not signed in. Try again; if it happens again, tell the administrator of the app.", Again: true}
	expired   = problem{Status: http.StatusUnauthorized, Heading: "The hub has ended this session.", Text: "You are signed out of this app too. Sign in again to continue.", Again: true}
)

// refusal explains an error response (RFC 6749 §4.1.2.1). Only known error codes
// are shown, because the code comes from outside.
func refusal(code string) problem {
	known := []string{"invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope",
		"server_error", "temporarily_unavailable", "login_required", "consent_required", "interaction_required"}
	switch {
	case code == "access_denied":
		return problem{Status: http.StatusForbidden, Heading: "Sign-in cancelled", Text: "The app received no data about you. If you did not cancel, your account is not allowed to use this app; ask the administrator of the hub.", Code: code, Again: true}
	case slices.Contains(known, code):
		return problem{Status: http.StatusBadGateway, Heading: "The hub couldn't sign you in.", Text: "The app or the hub is not set up correctly, or the hub is busy. Try again; if it happens again, tell the administrator of the app.", Code: code, Again: true}
	}
	return problem{Status: http.StatusBadGateway, Heading: "The hub couldn't sign you in.", Text: "It sent an error that the app does not know. Try again; if it happens again, tell the administrator of the app.", Again: true}
}

// trouble finds the page for an error of a call to the hub.
func trouble(err error) problem {
	var network net.Error
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused) && refused.ErrorCode == "invalid_grant":
		return expired
	case errors.As(err, &network):
		return hubAway
	}
	return untrusted
}

func (a *App) home(w http.ResponseWriter, r *http.Request) {
	v := view{Title: "Sample app"}
	who, ok := a.visitors.person(r)
	if !ok {
		a.show(w, http.StatusOK, "home", v)
		return
	}
	v.Title, v.Name, v.Email = who.Shown(), who.Shown(), who.claim("email")
	v.Verified, _ = who.userinfo["email_verified"].(bool)
	v.SID, v.Since, v.Asked, v.Claims = who.sid, who.since, who.asked, who.claims()
	v.Refresh = who.token.RefreshToken != ""
	a.show(w, http.StatusOK, "person", v)
}

func (a *App) signedOut(w http.ResponseWriter, r *http.Request) {
	a.show(w, http.StatusOK, "signedout", view{Title: "Signed out", HubToo: r.URL.Query().Get("state") == hubToo})
}

func (a *App) lost(w http.ResponseWriter, r *http.Request) {
	a.fail(w, r, problem{Status: http.StatusNotFound, Heading: "Page not found", Text: "The link may be wrong. Go back to the start page."}, nil)
}

func (a *App) foreign(w http.ResponseWriter, r *http.Request) {
	a.fail(w, r, problem{Status: http.StatusForbidden, Heading: "This request came from another site.", Text: "Nothing was changed. Use the buttons on the pages of this app."}, errors.New("a cross-origin request"))
}

// fail shows an error page and logs the error, without the query: it may contain
// a code.
func (a *App) fail(w http.ResponseWriter, r *http.Request, p problem, err error) {
	if err != nil {
		a.config.Log.Info("a request could not be served", "path", r.URL.Path, "problem", p.Heading, "error", plain(err))
	}
	a.show(w, p.Status, "problem", view{Title: p.Heading, Problem: p})
}

// plain is an error without the response body, which x/oauth2 includes.
func plain(err error) string {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return "the hub answered " + refused.Response.Status + " " + refused.ErrorCode
	}
	return err.Error()
}

func (a *App) show(w http.ResponseWriter, status int, page string, v view) {
	v.Hub, v.Issuer, v.ClientID, v.SignOuts = a.config.Hub, a.config.Issuer, a.config.ClientID, a.config.SignOuts
	var body bytes.Buffer
	if err := a.pages[page].Execute(&body, v); err != nil {
		a.config.Log.Error("a page failed", "page", page, "error", err)
		http.Error(w, "The sample app has an internal error. Try again.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(body.Bytes()) //nolint:errcheck // the browser went away
}

func style(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "max-age=60")
	http.ServeFileFS(w, r, files, "pages/style.css")
}

func clock(t time.Time) string { return t.Format("15:04:05") }

// inWords shows a claim: times as times, other values as JSON.
func inWords(name string, value any) string {
	if seconds, ok := value.(float64); ok && slices.Contains([]string{"iat", "exp", "auth_time", "updated_at"}, name) {
		return time.Unix(int64(seconds), 0).Format("2006-01-02 15:04:05 MST")
	}
	if s, ok := value.(string); ok {
		return s
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return "?"
	}
	return string(encoded)
}
