package e2e_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/templates/locales"
)

// narrowDark is the view in which a page overflows first.
var narrowDark = light{"narrow-dark", narrow, "dark"}

// speak chooses a language in the menu of the sign-in page.
func (b *tab) speak(hub, lang string) {
	b.t.Helper()
	b.open(hub + "/signin")
	b.see("#lang")
	evaluate[bool](b, fmt.Sprintf(`!!(document.querySelector("#lang").value = %s)`, quote(lang)))
	b.press("#choose-language")
	want(b.t, "the language", evaluate[string](b, "document.documentElement.lang"), lang)
}

// reads inspects a page in the language that was chosen, at 320 px and with
// letters of twice the size (WCAG 1.4.4).
func (b *tab) reads(lang, name string) {
	b.t.Helper()
	b.see("h1")
	name = lang + " " + name
	want(b.t, name, evaluate[string](b, "document.documentElement.lang"), lang)
	b.inspectIn([]light{narrowDark}, strings.ReplaceAll(name, "/", "-"))
	large := light{"large-letters", wide, "light"}
	b.dress(large)
	evaluate[string](b, `document.documentElement.style.fontSize = "200%"`)
	b.holdsItsWidth(name, large)
	evaluate[string](b, `document.documentElement.style.fontSize = ""`)
}

// German is longer than English, and Arabic runs from right to left.
func TestPagesInOtherLanguages(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"de", "ar"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "")
			b := newWindow(t)
			b.speak(w.secondary.URL, lang)
			b.reads(lang, "the sign-in page")
			b.open(w.app.URL + "/login")
			b.reads(lang, "the sign-in page of an app")
			b.fill("#email", w.bo.Email)
			b.fill("#password", "not the password")
			b.press("#sign-in")
			b.reads(lang, "a wrong password")
			b.signIn(w.bo)
			b.reads(lang, "consent")
			b.click("#allow")
			b.seeAt(w.app.URL+"/", "#email")
			for _, path := range []string{"/account", "/account/profile", "/account/connections", "/account/passkeys", "/account/second-factor", "/account/password", "/device", "/no/such/page", "/signout"} {
				b.open(w.secondary.URL + path)
				b.reads(lang, path)
			}
		})
	}
}

// Every page for people holds its width with long names, in the longest
// languages and in the one that runs the other way.
func TestLongPagesInOtherLanguages(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"de", "fr", "ar", "hi"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			words, ok := locales.Find(lang)
			if !ok {
				t.Fatalf("%s is not offered", lang)
			}
			shown := gallery(t)
			address := serveGallery(t, words, shown)
			b := newWindow(t)
			b.dress(narrowDark)
			for _, name := range slices.Sorted(maps.Keys(shown)) {
				b.open(address + "/" + slug(name))
				b.see("h1")
				if evaluate[string](b, "document.documentElement.lang") == lang && !strings.HasPrefix(name, "formpost") {
					b.holdsItsWidth(lang+" "+name, narrowDark)
					b.shoot(lang+" "+name, narrowDark)
				}
			}
		})
	}
}
