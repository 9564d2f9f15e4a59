package fetch_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/fedhub/fedhub/hub/fetch"
)

func TestTheTokenOfAPostGoesNowhereElse(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer elsewhere.Close()
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); string(body) != `{"a":1}` || r.Header.Get("Authorization") != "Bearer secret" {
			t.Errorf("got %s with %v", body, r.Header)
		}
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	}))
	defer there.Close()
	err := fetch.Poster{Client: there.Client()}.JSON(t.Context(), there.URL, "secret", []byte(`{"a":1}`))
	var no *fetch.Declined
	if !errors.As(err, &no) || no.Code != http.StatusTemporaryRedirect || no.Final() {
		t.Errorf("got %v", err)
	}
}

func TestWhichAnswersToAPostAreAYes(t *testing.T) {
	type answer struct{ yes, final bool }
	for code, want := range map[int]answer{
		200: {yes: true}, 204: {yes: true}, 202: {}, 400: {final: true}, 404: {final: true}, 408: {}, 429: {}, 500: {}, 503: {},
	} {
		there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.FormValue("a") != "b" {
				t.Errorf("got %v", r.Form)
			}
			w.WriteHeader(code)
		}))
		err := fetch.Poster{Client: there.Client()}.Form(t.Context(), there.URL, url.Values{"a": {"b"}})
		var no *fetch.Declined
		if errors.As(err, &no); (err == nil) != want.yes || no != nil && no.Final() != want.final {
			t.Errorf("%d: got %v", code, err)
		}
		there.Close()
	}
}
