// Package dpop checks proofs of possession (RFC 9449): a small JWT beside a
// request, by which the sender shows that it holds a key.
//
// It reads and judges proofs. What is bound to the key, and who must bring a
// proof at all, is the business of those who ask.
package dpop

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/internal/secrets"
)

// A Verifier judges proofs. It is safe for concurrent use.
type Verifier struct {
	Nonces *Nonces
	// Replay remembers an id until a time; one that is there already is
	// fs.ErrExist. All processes share it.
	Replay func(ctx context.Context, id string, until time.Time) error
	Now    func() time.Time
}

// Want is what a proof must have been made for.
type Want struct {
	Method string
	URLs   []string // the address of the request, by every name it has
	Token  string   // the access token it comes with; empty where there is none
	Nonce  bool     // it must carry a nonce of ours
	Algs   []string // the algorithms that may sign it; empty: any of Algs
}

// Check judges the DPoP headers of a request, and returns the thumbprint of
// the key that was proven; empty if there is no header. A proof that is not
// good is an *oauth.Error with status 400; any other error is ours.
func (v *Verifier) Check(ctx context.Context, headers []string, want Want) (thumbprint string, err error) {
	switch len(headers) {
	case 0:
		return "", nil
	case 1:
	default:
		return "", oauth.InvalidDPoPProof("oauth.dpop.several") // RFC 9449 §4.3 rule 1
	}
	p, err := parse(headers[0], v.Now())
	if err == nil {
		err = p.fits(want)
	}
	if err != nil {
		return "", oauth.InvalidDPoPProof("oauth.dpop.refused", "cause", err)
	}
	// After everything else: whoever gets a nonce for it next time should not
	// find out one fault after another.
	if (p.nonce == "" && want.Nonce) || (p.nonce != "" && !v.Nonces.good(p.nonce)) {
		return "", oauth.UseDPoPNonce("oauth.dpop.nonce") // RFC 9449 §8
	}
	if err := v.useOnce(ctx, p); err != nil {
		return "", err
	}
	return p.thumbprint, nil
}

// useOnce burns the jti (RFC 9449 §11.1), last of all, and for as long as the
// proof would be accepted for its age.
func (v *Verifier) useOnce(ctx context.Context, p proof) error {
	err := v.Replay(ctx, secrets.HexHash("dpop\x00"+p.thumbprint+"\x00"+p.ID), p.issued().Add(window+time.Second))
	switch {
	case errors.Is(err, fs.ErrExist):
		return oauth.InvalidDPoPProof("oauth.dpop.used")
	case err != nil:
		return fmt.Errorf("store a DPoP proof: %w", err)
	}
	return nil
}
