package passwords

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/secrets"
)

const (
	mostWrong    = 10 // after which a browser is forgotten
	mostBrowsers = 20 // known for one account
	mostPlaces   = 10 // networks known for one browser

	// BrowserLife is how long a browser stays known after a sign-in.
	BrowserLife = 180 * 24 * time.Hour
)

// A Browser is a browser in which an account signed in before. Its wrong
// passwords are counted separately, so that wrong passwords elsewhere do not
// block it.
type Browser struct {
	ID      string `bson:"id"` // SHA-256 of its cookie, in hex
	Account `bson:",inline"`
	// Networks are those in which the account signed in here, the latest last.
	Networks []string  `bson:"networks,omitempty"`
	Wrong    int       `bson:"wrong,omitempty"` // in a row
	Looking  Looks     `bson:"looking,omitempty"`
	Expires  time.Time `bson:"expires"`
}

// An Account is what a browser is known for: one user, until everything of
// theirs is ended, as by a new password or signing out everywhere.
type Account struct {
	User       string `bson:"userId"`
	Generation int64  `bson:"epoch"`
}

// Key is the browser's id.
func (b Browser) Key() string { return b.ID }

// ExpiresAt is when the browser is forgotten.
func (b Browser) ExpiresAt() time.Time { return b.Expires }

// spent reports whether the browser is no longer known, even if deleting it
// failed.
func (b Browser) spent() bool { return b.Wrong >= mostWrong }

// Browsers keeps the known browsers.
type Browsers struct {
	set *store.Collection[Browser]
	now func() time.Time
}

// NewBrowsers returns Browsers that are kept in a set.
func NewBrowsers(set *store.Collection[Browser], now func() time.Time) Browsers {
	return Browsers{set, now}
}

// Of returns the records under these names. They belong to one browser, one for
// each account that signed in there.
func (k Browsers) Of(ctx context.Context, names []string) ([]Browser, error) {
	var all []Browser
	for _, name := range names {
		b, err := k.set.Get(ctx, browserID(name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

// Know returns the name under which a browser is known for an account: the
// existing one or a new one. It notes the network, unless that is empty. strange
// reports that the user signed in before, but never in this browser.
func (k Browsers) Know(ctx context.Context, names []string, account Account, network string) (name string, strange bool, err error) {
	ends, theirs := k.now().Add(BrowserLife), false
	for _, name := range names {
		known := false
		err := k.set.Update(ctx, browserID(name), func(b *Browser) error {
			theirs = theirs || b.User == account.User
			if known = b.Account == account; !known || b.Wrong == 0 && ends.Sub(b.Expires) < 24*time.Hour && b.seen(network) {
				return store.ErrUnchanged
			}
			b.Wrong, b.Expires = 0, ends
			b.see(network)
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", false, err
		}
		if err == nil && known {
			return name, false, nil
		}
	}
	others, err := k.makeRoom(ctx, account)
	if err != nil {
		return "", false, err
	}
	name = secrets.New()
	b := Browser{ID: browserID(name), Account: account, Expires: ends}
	b.see(network)
	return name, others && !theirs, k.set.Insert(ctx, b)
}

// seen reports whether the account signed in here from a network before.
func (b Browser) seen(network string) bool {
	return network == "" || slices.Contains(b.Networks, network)
}

func (b *Browser) see(network string) {
	if !b.seen(network) {
		b.Networks = append(b.Networks, network)
		b.Networks = b.Networks[max(0, len(b.Networks)-mostPlaces):]
	}
}

// Familiar reports whether an account signed in before in one of these browsers
// and from this network.
func (k Browsers) Familiar(ctx context.Context, names []string, account Account, network string) (bool, error) {
	all, err := k.Of(ctx, names)
	return slices.ContainsFunc(all, func(b Browser) bool {
		return b.Account == account && !b.spent() && slices.Contains(b.Networks, network)
	}), err
}

// makeRoom deletes the records of an account that are no longer known and, if
// there are too many, those used least recently. any reports that there were
// some.
func (k Browsers) makeRoom(ctx context.Context, account Account) (any bool, err error) {
	var live []Browser
	for b, err := range k.set.EachWhere(ctx, "userId", account.User) {
		if err != nil {
			return any, err
		}
		any = true
		if b.Account == account {
			live = append(live, b)
		} else if err := k.forget(ctx, b.ID); err != nil {
			return any, err
		}
	}
	slices.SortFunc(live, func(a, b Browser) int { return b.Expires.Compare(a.Expires) })
	for _, b := range live[min(len(live), mostBrowsers-1):] {
		if err := k.forget(ctx, b.ID); err != nil {
			return any, err
		}
	}
	return any, nil
}

// Networks are the networks of all browsers of a user, sorted.
func (k Browsers) Networks(ctx context.Context, userID string) ([]string, error) {
	all := []string{}
	for b, err := range k.set.EachWhere(ctx, "userId", userID) {
		if err != nil {
			return nil, err
		}
		all = append(all, b.Networks...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// ForgetUser makes all browsers of a user unknown.
func (k Browsers) ForgetUser(ctx context.Context, userID string) error {
	return k.set.DeleteWhere(ctx, "userId", userID)
}

func (k Browsers) forget(ctx context.Context, id string) error {
	err := k.set.Delete(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// errUnknown means that a browser is no longer known for the account.
var errUnknown = errors.New("the browser is not known for this account")

// Begin starts an attempt at an account in a browser. known is false if none of
// these browsers is known for it; then the account's own counter decides.
func (k Browsers) Begin(ctx context.Context, all []Browser, account Account) (a Attempt, known bool, err error) {
	for _, b := range all {
		if b.Account != account {
			continue
		}
		in := browserAttempt{Browsers: k, id: b.ID, look: NewLook(k.now())}
		err := k.set.Update(ctx, b.ID, func(b *Browser) error {
			if b.Account != account || b.spent() {
				return errUnknown
			}
			// All checks in progress may fail.
			if !b.Looking.Admit(in.look) || b.Wrong+len(b.Looking) > mostWrong {
				return &Throttled{in.look.Since.Add(time.Second)}
			}
			return nil
		})
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errUnknown) {
			continue
		}
		return in, true, err
	}
	return nil, false, nil
}

// browserAttempt is an attempt in a browser that is known for the account.
type browserAttempt struct {
	Browsers
	id   string
	look Look
}

// Doubtful is never true, because a known browser is a proof too.
func (browserAttempt) Doubtful() bool { return false }

// Wrong counts for this browser only. After ten in a row it is forgotten.
func (a browserAttempt) Wrong(ctx context.Context) error {
	over := false
	err := a.edit(ctx, func(b *Browser) {
		b.Wrong++
		over = b.spent()
	})
	if err == nil && over {
		err = a.forget(ctx, a.id)
	}
	return err
}

// Right resets the count.
func (a browserAttempt) Right(ctx context.Context) error {
	return a.edit(ctx, func(b *Browser) { b.Wrong = 0 })
}

// Forgive takes the attempt back.
func (a browserAttempt) Forgive(ctx context.Context) error { return a.edit(ctx, func(*Browser) {}) }

func (a browserAttempt) edit(ctx context.Context, change func(*Browser)) error {
	err := a.set.Update(ctx, a.id, func(b *Browser) error {
		b.Looking.End(a.look)
		change(b)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func browserID(name string) string { return secrets.HexHash(name) }
