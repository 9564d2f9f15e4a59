package hubtest

import (
	"net/url"
	"strings"
)

// Arrived reads a response in any response mode, and returns the mode.
func (b *Browser) Arrived(p Page) (url.Values, string) {
	b.W.Helper()
	if to, fields, ok := Form(p.Body, Callback); ok {
		Want(b.W, "the form leads to", to, Callback)
		return fields, "form_post"
	}
	u, err := url.Parse(p.Location)
	if err != nil || !strings.HasPrefix(p.Location, Callback) {
		b.W.Fatalf("got %d, location %q, want an answer to the app:\n%s", p.Status, p.Location, p.Body)
	}
	if u.Fragment == "" {
		return u.Query(), "query"
	}
	if u.RawQuery != "" {
		b.W.Errorf("the answer is in two places: %s", p.Location)
	}
	v, err := url.ParseQuery(u.EscapedFragment())
	if err != nil {
		b.W.Fatal(err)
	}
	return v, "fragment"
}
