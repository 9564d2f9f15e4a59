// Package maillinks keeps and emails one-time links: each proves that a user
// can read the mail of an address now.
//
// A service makes a link with a purpose, its user, and the conditions that must
// still hold when it is used (New), and sends an email with it. A GET of the
// link's page only reads it (Look), because mail scanners open links; the
// button on the page posts and uses it up (Take). Of concurrent callers one
// gets it. The store holds a hash.
//
// A link works for one purpose only. Further conditions are in Data: the
// address it was sent to, the user's session generation, a provider's subject,
// the requesting browser. The caller of Take compares them.
package maillinks

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/secrets"
)

// The purposes of links, and their lifetimes.
const (
	Verify  = "verify"  // verifies the user's address
	Reset   = "reset"   // allows a new password
	Browser = "browser" // confirms the user's browser

	VerifyLife  = 24 * time.Hour
	ResetLife   = time.Hour
	BrowserLife = time.Hour
)

// A Link is the record of a link.
type Link struct {
	ID      string            `bson:"id"` // SHA-256 of the token, in hex
	Purpose string            `bson:"purpose"`
	User    string            `bson:"user"` // the user concerned
	Data    map[string]string `bson:"data,omitempty"`
	Asked   asker             `bson:"asked,omitempty"`
	Created time.Time         `bson:"created"`
	Expires time.Time         `bson:"expires"`
}

// Key is the link's id.
func (l Link) Key() string { return l.ID }

// ExpiresAt is when it stops working.
func (l Link) ExpiresAt() time.Time { return l.Expires }

// A Service keeps links and emails them.
type Service struct {
	Links  *store.Collection[Link]
	Mailer mail.Mailer
	Users  *users.Service
	URL    string // the hub's
	Now    func() time.Time
}

var (
	// ErrLink means that the link was used, has expired or never existed.
	ErrLink = errors.New("the link was used, has expired or never existed")
	// ErrOften refuses to send more emails for a while.
	ErrOften = errors.New("too many emails were sent; try again later")
)

// perHour is how many links of one purpose each kind of asker gets for a user
// per hour.
const perHour = 4

// An asker is who requested a link. The kinds are counted separately, so that
// no one can use up links that another one needs.
type asker string

const (
	anybody    asker = ""           // anyone who types the address
	themselves asker = "themselves" // the signed-in user
	operators  asker = "operator"   // an administrator, or a command
)

// New makes a link for a purpose and returns its token, for the path of a page.
// ErrOften if too many were requested recently.
func (k *Service) New(ctx context.Context, purpose, user string, data map[string]string, life time.Duration) (token string, err error) {
	return k.newLink(ctx, Link{Purpose: purpose, User: user, Data: data}, life)
}

// newLink is New for an asker.
func (k *Service) newLink(ctx context.Context, l Link, life time.Duration) (token string, err error) {
	if err := k.seldom(ctx, l); err != nil {
		return "", err
	}
	return k.keep(ctx, l, life)
}

// keep is newLink without the limit, because no email is sent.
func (k *Service) keep(ctx context.Context, l Link, life time.Duration) (token string, err error) {
	token = secrets.New()
	if err := k.store(ctx, l, token, life); err != nil {
		return "", err
	}
	return token, nil
}

// newCode stores a link whose token is a code that the user types, together
// with the text that it belongs to. ErrOften as for New.
func (k *Service) newCode(ctx context.Context, l Link, with string, life time.Duration) (code string, err error) {
	if err := k.seldom(ctx, l); err != nil {
		return "", err
	}
	code = rand.Text()[:codeSize]
	return code, k.store(ctx, l, codeToken(with, code), life)
}

func (k *Service) store(ctx context.Context, l Link, token string, life time.Duration) error {
	l.ID, l.Created = id(token), k.Now()
	l.Expires = l.Created.Add(life)
	if err := k.Links.Insert(ctx, l); err != nil {
		return fmt.Errorf("store a link: %w", err)
	}
	return nil
}

// Codes are letters of base32: 40 bits.
const codeSize = 8

// spoken is a code in two groups, which is easier to copy by hand.
func spoken(code string) string { return code[:codeSize/2] + "-" + code[codeSize/2:] }

// codeToken is the token of a code as somebody types it.
func codeToken(with, code string) string {
	return with + " " + strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))
}

func (k *Service) seldom(ctx context.Context, next Link) error {
	recent, now := 0, k.Now()
	for l, err := range k.Links.EachWhere(ctx, "user", next.User) {
		if err != nil {
			return fmt.Errorf("count links: %w", err)
		}
		if l.Purpose == next.Purpose && l.Asked == next.Asked && now.Sub(l.Created) < time.Hour {
			recent++
		}
	}
	if recent >= perHour {
		return ErrOften
	}
	return nil
}

func id(token string) string {
	return secrets.HexHash(token)
}

// Look returns the link without using it; ErrLink if there is none for this
// purpose.
func (k *Service) Look(ctx context.Context, purpose, token string) (Link, error) {
	l, err := k.Links.Get(ctx, id(token))
	return fit(l, purpose, err)
}

// Take uses the link up. Of concurrent callers one gets it, and the others
// ErrLink.
func (k *Service) Take(ctx context.Context, purpose, token string) (Link, error) {
	if _, err := k.Look(ctx, purpose, token); err != nil {
		return Link{}, err
	}
	l, err := k.Links.Take(ctx, id(token))
	return fit(l, purpose, err)
}

func fit(l Link, purpose string, err error) (Link, error) {
	if errors.Is(err, fs.ErrNotExist) || err == nil && l.Purpose != purpose {
		return Link{}, ErrLink
	}
	return l, err
}

// Drop deletes a user's links of a purpose.
func (k *Service) Drop(ctx context.Context, purpose, user string) error {
	return k.dropSince(ctx, purpose, user, time.Time{})
}

// dropSince deletes those made at a time or later.
func (k *Service) dropSince(ctx context.Context, purpose, user string, from time.Time) error {
	for l, err := range k.Links.EachWhere(ctx, "user", user) {
		if err != nil {
			return err
		}
		if l.Purpose != purpose || l.Created.Before(from) {
			continue
		}
		if err := k.Links.Delete(ctx, l.ID); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Delivers reports whether emails are really sent.
func (k *Service) Delivers() bool { return k.Mailer != nil && k.Mailer.Delivers() }

// still reports whether the link's user has not changed since: signing out
// everywhere, a new password and an emptied account invalidate links.
func still(l Link, u users.User) bool {
	return l.User == u.ID && !u.Disabled && l.Data["epoch"] == epoch(u)
}

func epoch(u users.User) string { return strconv.FormatInt(u.SessionGeneration, 10) }
