package federation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A PublishedKey is a signing key that an upstream published: what shows that
// a provider at another address is the one from before.
type PublishedKey struct {
	KeyID      string    `bson:"kid"`
	Thumbprint string    `bson:"thumbprint"` // RFC 7638, SHA-256, base64url
	Seen       time.Time `bson:"seen,omitempty"`
}

// mostPublished bounds how many are kept for one issuer, the newest.
const mostPublished = 20

// SharesKey tells whether a signing key is in both lists, under the same id and
// with the same value. One without an id is none that was meant to be found.
func SharesKey(before, now []PublishedKey) bool {
	return slices.ContainsFunc(now, func(k PublishedKey) bool { return k.KeyID != "" && has(before, k) })
}

func has(keys []PublishedKey, k PublishedKey) bool {
	return slices.ContainsFunc(keys, func(o PublishedKey) bool { return o.KeyID == k.KeyID && o.Thumbprint == k.Thumbprint })
}

// A FormerIssuer is one that a key's identities were tied to before its address
// was changed.
type FormerIssuer struct {
	Issuer    string         `bson:"issuer"`
	Published []PublishedKey `bson:"published,omitempty"`
	Decided   Decided        `bson:"decided,omitempty"`
	Batch     string         `bson:"batch,omitempty"`   // of the move
	Careful   bool           `bson:"careful,omitempty"` // administrators stay behind
	To        string         `bson:"to,omitempty"`      // issuer that the move goes to
	Address   string         `bson:"address,omitempty"` // and where that is
	At        time.Time      `bson:"at"`
}

// A Decided is what an administrator decided about the identities of a former
// issuer; empty: nothing yet.
type Decided string

const (
	Moving Decided = "moving" // to the issuer of today; not finished
	Moved  Decided = "moved"
	Left   Decided = "left"
)

// mostFormer bounds how many are kept, the newest.
const mostFormer = 20

// OneIssuer tells whether everybody who comes by the key has its one issuer, so
// that another address is another issuer for all of them. Microsoft's tenants
// have one each, and a social provider's address never changes.
func (k LoginKey) OneIssuer() bool { return k.Kind != KindSocial && k.Preset != "microsoft" }

// NamesItself tells whether the upstream says in a document who it is; else it
// is its address.
func (k LoginKey) NamesItself() bool { return k.Kind == KindOpenID || k.Kind == KindPeer }

// DecidedIssuers are former issuers whose identities are nobody's question any
// more.
func (k LoginKey) DecidedIssuers() []string {
	var issuers []string
	for _, f := range k.Former {
		if f.Decided == Moved || f.Decided == Left {
			issuers = append(issuers, f.Issuer)
		}
	}
	return issuers
}

// FormerIssuer returns what is known of one; zero if nothing is.
func (k LoginKey) FormerIssuer(issuer string) FormerIssuer {
	for _, f := range k.Former {
		if f.Issuer == issuer {
			return f
		}
	}
	return FormerIssuer{Issuer: issuer}
}

// MovesTo tells whether a move there began and did not end. One to somewhere
// else says nothing of there, nor does one of which that is not known.
func (f FormerIssuer) MovesTo(issuer, address string) bool {
	return f.Decided == Moving && f.To == issuer && f.Address == address && issuer != ""
}

// HalfMoved tells whether a move of the key's people began and did not end.
func (k LoginKey) HalfMoved() bool {
	return slices.ContainsFunc(k.Former, func(f FormerIssuer) bool { return f.Decided == Moving })
}

// setFormer keeps what is known of a former issuer, in the place of what was.
func (k *LoginKey) setFormer(f FormerIssuer) {
	k.Former = append([]FormerIssuer{f}, slices.DeleteFunc(slices.Clone(k.Former), func(o FormerIssuer) bool { return o.Issuer == f.Issuer })...)
	k.Former = k.Former[:min(len(k.Former), mostFormer)]
}

// leaves notes, for a key whose address changes, which issuer it had.
func (k *LoginKey) leaves(before LoginKey, now time.Time) {
	issuer := before.Issuer
	if !before.NamesItself() {
		issuer = before.BaseURL
	}
	if issuer != "" && before.OneIssuer() {
		k.setFormer(FormerIssuer{Issuer: issuer, Published: before.Published, At: now})
	}
	k.Published = nil
	if !k.NamesItself() {
		k.returns(k.BaseURL)
	}
}

// returns makes an issuer the one of today again, which is no former one then.
func (k *LoginKey) returns(issuer string) {
	if f := k.FormerIssuer(issuer); len(f.Published) > 0 && len(k.Published) == 0 {
		k.Published = f.Published
	}
	k.Former = slices.DeleteFunc(slices.Clone(k.Former), func(o FormerIssuer) bool { return o.Issuer == issuer })
}

// DecideIssuer writes down what was decided about a former issuer.
func (r *Registry) DecideIssuer(ctx context.Context, id string, f FormerIssuer) error {
	err := r.store.Update(ctx, id, func(k *LoginKey) error {
		if f.At.IsZero() {
			f.At = r.moment()
		}
		k.setFormer(f)
		return nil
	})
	r.records.Drop()
	if err != nil {
		return fmt.Errorf("decide about the issuer %q of login key %q: %w", f.Issuer, id, err)
	}
	return nil
}

// Fresh is a key as it is in the database this moment.
func (r *Registry) Fresh(ctx context.Context, id string) (LoginKey, error) {
	r.records.Drop()
	return r.Get(ctx, id)
}

// saw keeps the signing keys that an upstream publishes under the issuer that is
// pinned. What is known already costs no write.
func (r *Registry) saw(ctx context.Context, id, address string, keys []PublishedKey) error {
	known, err := r.Get(ctx, id)
	if err != nil || !slices.ContainsFunc(keys, func(k PublishedKey) bool { return !has(known.Published, k) }) {
		return err
	}
	now := r.moment()
	err = r.store.Update(ctx, id, func(k *LoginKey) error {
		if k.BaseURL != address {
			return errPinned // it was given another address meanwhile
		}
		for _, seen := range keys {
			if !has(k.Published, seen) {
				seen.Seen = now
				k.Published = append(k.Published, seen)
			}
		}
		k.Published = slices.Clone(k.Published[max(0, len(k.Published)-mostPublished):])
		return nil
	})
	if errors.Is(err, errPinned) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("store the published keys of login key %q: %w", id, err)
	}
	r.records.Drop()
	return nil
}
