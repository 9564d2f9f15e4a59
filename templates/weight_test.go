package templates

import (
	"bytes"
	"compress/gzip"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/static"
	"github.com/fedhub/fedhub/templates/locales"
)

var here = os.DirFS(".")

// TestTheSignInPageIsLight counts every byte that a first visit loads: the
// page and all that it names. Only its own language is in it, and the names of
// the others in the menu.
func TestTheSignInPageIsLight(t *testing.T) {
	for _, l := range locales.Offered() {
		t.Run(l.Tag.String(), func(t *testing.T) { lightSignIn(t, l.Words()) })
	}
}

func lightSignIn(t *testing.T, words *locales.Words) {
	t.Helper()
	const limit, wire, requests = 28 << 10, 10 << 10, 5 // Hindi takes three bytes a letter
	page := SignIn{
		Flow: strings.Repeat("f", 86), Password: true, Client: Client{Name: "Payroll"},
		Passkey:   Ceremony{Options: strings.Repeat("o", 200), State: strings.Repeat("s", 400)},
		Upstreams: []Upstream{{Key: "google", Name: "Google", Icon: "openid"}, {Key: "hq", Name: "Headquarters", Icon: "peer"}},
	}
	menu := Languages{To: "/signin?flow=" + strings.Repeat("f", 26)}
	for _, l := range locales.Offered() {
		menu.All = append(menu.All, Language{Tag: l.Tag.String(), Name: l.Name, Current: l.Tag.String() == words.Lang()})
	}
	text, tree := render(t, Frame{Words: words, Hub: "Example ID", CSRF: strings.Repeat("c", 43), Languages: menu}, page)
	check(t, text, tree)

	paths := map[string]bool{}
	for node := range elements(tree) {
		for _, a := range node.Attr {
			if strings.HasPrefix(a.Val, "/static/") {
				address, _, _ := strings.Cut(a.Val, "#")
				paths[address] = true
			}
		}
	}
	plain, zipped := len(text), gzipped(t, []byte(text))
	for address := range paths {
		content := fetch(t, address)
		plain += len(content)
		zipped += gzipped(t, content)
	}
	t.Logf("sign-in page: %d bytes in %d requests, %d compressed (HTML %d)", plain, len(paths)+1, zipped, len(text))
	if plain > limit {
		t.Errorf("got %d bytes, want at most %d", plain, limit)
	}
	if zipped > wire {
		t.Errorf("got %d compressed bytes, want at most %d", zipped, wire)
	}
	if got := len(paths) + 1; got > requests {
		t.Errorf("got %d requests, want at most %d", got, requests)
	}
}

// TestEveryAssetOfEveryPageExists finds names that static does not know.
func TestEveryAssetOfEveryPageExists(t *testing.T) {
	sprite := string(fetch(t, static.URL("icons.svg")))
	for _, page := range everyFullPage(t) {
		_, tree := render(t, Frame{Path: "/admin/clients"}, page)
		for node := range elements(tree) {
			for _, a := range node.Attr {
				if !strings.HasPrefix(a.Val, "/static/") {
					continue
				}
				address, symbol, _ := strings.Cut(a.Val, "#")
				fetch(t, address)
				if symbol != "" && !strings.Contains(symbol, "script") && !strings.Contains(sprite, `id="`+symbol+`"`) {
					t.Errorf("%T: there is no drawing %q", page, symbol)
				}
			}
		}
	}
}

func fetch(t *testing.T, address string) []byte {
	t.Helper()
	recorder := httptest.NewRecorder()
	static.Handler().ServeHTTP(recorder, httptest.NewRequest("GET", address, nil))
	if got, want := recorder.Code, 200; got != want {
		t.Fatalf("%s: got status %d, want %d", address, got, want)
	}
	return recorder.Body.Bytes()
}

func assetText(t *testing.T, name string) string {
	t.Helper()
	return string(fetch(t, static.URL(name)))
}

func gzipped(t *testing.T, content []byte) int {
	t.Helper()
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	if _, err := writer.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}
