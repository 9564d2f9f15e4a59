package hubtest

import (
	"net/url"
	"testing"
)

// Answered continues up to the form that posts the response.
func (p Pair) Answered(t *testing.T, b *Browser, a *App) url.Values {
	t.Helper()
	at := p.Through(b, a, "ada@example.org")
	_, fields, found := Form(at.Body, p.Secondary.URL+"/signin/from/apple")
	if !found || fields.Get("code") == "" {
		t.Fatalf("the upstream posted nothing: %d %s", at.Status, at.Body)
	}
	return fields
}
