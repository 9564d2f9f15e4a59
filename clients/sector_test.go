package clients

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/fedhub/fedhub/internal/forms"
)

func pairwise(redirects ...string) Client {
	return with(webApp(), func(c *Client) {
		c.SubjectType, c.RedirectURIs, c.DefaultRedirectURI = Pairwise, redirects, redirects[0]
	})
}

func TestTheSectorIsTheHostOfTheRedirectsUnlessADocumentNamesIt(t *testing.T) {
	one := pairwise("https://app.example.com/cb", "https://app.example.com:8443/cb")
	if got := one.Sector(); got != "app.example.com" {
		t.Errorf("one host: got %q", got)
	}
	one.SectorIdentifierURI = "https://sector.example.com/list.json"
	if got := one.Sector(); got != "sector.example.com" {
		t.Errorf("a document: got %q", got)
	}
	one.SubjectType = Public
	if got := one.Sector(); got != "" {
		t.Errorf("public subjects: got %q", got)
	}
	several := pairwise("https://a.example.com/cb", "https://b.example.com/cb")
	several.Tidy()
	if got := several.Validate(false); len(got) != 1 || got[0].Field != "sector_identifier_uri" {
		t.Errorf("several hosts and no document: got %v", got)
	}
}

func TestASectorsDocumentMustNameEveryRedirect(t *testing.T) {
	listed := []string{"https://a.example.com/cb", "https://b.example.com/cb"}
	status := http.StatusOK
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(listed)
	}))
	defer server.Close()
	w := newWorld(t, func(o *Options) { o.Documents.HTTP = server.Client() })
	app := pairwise(listed...)
	app.SectorIdentifierURI = server.URL
	w.add(app)

	more := func(c *Client) error {
		c.RedirectURIs = append(c.RedirectURIs, "https://c.example.com/cb")
		return nil
	}
	refused := func(what string, err error) {
		t.Helper()
		var problems forms.Problems
		if !errors.As(err, &problems) || problems[0].Field != "sector_identifier_uri" {
			t.Errorf("%s: got %v, want a problem at sector_identifier_uri", what, err)
		}
	}
	refused("a redirect that is not listed", w.Update(t.Context(), "web1", more))
	if got := len(w.lookup("web1").RedirectURIs); got != 2 {
		t.Errorf("it was saved: %d redirects", got)
	}
	status = http.StatusNotFound
	app.ID = "web2"
	_, err := w.Add(t.Context(), app)
	refused("a document that is not there", err)
	if err := w.Update(t.Context(), "web1", func(c *Client) error { c.Name = "Renamed"; return nil }); err != nil {
		t.Errorf("a change that has nothing to do with it: %v", err)
	}
}
