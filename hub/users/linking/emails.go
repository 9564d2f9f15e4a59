package linking

import (
	"context"
	"net/url"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/lasting"
)

// A post is how emails go out. With no Mailer none do.
type post struct {
	mailer mail.Mailer
	url    string // the hub's
	// once is fs.ErrExist if it was told this id before, until the time.
	once func(ctx context.Context, id string, until time.Time) error
	fail func(ctx context.Context, err error)
}

// send hands an email over. What it tells has happened already, so an email
// that cannot be sent changes nothing; the operator's log has it.
func (p post) send(ctx context.Context, e mail.Email) {
	if p.mailer == nil || e.To == "" {
		return
	}
	if err := p.mailer.Mail(lasting.Of(ctx), e); err != nil && p.fail != nil {
		p.fail(ctx, err)
	}
}

// tellChanged tells a user that an identity was linked or unlinked, with the
// link by which it can be undone.
func (k *Service) tellChanged(ctx context.Context, r LinkEvent, token string, u users.User) {
	if !u.EmailVerified {
		return // who reads there is not known to be the user
	}
	undo := k.post.url + "/wasnt-me?" + url.Values{"token": {token}}.Encode()
	if r.ByAdministrator() {
		undo = "" // that is theirs to undo
	}
	if r.Action == Moved {
		k.post.send(ctx, mail.NewEmail(u.Email, "identity.moved", "provider", r.shown(), "link", k.post.url+"/account/connections"))
		return
	}
	if r.Action == Linked {
		k.post.send(ctx, mail.NewEmail(u.Email, "identity.linked", "provider", r.shown(), "link", undo, "life", UndoLife, "emptied", r.Emptied))
		return
	}
	k.post.send(ctx, mail.NewEmail(u.Email, "identity.unlinked", "provider", r.shown(), "link", undo, "life", UndoLife))
}

// tellEvery is how seldom somebody is told that an upstream claims their
// address without proof: anybody can make it do so, as often as they like.
const tellEvery = 24 * time.Hour

// tellTried tells the owner of an address that somebody came with it who could
// not prove it (D4).
func (k *Service) tellTried(ctx context.Context, u users.User, p Policy) {
	if k.post.mailer == nil || k.post.once == nil {
		return
	}
	if k.post.once(ctx, "tried/"+u.ID+"/"+p.KeyID, k.now().Add(tellEvery)) != nil {
		return
	}
	k.post.send(ctx, mail.NewEmail(u.Email, "identity.refused", "provider", p.shown(), "link", k.post.url+"/account/connections"))
}

// shown is the login key as people know it.
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

// Mails reports whether emails reach anybody.
func (k *Service) Mails() bool { return k.post.mailer != nil && k.post.mailer.Delivers() }

// AskProof sends the email whose link proves that an account is the reader's.
func (k *Service) AskProof(ctx context.Context, u users.User, provider, link string, life time.Duration) {
	k.post.send(ctx, mail.NewEmail(u.Email, "identity.prove", "provider", provider, "link", link, "life", life))
}
