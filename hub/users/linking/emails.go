package linking

import (
	"context"
	"net/url"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/lasting"
)

// A post sends emails. Without a Mailer it sends none.
type post struct {
	mailer mail.Mailer
	url    string // the hub's
	// once is fs.ErrExist if it has seen this id before, until the time.
	once func(ctx context.Context, id string, until time.Time) error
	fail func(ctx context.Context, err error)
}

// send sends an email. It reports something that has already happened, so a
// failure changes nothing and is only logged.
func (p post) send(ctx context.Context, e mail.Email) {
	if p.mailer == nil || e.To == "" {
		return
	}
	if err := p.mailer.Mail(lasting.Of(ctx), e); err != nil && p.fail != nil {
		p.fail(ctx, err)
	}
}

// tellChanged notifies a user that an identity was linked or unlinked, with a
// link to undo it.
func (k *Service) tellChanged(ctx context.Context, r LinkEvent, token string, u users.User) {
	if !u.EmailVerified {
		return // the reader of this mailbox may be another person
	}
	undo := k.post.url + "/wasnt-me?" + url.Values{"token": {token}}.Encode()
	if r.ByAdministrator() {
		undo = "" // only an administrator may undo it
	}
	if r.Action == Moved {
		k.post.send(ctx, mail.NewEmail(u.Email, "identity.moved", "provider", r.shown(), "link", k.post.url+"/account/connections").In(u.Locale))
		return
	}
	if r.Action == Linked {
		k.post.send(ctx, mail.NewEmail(u.Email, "identity.linked", "provider", r.shown(), "link", undo, "life", UndoLife, "emptied", r.Emptied).In(u.Locale))
		return
	}
	k.post.send(ctx, mail.NewEmail(u.Email, "identity.unlinked", "provider", r.shown(), "link", undo, "life", UndoLife).In(u.Locale))
}

// tellEvery limits how often a user is notified that a provider stated their
// address without proof, because anyone can cause that.
const tellEvery = 24 * time.Hour

// tellTried notifies the owner of an address that a sign-in stated it without
// proof (D4).
func (k *Service) tellTried(ctx context.Context, u users.User, p Policy) {
	if k.post.mailer == nil || k.post.once == nil {
		return
	}
	if k.post.once(ctx, "tried/"+u.ID+"/"+p.KeyID, k.now().Add(tellEvery)) != nil {
		return
	}
	k.post.send(ctx, mail.NewEmail(u.Email, "identity.refused", "provider", p.shown(), "link", k.post.url+"/account/connections").In(u.Locale))
}

// shown is the provider's name as users know it.
func (p Policy) shown() string {
	if p.Name != "" {
		return p.Name
	}
	return p.KeyID
}

func (r LinkEvent) shown() string {
	if r.KeyName != "" {
		return r.KeyName
	}
	return r.LoginKey
}

// Mails reports whether emails are sent.
func (k *Service) Mails() bool { return k.post.mailer != nil && k.post.mailer.Delivers() }

// AskProof sends the email with the link that proves an account.
func (k *Service) AskProof(ctx context.Context, u users.User, provider, link string, life time.Duration) {
	k.post.send(ctx, mail.NewEmail(u.Email, "identity.prove", "provider", provider, "link", link, "life", life).In(u.Locale))
}
