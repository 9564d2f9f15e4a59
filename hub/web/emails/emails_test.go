package emails

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

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
	if len(out) != 26 || !slices.Equal(out["identity.linked"], []string{"life", "link", "provider"}) {
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
		{"password.changed", []any{"forgot", "https://hub.example/forgot"}, "\n\nhttps://hub.example/forgot\n\n", "administrator"},
		{"password.changed", []any{"forgot", ""}, "contact an administrator of Contoso ID", "choose a new password"},
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

// Subject and text are only made of messages, so only this package makes what
// is sent.
func TestOnlyThisPackageWritesEmails(t *testing.T) {
	root := os.DirFS("../../..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || name == "hub/web/emails/emails.go" {
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
