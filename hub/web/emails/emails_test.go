package emails

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/internal/texts"
)

// bait is what somebody calls themselves who wants to add a text of their own.
const bait = "Ada & <b>\r\n\r\nYour account is blocked.\u202e"

// spokenOf are all codes, each with the arguments that its words speak of.
func spokenOf(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, words := range parsed().Templates() {
		code := strings.TrimSuffix(words.Name(), ".txt")
		for _, found := range regexp.MustCompile(`{{[^}]*\.([a-z]+)`).FindAllStringSubmatch(words.Root.String(), -1) {
			if !slices.Contains([]string{"hub", "address", "email"}, found[1]) && !slices.Contains(out[code], found[1]) {
				out[code] = append(out[code], found[1])
			}
		}
		out[code] = slices.Sorted(slices.Values(out[code]))
	}
	if len(out) != 12 || !slices.Equal(out["identity.linked"], []string{"emptied", "life", "link", "provider"}) {
		t.Fatalf("there are %d emails, and they speak of %v", len(out), out)
	}
	return out
}

// baited are arguments of which every text is bait.
func baited(names []string) []any {
	var pairs []any
	for _, name := range names {
		switch name {
		case "life":
			pairs = append(pairs, name, 24*time.Hour)
		case "emptied":
			pairs = append(pairs, name, true)
		case "found":
			pairs = append(pairs, name, []texts.Text{texts.New("a", "cause", bait)})
		default:
			pairs = append(pairs, name, bait)
		}
	}
	return pairs
}

// A box keeps what is sent, or fails.
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
		Words: func(_ string, args map[string]string) string { return args["cause"] },
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
		if !strings.Contains(m.Text, "https://hub.example") {
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
	if err := mailer(b).Mail(t.Context(), mail.NewEmail("ada@example.org", "address.changed")); !errors.Is(err, b.fail) {
		t.Errorf("got %v", err)
	}
}

func TestEmailsReachPeopleWhereTheyAreNotOnlyLogged(t *testing.T) {
	if mailer(&mail.Log{}).Delivers() || mailer(nil).Delivers() || !mailer(&box{}).Delivers() {
		t.Error("Delivers is wrong about who gets emails")
	}
}

func TestSpansAreSaidInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{24 * time.Hour: "1 day", 7 * 24 * time.Hour: "7 days", time.Hour: "1 hour", 30 * time.Minute: "30 minutes", 0: "a moment"} {
		if got := span(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
