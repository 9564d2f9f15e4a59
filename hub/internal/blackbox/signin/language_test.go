package signin_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/templates/locales"
)

var langOfPage = regexp.MustCompile(`<html lang="([^"]*)" dir="([^"]*)">`)

// reader is a browser that prefers these languages.
func reader(w *hubtest.World, accept string) *hubtest.Browser {
	return w.Browser().With("Accept-Language", accept).With("Accept", "text/html")
}

// speaks checks the language of a page, also as caches and browsers are told.
func speaks(t *testing.T, name string, p hubtest.Page, lang string) {
	t.Helper()
	said := langOfPage.FindStringSubmatch(p.Body)
	if said == nil {
		t.Fatalf("%s: no page: %d %s", name, p.Status, p.Body)
	}
	dir := map[bool]string{true: "rtl", false: "ltr"}[lang == "ar"]
	if said[1] != lang || said[2] != dir || p.Header.Get("Content-Language") != lang || !slices.Contains(p.Header.Values("Vary"), "Accept-Language") {
		t.Errorf("%s: it is in %q, %q, Content-Language %q, Vary %q, want %q, %q", name, said[1], said[2], p.Header.Get("Content-Language"), p.Header.Values("Vary"), lang, dir)
	}
}

// The app says in which language its user reads (OIDC Core §3.1.2.1). That holds
// for every page until the answer, without a cookie.
func TestUILocalesHoldUntilTheAnswer(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	_, app, _ := w.WithApp("ada@example.org")
	a := w.App()
	b := reader(w, "fr")

	p := b.Authorize(a.Request("ui_locales", "tlh de en"))
	speaks(t, "the sign-in page", p, "de")
	wrong := b.Submit(p, "/signin", "email", "ada@example.org", "password", "wrong")
	speaks(t, "a wrong password", wrong, "de")
	hubtest.Want(t, "it is said in German", strings.Contains(wrong.Body, "E-Mail-Adresse oder Passwort ist falsch."), true)
	p = b.SignIn(p, "ada@example.org")
	speaks(t, "the second factor, which knows only its interruption", p, "de")
	p = b.Submit(p, "/signin/second", "code", app.Code())
	speaks(t, "the consent page", p, "de")
	speaks(t, "the page of an error", b.Open("/no/such/page"), "fr")
	hubtest.Want(t, "an answer", b.Answer(b.Submit(p, "/consent", "decision", "allow")).Get("error"), "")
	speaks(t, "the account afterwards", b.Open("/account"), "fr")
}

// ui_locales is never a reason to refuse a request.
func TestUnknownUILocalesAreIgnored(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.App()
	for _, asked := range []string{"tlh", "", "   ", "x y z", "*", "de_", "../../etc", strings.Repeat("de ", 1000), "<script>"} {
		p := reader(w, "es").Authorize(a.Request("ui_locales", asked))
		hubtest.Want(t, asked, p.Status, 200)
		speaks(t, asked, p, "es")
	}
}

func TestTheBrowserSaysWhatItPrefers(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	for accept, lang := range map[string]string{
		"ar-EG,ar;q=0.9": "ar", "zh-CN": "zh-Hans", "hi,en;q=0.1": "hi", "pt-BR, fr;q=0.3": "fr", "tlh": "en", "": "en", "de;q=x": "en",
	} {
		b := reader(w, accept)
		speaks(t, accept, b.Open("/signin"), lang)
		speaks(t, accept+", nothing there", b.Open("/no/such/page"), lang)
	}
}

func TestTheMenuIsForOneBrowserAndWorksInAFlow(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	b := reader(w, "de")

	p := b.Submit(b.Open("/signin"), "/language", "lang", "ar")
	speaks(t, "the page after the choice", p, "ar")
	hubtest.Want(t, "the page", p.URL.Path, "/signin")
	speaks(t, "another page", b.Open("/password/forgot"), "ar")
	speaks(t, "another browser", w.Browser().Open("/signin"), "en")

	// An app that asks for a language comes first, until the reader says otherwise.
	p = b.Authorize(a.Request("ui_locales", "fr"))
	speaks(t, "as the app asks", p, "fr")
	flow := p.URL.Query().Get("flow")
	p = b.Submit(p, "/language", "lang", "es")
	speaks(t, "as the reader chose over the app", p, "es")
	hubtest.Want(t, "still the same flow", p.URL.Query().Get("flow"), flow)
	speaks(t, "the app asks again", b.Authorize(a.Request("ui_locales", "fr")), "es")
	speaks(t, "another app asks for something else", b.Authorize(a.Request("ui_locales", "de")), "de")
	hubtest.Want(t, "the flow goes on", b.Answer(b.Submit(b.SignIn(p, "ada@example.org"), "/consent", "decision", "allow")).Get("error"), "")

	hubtest.Want(t, "no menu for somebody signed in", strings.Contains(b.Open("/account").Body, `action="/language"`), false)
}

func TestTheMenuIsAFormOfOurs(t *testing.T) {
	w, _ := hubtest.MailingWorld(t)
	b := w.Browser()
	b.Open("/signin")
	for name, form := range map[string]url.Values{
		"without the token": {"lang": {"de"}, "to": {"/signin"}},
		"a wrong token":     {"lang": {"de"}, "to": {"/signin"}, "csrf": {"x"}},
	} {
		p := b.Read(b.PostForm(w.URL+"/language", form))
		hubtest.Want(t, name, p.Status, 403)
		hubtest.Want(t, name+": cookies", len(p.Header.Values("Set-Cookie")), 0)
	}
	p := b.Post(b.Open("/signin"), "/language", "lang", "de", "to", "//evil.example.org/")
	hubtest.Want(t, "it leads here", p.Location, "/")
	answer := b.Post(b.Open("/password/forgot"), "/password/forgot", "email", "x")
	speaks(t, "the answer to a form", answer, "de")
	hubtest.Want(t, "the answer to a form cannot be opened again, so it has no menu", strings.Contains(answer.Body, `action="/language"`), false)
}

func TestTheProfileSaysWhatItsPersonReads(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("root@example.org", "admin")
	a := w.App()
	b := reader(w, "de")
	b.SignIn(b.Open("/signin"), "root@example.org")
	speaks(t, "without a language in the profile", b.Open("/account"), "de")
	b.Submit(b.Open("/account/profile"), "/account/profile", "locale", "es-MX")
	speaks(t, "with one", b.Open("/account"), "es")
	speaks(t, "the app comes first", b.Authorize(a.Request("ui_locales", "fr")), "fr")
	speaks(t, "the administration", b.Open("/admin/users"), "en")
	speaks(t, "what is not there", b.Open("/no/such/page"), "es")
}

// An email is for its reader, wherever the request came from.
func TestAnEmailIsInTheLanguageOfItsReader(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	w.Person("ada@example.org")
	w.Person("bob@example.org")
	b := w.Browser()
	b.SignIn(b.Open("/signin"), "ada@example.org")
	b.Submit(b.Open("/account/profile"), "/account/profile", "locale", "de")
	box.Take()

	for to, subject := range map[string]string{"ada@example.org": "Neues Passwort wählen", "bob@example.org": "Choisissez un nouveau mot de passe"} {
		b := reader(w, "fr")
		speaks(t, "the page", b.Submit(b.Open("/password/forgot"), "/password/forgot", "email", to), "fr")
		found := box.Take()
		if len(found) != 1 || found[0].To != to || found[0].Subject != subject {
			t.Errorf("%s: got %v, want %q", to, found, subject)
		}
	}
}

// Somebody who has no account yet gets the language of whoever invites them.
func TestAnInvitationIsInTheLanguageOfWhoInvites(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	b := w.Operator()
	b.Submit(b.Open("/account/profile"), "/account/profile", "locale", "de")
	b.Submit(b.Open("/admin/users"), "/admin/users/invite", "email", "new@example.org")
	if found := box.About("Sie sind zu"); len(found) != 1 || found[0].To != "new@example.org" {
		t.Errorf("got %v", box.All())
	}
}

func TestDiscoveryListsTheLanguages(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	p := w.Browser().Open("/.well-known/openid-configuration")
	want := `"ui_locales_supported":["` + strings.Join(locales.Tags(), `","`) + `"]`
	hubtest.Want(t, "the languages", strings.Contains(p.Body, want), true)
}
