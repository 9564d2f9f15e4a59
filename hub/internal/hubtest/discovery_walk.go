package hubtest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients/clientauth"
)

// Advertised is every value of a member.
func Advertised(member any) []string {
	switch v := member.(type) {
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, Advertised(item)...)
		}
		return all
	case map[string]any:
		return slices.Sorted(maps.Keys(v))
	}
	return []string{fmt.Sprint(member)}
}

// As is the same exam with another response type and mode.
func (e *Exam) As(response, mode string) *Exam {
	other := *e
	other.Response, other.Mode = response, mode
	return &other
}

// SignInPage is the first page of a sign-in.
func (e *Exam) SignInPage() Page {
	e.Helper()
	return e.Browser().Open(e.Site.At(e.T, "authorization_endpoint") + "?" + e.Client().Request().Encode())
}

func (p *Party) Active(token string) bool {
	p.E.Helper()
	active, _ := p.Call("introspection_endpoint", "token", token).JSON["active"].(bool)
	return active
}

// Push pushes the request (RFC 9126) and returns the parameters for the browser.
func (p *Party) Push(request url.Values) url.Values {
	p.E.Helper()
	var pairs []string
	for name := range request {
		if name != "client_id" || p.Auth == clientauth.MethodNone {
			pairs = append(pairs, name, request.Get(name))
		}
	}
	r := p.Call("pushed_authorization_request_endpoint", pairs...)
	if r.Status != http.StatusCreated {
		p.E.Fatalf("push: got %d %s", r.Status, r.Body)
	}
	return url.Values{"client_id": {p.ID}, "request_uri": {r.Str("request_uri")}}
}

// InMode completes a login of the exam's response type and mode.
func (e *Exam) InMode() {
	e.Helper()
	p := e.Client()
	request := p.Request()
	if noOpenID(e.Response) {
		request.Del("nonce")
		request.Set("scope", "profile")
	}
	a := e.Browser().Visit(request)
	if strings.HasSuffix(e.Mode, "jwt") {
		a = p.unwrap(a, "RS256")
	}
	p.Complete(a, request)
}

// noOpenID reports whether a response type returns no ID token.
func noOpenID(response string) bool { return response == "token" || response == "none" }
