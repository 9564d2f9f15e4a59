package users

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/templates/letters"
)

// ErrNotLinked means that an identity proves no account here.
var ErrNotLinked = errors.New("this identity is linked to no user who may sign in")

// Proves returns the user whom an identity is linked to and would sign in,
// without signing in, making or changing anybody; ErrNotLinked otherwise.
func (k *Service) Proves(ctx context.Context, c Claim, p Policy) (User, error) {
	f, err := k.facts(ctx, c, p)
	if err != nil {
		return User{}, fmt.Errorf("look at an identity: %w", err)
	}
	d := decide(f)
	if d.Action != SignIn {
		return User{}, ErrNotLinked
	}
	return d.User, nil
}

// Mails reports whether letters reach anybody.
func (k *Service) Mails() bool { return mail.Delivers(k.post.sender) }

// AskProof sends the letter whose link proves that an account is the reader's.
func (k *Service) AskProof(ctx context.Context, u User, provider, link string, life time.Duration) {
	k.post.send(ctx, u.Email, letters.Prove{Hub: k.post.name(ctx), Address: k.post.url, Email: u.Email, Provider: provider, Link: link, Life: life})
}
