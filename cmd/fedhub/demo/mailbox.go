package demo

import (
	"context"
	_ "embed"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/fedhub/fedhub/hub/mail"
)

// The pages of the demo itself, at the address of the sample app.
const (
	MailboxPath       = "/mailbox"
	AuthenticatorPath = "/authenticator"
)

const mostEmails = 50

// An email is one that a hub sent.
type email struct {
	Hub  string
	Time time.Time
	mail.Message
}

// Page is the HTML of the email, with links that leave its frame.
func (e email) Page() string {
	return strings.Replace(e.HTML, "<head>", `<head><base target="_blank">`, 1)
}

// A mailbox is the mail server of both hubs. It keeps the newest emails.
type mailbox struct {
	mu  sync.Mutex
	all []email
	app Account // whose authenticator app the demo shows
	now func() time.Time
}

// A letterbox takes the emails of one hub.
type letterbox struct {
	to  *mailbox
	hub string
}

// Send keeps the email.
func (l letterbox) Send(_ context.Context, m mail.Message) error {
	l.to.mu.Lock()
	defer l.to.mu.Unlock()
	l.to.all = append(l.to.all, email{l.hub, l.to.now(), m})
	l.to.all = l.to.all[max(0, len(l.to.all)-mostEmails):]
	return nil
}

func (b *mailbox) newest() []email {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := slices.Clone(b.all)
	slices.Reverse(all)
	return all
}

// before shows the demo's pages, and leaves all others to the app.
func (b *mailbox) before(app http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+MailboxPath, func(w http.ResponseWriter, _ *http.Request) {
		b.show(w, map[string]any{"Title": "Mailbox", "Emails": b.newest()})
	})
	mux.HandleFunc("GET "+AuthenticatorPath, func(w http.ResponseWriter, _ *http.Request) {
		now := b.now()
		code, err := totp.GenerateCode(b.app.App, now)
		if err != nil {
			http.Error(w, "the demo has no authenticator app", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Refresh", "5")
		b.show(w, map[string]any{"Title": "Authenticator app", "Owner": b.app, "Code": code[:3] + " " + code[3:], "Left": 30 - now.Unix()%30})
	})
	mux.Handle("/", app)
	return mux
}

//go:embed mailbox.html
var mailboxPage string

var mailboxTemplate = template.Must(template.New("mailbox").Parse(mailboxPage))

// show writes a page. Emails run no script, load nothing and send no form: their
// frames are sandboxed, and inherit this policy.
func (b *mailbox) show(w http.ResponseWriter, data any) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	mailboxTemplate.Execute(w, data) //nolint:errcheck // the browser has gone
}
