package hubtest

import (
	"crypto/rand"
	"net/http"
)

// with registers a client with only this redirect URI.
func (e *Exam) At(query string) *Party {
	e.Helper()
	address := e.Site.Rp.URL + "/callback/" + rand.Text() + query
	p := e.Client("redirect_uris", []string{address})
	p.Redirect = address
	return p
}

// RefusesToRegister checks that a registration is refused.
func (e *Exam) RefusesToRegister(codes []string, pairs ...any) {
	e.Helper()
	p := &Party{E: e, Redirect: e.Site.Rp.URL + "/callback/" + rand.Text(), Auth: e.Auth, Key: AKey[0](), Kid: "rp-key"}
	e.CheckTokenError("registration", e.TryRegister(p.Metadata(pairs)), http.StatusBadRequest, codes...)
}

// Sector registers a pairwise client with a sector document that has these
// addresses.
func (e *Exam) Sector(redirects ...string) []any {
	e.Helper()
	address := e.Site.Rp.PublishJSON(e.T, "/sector/"+rand.Text(), redirects)
	return []any{"subject_type", "pairwise", "sector_identifier_uri", address}
}
