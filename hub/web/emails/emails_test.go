package emails

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates/locales"
)

// bait is a user name with which an attacker tries to inject text into an email.
const bait = "Ada & <b>\r\n\r\nYour account is blocked.\u202e"

// spokenOf are all codes, each with the arguments that its words speak of.
func spokenOf(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for id, args := range locales.English().Args() {
		code, isText := strings.CutSuffix(strings.TrimPrefix(id, "mail."), ".text")
		if !strings.HasPrefix(id, "mail.") || !isText {
			continue
		}
		for _, name := range args {
			if !slices.Contains([]string{"hub", "address", "email"}, name) {
				out[code] = append(out[code], name)
			}
		}
		out[code] = slices.Sorted(slices.Values(out[code]))
	}
	if len(out) != 27 || !slices.Equal(out["identity.linked"], []string{"life", "link", "provider"}) {
		t.Fatalf("there are %d emails, and they speak of %v", len(out), out)
	}
	return out
}

// baited are arguments with bait as every text.
func baited(names []string) []any {
	var pairs []any
	for _, name := range names {
		switch name {
		case "life":
			pairs = append(pairs, name, 24*time.Hour)
		case "found":
			pairs = append(pairs, name, []texts.Text{texts.New(texts.Unexplained, "cause", bait), texts.New(texts.Unexplained, "cause", "The second.")})
		default:
			pairs = append(pairs, name, bait)
		}
	}
	return pairs
}

// A box stores the emails, or fails.
type box struct {
	sent []mail.Message
	fail error
}

func (b *box) Send(_ context.Context, m mail.Message) error {
	b.sent = append(b.sent, m)
	return b.fail
}

func mailer(to mail.Sender) *Mailer {
	return &Mailer{
		Sender: to, URL: "https://hub.example", HubName: func(context.Context) string { return "Contoso ID" },
	}
}

func TestEveryEmailHasASubjectAndNoTextOfStrangers(t *testing.T) {
	for code, names := range spokenOf(t) {
		b := &box{}
		if err := mailer(b).Mail(t.Context(), mail.NewEmail("ada@example.org", code, baited(names)...)); err != nil {
			t.Fatal(err)
		}
		m := b.sent[0]
		if m.Subject == "" || strings.ContainsAny(m.Subject, "\r\n") {
			t.Errorf("%s: subject %q", code, m.Subject)
		}
		if len(names) > 0 && !strings.Contains(m.Subject+m.Text, "Your account is blocked.") {
			t.Errorf("%s lacks what it was given: %s", code, m.Text)
		}
		if strings.Contains(m.Text, "\n\nYour account is blocked") || strings.ContainsAny(m.Text, "\r\u202e—") || strings.HasPrefix(m.Text, "\n") {
			t.Errorf("%s: %s", code, m.Text)
		}
		if !strings.HasSuffix(m.Text, "\n\nContoso ID\nhttps://hub.example\n") {
			t.Errorf("%s does not say which hub writes: %s", code, m.Text)
		}
	}
}

func TestAnEmailThatLacksSomethingIsNotSent(t *testing.T) {
	b := &box{}
	for what, e := range map[string]mail.Email{
		"without its link": mail.NewEmail("ada@example.org", "invitation", "life", time.Hour),
		"of no code":       mail.NewEmail("ada@example.org", "greetings"),
	} {
		if err := mailer(b).Mail(t.Context(), e); err == nil || len(b.sent) != 0 {
			t.Errorf("%s: got %v, sent %v", what, err, b.sent)
		}
	}
	b.fail = errors.New("the server is away")
	if err := mailer(b).Mail(t.Context(), mail.NewEmail("ada@example.org", "address.changed", "link", "")); !errors.Is(err, b.fail) {
		t.Errorf("got %v", err)
	}
}

func TestEmailsReachPeopleWhereTheyAreNotOnlyLogged(t *testing.T) {
	if mailer(&mail.Log{}).Delivers() || mailer(nil).Delivers() || !mailer(&box{}).Delivers() {
		t.Error("Delivers is wrong about who gets emails")
	}
}

// Each case of an email is a message of its own.
func TestAnEmailFitsWhatHappened(t *testing.T) {
	linked := []any{"provider", "Company", "link", "https://hub.example/undo", "life", 7 * 24 * time.Hour}
	for _, tt := range []struct {
		code       string
		args       []any
		has, lacks string
	}{
		{"identity.linked", append(linked, "emptied", false), "for 7 days.", "was never verified"},
		{"identity.linked", append(linked, "emptied", true), "was never verified", "{{"},
		{"identity.unlinked", linked, "https://hub.example/undo", "An administrator"},
		{"identity.unlinked", append(linked, "link", ""), "An administrator disconnected Company", "undo"},
		{"attention", []any{"found", []texts.Text{texts.New(texts.Unexplained, "cause", "One."), texts.New(texts.Unexplained, "cause", "Two & <b>.")}}, "\n\n- One.\n- Two & <b>.\n\n", "&amp;"},
	} {
		b := &box{}
		if err := mailer(b).Mail(t.Context(), mail.NewEmail("ada@example.org", tt.code, tt.args...)); err != nil {
			t.Fatal(err)
		}
		if m := b.sent[0]; !strings.Contains(m.Text, tt.has) || strings.Contains(m.Text, tt.lacks) {
			t.Errorf("%s lacks %q or has %q: %s", tt.code, tt.has, tt.lacks, m.Text)
		}
	}
}

// escape is a name that tries to add elements.
const escape = `"><script>alert(1)</script><a href="javascript:alert(1)">x</a><img src=https://evil.example/pixel>`

// A name, of whoever chose it, is text in both parts, and adds no element, no
// address and no header.
func TestNoNameAddsMarkup(t *testing.T) {
	for code, names := range spokenOf(t) {
		elements := map[string]int{}
		for _, name := range []string{"Ada", escape} {
			var pairs []any
			for _, arg := range proper(names) {
				if text, ok := arg.(string); ok && strings.HasPrefix(text, "Ada's ") || arg == "ABCD-2345" {
					arg = name
				}
				pairs = append(pairs, arg)
			}
			b := &box{}
			m := mailer(b)
			m.HubName = func(context.Context) string { return name }
			if err := m.Mail(t.Context(), mail.NewEmail("ada@example.org", code, pairs...)); err != nil {
				t.Fatal(err)
			}
			page, err := html.Parse(strings.NewReader(b.sent[0].HTML))
			if err != nil {
				t.Fatal(err)
			}
			for n := range page.Descendants() {
				if n.Type != html.ElementNode {
					continue
				}
				switch n.Data {
				case "script", "img", "form", "iframe", "link", "style", "svg", "object":
					t.Errorf("%s: <%s> in %s", code, n.Data, b.sent[0].HTML)
				case "a":
					for _, a := range n.Attr {
						if a.Key == "href" && !strings.HasPrefix(a.Val, "https://hub.example") {
							t.Errorf("%s: a link to %s", code, a.Val)
						}
					}
				}
				if name == "Ada" {
					elements[n.Data]++
				} else {
					elements[n.Data]--
				}
			}
		}
		for element, n := range elements {
			if n != 0 {
				t.Errorf("%s: a name changes the number of <%s> by %d", code, element, -n)
			}
		}
	}
}

// links of an email, as services make them.
func proper(names []string) []any {
	var pairs []any
	for _, name := range names {
		switch name {
		case "link", "signin", "forgot":
			pairs = append(pairs, name, "https://hub.example/"+name+"?token=abc&x=1")
		case "life":
			pairs = append(pairs, name, 24*time.Hour)
		case "found":
			pairs = append(pairs, name, []texts.Text{texts.New(texts.Unexplained, "cause", "One."), texts.New(texts.Unexplained, "cause", "Two.")})
		case "code":
			pairs = append(pairs, name, "ABCD-2345")
		default:
			pairs = append(pairs, name, "Ada's "+name)
		}
	}
	return pairs
}

var writeGolden = flag.Bool("golden", false, "write the golden files")

// Each kind of email as HTML: what is shown here is what people get.
func TestTheHTMLOfEachEmail(t *testing.T) {
	for code, names := range spokenOf(t) {
		b := &box{}
		if err := mailer(b).Mail(t.Context(), mail.NewEmail("ada@example.org", code, proper(names)...)); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", code+".html")
		if *writeGolden {
			if err := os.WriteFile(file, []byte(b.sent[0].HTML), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.sent[0].HTML; got != string(want) {
			t.Errorf("%s is not testdata/%s.html (update it with -golden): %s", code, code, got)
		}
	}
}

// undoable are the emails about what a stranger may have done.
var undoable = []string{
	"browser.new", "passkey.added", "passkey.removed", "factor.added", "factor.removed", "password.changed", "address.changed",
	"identity.linked", "identity.unlinked", "recovery.used",
}

// Every email has both parts in every language, with the same links, of which the
// first is a button; those about changes have the way to undo them.
func TestBothPartsSayTheSame(t *testing.T) {
	languages := append(locales.Tags(), "")
	for code, names := range spokenOf(t) {
		if slices.Contains(undoable, code) && !slices.Contains(names, "link") {
			t.Errorf("%s has no link to undo it", code)
		}
		for _, language := range languages {
			b := &box{}
			if err := mailer(b).Mail(t.Context(), mail.NewEmail("ada@example.org", code, proper(names)...).In(language)); err != nil {
				t.Fatal(err)
			}
			m := b.sent[0]
			page, err := html.Parse(strings.NewReader(m.HTML))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"link", "signin", "forgot"} {
				if !slices.Contains(names, name) {
					continue
				}
				url := "https://hub.example/" + name + "?token=abc&x=1"
				if !strings.Contains(m.Text, url) || !strings.Contains(m.HTML, `href="`+strings.ReplaceAll(url, "&", "&amp;")+`"`) {
					t.Errorf("%s in %q lacks %s in one part", code, language, url)
				}
			}
			if buttons := strings.Count(m.HTML, "background-color"); buttons > 1 || buttons == 0 && slices.Contains(names, "link") {
				t.Errorf("%s in %q has %d buttons", code, language, buttons)
			}
			shown := words(page)
			for _, word := range strings.Fields(strings.NewReplacer("\u2068", "", "\u2069", "").Replace(m.Text)) {
				if word != "-" && !strings.Contains(shown, word) {
					t.Errorf("%s in %q: the HTML lacks %q", code, language, word)
				}
			}
			if language == "ar" && code != "attention" && strings.Count(m.HTML, `lang="ar" dir="rtl"`) != 2 {
				t.Errorf("%s in Arabic does not run from right to left: %s", code, m.HTML)
			}
		}
	}
}

// words are the texts of a page.
func words(page *html.Node) string {
	var out strings.Builder
	for n := range page.Descendants() {
		if n.Type == html.TextNode {
			out.WriteString(n.Data + " ")
		}
	}
	return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(out.String())
}

// Subject and text are only made of messages, so only this package makes what
// is sent.
func TestOnlyThisPackageWritesEmails(t *testing.T) {
	root := os.DirFS("../../..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || name == "hub/web/emails/emails.go" || name == "hub/mail/outbox/outbox.go" {
			return err
		}
		content, err := fs.ReadFile(root, name)
		if strings.Contains(string(content), "mail.Message{") {
			t.Errorf("%s makes an email: name a code (mail.NewEmail) instead", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
