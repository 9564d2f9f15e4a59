package federation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A PublishedKey is a signing key that a provider published. It proves that a
// provider at another address is the same one.
type PublishedKey struct {
	KeyID      string    `bson:"kid"`
	Thumbprint string    `bson:"thumbprint"` // RFC 7638, SHA-256, base64url
	Seen       time.Time `bson:"seen,omitempty"`
}

// mostPublished bounds the keys stored for one issuer; the newest are kept.
const mostPublished = 20

// SharesKey reports whether both lists have a signing key with the same id and
// value. Keys without an id do not count.
func SharesKey(before, now []PublishedKey) bool {
	return slices.ContainsFunc(now, func(k PublishedKey) bool { return k.KeyID != "" && has(before, k) })
}

func has(keys []PublishedKey, k PublishedKey) bool {
	return slices.ContainsFunc(keys, func(o PublishedKey) bool { return o.KeyID == k.KeyID && o.Thumbprint == k.Thumbprint })
}

// A FormerIssuer is an issuer of a key's identities before its address was
// changed.
type FormerIssuer struct {
	Issuer    string         `bson:"issuer"`
	Published []PublishedKey `bson:"published,omitempty"`
	Decided   Decided        `bson:"decided,omitempty"`
	Batch     string         `bson:"batch,omitempty"`   // id of the move
	Careful   bool           `bson:"careful,omitempty"` // administrators are not moved
	To        string         `bson:"to,omitempty"`      // issuer of the move's target
	Address   string         `bson:"address,omitempty"` // and its address
	At        time.Time      `bson:"at"`
}

// A Decided is an administrator's decision about the identities of a former
// issuer; empty: none yet.
type Decided string

const (
	Moving Decided = "moving" // to the current issuer; not finished
	Moved  Decided = "moved"
	Left   Decided = "left"
)

// mostFormer bounds the former issuers that are stored; the newest are kept.
const mostFormer = 20

// OneIssuer reports whether all identities of the key have its one issuer, so
// that a new address means a new issuer for all. Each Microsoft tenant has its
// own, and the address of a social provider never changes.
func (k LoginKey) OneIssuer() bool { return k.Kind != KindSocial && k.Preset != "microsoft" }

// NamesItself reports whether the provider states its issuer in a document;
// otherwise the issuer is its address.
func (k LoginKey) NamesItself() bool { return k.Kind == KindOpenID || k.Kind == KindPeer }

// DecidedIssuers are the former issuers that a decision was made about.
func (k LoginKey) DecidedIssuers() []string {
	var issuers []string
	for _, f := range k.Former {
		if f.Decided == Moved || f.Decided == Left {
			issuers = append(issuers, f.Issuer)
		}
	}
	return issuers
}

// FormerIssuer returns the record of a former issuer; zero if there is none.
func (k LoginKey) FormerIssuer(issuer string) FormerIssuer {
	for _, f := range k.Former {
		if f.Issuer == issuer {
			return f
		}
	}
	return FormerIssuer{Issuer: issuer}
}

// MovesTo reports whether a move to that issuer began and did not finish. A
// move to another issuer, or to an unknown one, does not count.
func (f FormerIssuer) MovesTo(issuer, address string) bool {
	return f.Decided == Moving && f.To == issuer && f.Address == address && issuer != ""
}

// HalfMoved reports whether a move of the key's identities began and did not
// finish.
func (k LoginKey) HalfMoved() bool {
	return slices.ContainsFunc(k.Former, func(f FormerIssuer) bool { return f.Decided == Moving })
}

// setFormer stores the record of a former issuer, replacing an earlier one.
func (k *LoginKey) setFormer(f FormerIssuer) {
	k.Former = append([]FormerIssuer{f}, slices.DeleteFunc(slices.Clone(k.Former), func(o FormerIssuer) bool { return o.Issuer == f.Issuer })...)
	k.Former = k.Former[:min(len(k.Former), mostFormer)]
}

// leaves notes the former issuer of a key whose address changes.
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

// returns makes an issuer the current one again and removes it from the former
// ones.
func (k *LoginKey) returns(issuer string) {
	if f := k.FormerIssuer(issuer); len(f.Published) > 0 && len(k.Published) == 0 {
		k.Published = f.Published
	}
	k.Former = slices.DeleteFunc(slices.Clone(k.Former), func(o FormerIssuer) bool { return o.Issuer == issuer })
}

// DecideIssuer stores the decision about a former issuer.
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

// Fresh reads a key from the database, without the cache.
func (r *Registry) Fresh(ctx context.Context, id string) (LoginKey, error) {
	r.records.Drop()
	return r.Get(ctx, id)
}

// saw stores the signing keys that a provider publishes under the pinned
// issuer. Known keys cause no write.
func (r *Registry) saw(ctx context.Context, id, address string, keys []PublishedKey) error {
	known, err := r.Get(ctx, id)
	if err != nil || !slices.ContainsFunc(keys, func(k PublishedKey) bool { return !has(known.Published, k) }) {
		return err
	}
	now := r.moment()
	err = r.store.Update(ctx, id, func(k *LoginKey) error {
		if k.BaseURL != address {
			return errPinned // its address was changed meanwhile
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
