package e2e_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/templates/locales"
)

// With the pseudo-translated catalogue, every text of a page is in ⟦…⟧ and 40
// percent longer. Text outside of the brackets bypasses the catalogue.
func TestEveryTextIsOfTheCatalogueAndMayBeLonger(t *testing.T) {
	t.Parallel()
	w := newWorldIn(t, "", locales.Pseudo())
	root := person(t, w.secondary.Operator, "Root Example", "root@branch.example", users.AdminRole)

	b := newWindow(t)
	b.open(w.app.URL + "/login")
	b.speaksTheCatalogue("signin")
	b.signIn(w.bo)
	b.speaksTheCatalogue("consent")
	b.click("#allow")
	b.seeAt(w.app.URL+"/", "#email")
	for _, path := range []string{"/account", "/account/connections", "/no/such/page"} {
		b.open(w.secondary.URL + path)
		b.speaksTheCatalogue(path)
	}

	b = newWindow(t)
	b.open(w.secondary.URL + "/signin")
	b.signIn(root)
	for _, path := range []string{"/admin", "/admin/users", "/admin/clients", "/admin/clients/new", "/admin/clients/new?preset=keycloak", "/admin/providers", "/admin/providers/new",
		"/admin/providers/new?preset=keycloak", "/admin/providers/new?preset=oauth2", "/admin/hubs", "/admin/settings",
		"/admin/account-links", "/admin/sign-in-log", "/admin/sign-out-delivery", "/admin/map", "/admin/signing"} {
		b.open(w.secondary.URL + path)
		b.speaksTheCatalogue(path)
	}
	b.open(w.secondary.URL + "/admin/sign-in-log")
	b.press("#traces .name a")
	b.speaksTheCatalogue("trace")
	b.open(w.secondary.URL + "/admin/clients")
	b.press("#clients .name a")
	b.openAllFolds()
	b.speaksTheCatalogue("client")
}

// algorithm is the name of one for signatures or encryption (RFC 7518).
var algorithm = regexp.MustCompile(`^([A-Z]{2}\d{3}|EdDSA|RSA-OAEP(-256)?|ECDH-ES(\+A\d+KW)?|A\d+(GCM|CBC-HS\d+))$`)

// parameter is a member of a request (RFC 6749 §11.2), reference that of a
// sign-in, and thumbprint that of a key (RFC 7638).
var (
	parameter  = regexp.MustCompile(`^(acr|amr|client_id|grant|redirect_uri|response_type|scope)$`)
	reference  = regexp.MustCompile(`^[0-9A-Z]{4}-[0-9A-Z]{4}$`)
	thumbprint = regexp.MustCompile(`^[\w-]{43}$`)
)

// storyData are stored values on the pages: names and addresses.
func storyData(text string) bool {
	text = strings.TrimRight(text, ", ")
	return text == "" || strings.Contains(text, "@") || strings.Contains(text, "://") ||
		slices.Contains([]string{"Bo Brown", "Root Example", "Primary hub", "Secondary hub", "Secondary administrator", "Sample app", "Keycloak"}, text) ||
		algorithm.MatchString(text) || parameter.MatchString(text) || reference.MatchString(text) || thumbprint.MatchString(text)
}

// speaksTheCatalogue finds text outside of ⟦…⟧ on the page and in visible
// attributes. A sentence may span several elements.
func (b *tab) speaksTheCatalogue(name string) {
	b.t.Helper()
	b.see("h1")
	bypass := evaluate[[]string](b, `(() => {
		const found = [], letters = /\p{L}/u
		let depth = 0
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
		while (walk.nextNode()) {
			const node = walk.currentNode
			let outside = ""
			for (const c of node.data) {
				if (c === "⟦") depth++
				else if (c === "⟧") depth--
				else if (!depth) outside += c
			}
			if (letters.test(outside) && !node.parentElement.closest("script, style, code, pre, time, textarea, option[lang], .tile, .letter, .pick b")) found.push(outside.trim())
		}
		for (const e of document.querySelectorAll("body *"))
			for (const a of ["title", "alt", "placeholder", "aria-label", "data-copy"]) {
				const outside = (e.getAttribute(a) ?? "").replace(/⟦.*⟧/s, "")
				if (letters.test(outside)) found.push(outside.trim())
			}
		return found
	})()`)
	for _, text := range bypass {
		if !storyData(text) {
			b.t.Errorf("%s: %q is not of the catalogue", name, text)
		}
	}
	narrowest := light{"narrow-dark", narrow, "dark"}
	b.dress(narrowest)
	b.holdsItsWidth(name, narrowest)
	b.passesAxe(name, narrowest)
	b.dress(light{"wide-light", wide, "light"})
}
