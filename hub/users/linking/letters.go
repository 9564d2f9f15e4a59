package linking

import (
	"context"
	"net/url"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/templates/letters"
)

// A post is how letters go out. With no Sender none do.
type post struct {
	sender mail.Sender
	url    string // the hub's
	hub    func(context.Context) string
	// once is fs.ErrExist if it was told this id before, until the time.
	once func(ctx context.Context, id string, until time.Time) error
	fail func(ctx context.Context, err error)
}

// send hands a letter over. What it tells has happened already, so a letter
// that cannot be sent changes nothing; the operator's log has it.
func (p post) send(ctx context.Context, to string, l letters.Letter) {
	if p.sender == nil || to == "" {
		return
	}
	subject, text, err := letters.Write(l)
	if err == nil {
		err = p.sender.Send(context.WithoutCancel(ctx), mail.Letter{To: to, Subject: subject, Text: text})
	}
	if err != nil && p.fail != nil {
		p.fail(ctx, err)
	}
}

func (p post) name(ctx context.Context) string {
	if p.hub == nil {
		return p.url
	}
	return p.hub(ctx)
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
	var l letters.Letter = letters.Unlinked{Hub: k.post.name(ctx), Address: k.post.url, Email: u.Email, Provider: r.shown(), Link: undo, Life: UndoLife}
	if r.Action == Linked {
		l = letters.Linked{Hub: k.post.name(ctx), Address: k.post.url, Email: u.Email, Provider: r.shown(), Link: undo, Life: UndoLife, Emptied: r.Emptied}
	}
	k.post.send(ctx, u.Email, l)
}

// tellEvery is how seldom somebody is told that an upstream claims their
// address without proof: anybody can make it do so, as often as they like.
const tellEvery = 24 * time.Hour

// tellTried tells the owner of an address that somebody came with it who could
// not prove it (D4).
func (k *Service) tellTried(ctx context.Context, u users.User, p Policy) {
	if k.post.sender == nil || k.post.once == nil {
		return
	}
	if k.post.once(ctx, "tried/"+u.ID+"/"+p.KeyID, k.now().Add(tellEvery)) != nil {
		return
	}
	k.post.send(ctx, u.Email, letters.Tried{Hub: k.post.name(ctx), Address: k.post.url, Email: u.Email, Provider: p.shown(), Link: k.post.url + "/account/connections"})
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

// Mails reports whether letters reach anybody.
func (k *Service) Mails() bool { return mail.Delivers(k.post.sender) }

// AskProof sends the letter whose link proves that an account is the reader's.
func (k *Service) AskProof(ctx context.Context, u users.User, provider, link string, life time.Duration) {
	k.post.send(ctx, u.Email, letters.Prove{Hub: k.post.name(ctx), Address: k.post.url, Email: u.Email, Provider: provider, Link: link, Life: life})
}
