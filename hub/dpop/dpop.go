// Package dpop checks proofs of possession (RFC 9449): a small JWT in a request
// proves that the sender holds a key.
//
// It only verifies proofs. Its callers decide what is bound to the key, and who
// must send a proof.
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

// A Verifier verifies proofs. It is safe for concurrent use.
type Verifier struct {
	Nonces *Nonces
	// Replay remembers an id until a time; a repeated one is fs.ErrExist. All
	// processes must share it.
	Replay func(ctx context.Context, id string, until time.Time) error
	Now    func() time.Time
}

// Want is the request that a proof must match.
type Want struct {
	Method string
	URLs   []string // the address of the request, in all its forms
	Token  string   // the access token of the request; empty if there is none
	Nonce  bool     // it must contain a nonce of ours
	Algs   []string // the allowed algorithms; empty: all of Algs
}

// Check verifies the DPoP headers of a request, and returns the thumbprint of
// the proven key; empty if there is no header. A bad proof is an *oauth.Error
// with status 400; any other error is ours.
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
	// After all other checks, so that a client with a new nonce does not run
	// into one error after the other.
	if (p.nonce == "" && want.Nonce) || (p.nonce != "" && !v.Nonces.good(p.nonce)) {
		return "", oauth.UseDPoPNonce("oauth.dpop.nonce") // RFC 9449 §8
	}
	if err := v.useOnce(ctx, p); err != nil {
		return "", err
	}
	return p.thumbprint, nil
}

// useOnce uses up the jti (RFC 9449 §11.1), as the last check, for as long as
// the proof would be accepted.
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
