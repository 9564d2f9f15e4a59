package loginkeys

import (
	"context"
	"errors"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/place"
	"github.com/fedhub/fedhub/internal/texts"
)

// lookAtMost is how long adding a login key waits for its provider.
const lookAtMost = 5 * time.Second

// Doubts are warnings about a login key that was just added: another key for
// the same provider exists, or the provider does not answer. The key is kept in
// any case, because it may be prepared in advance.
func (s *Service) Doubts(ctx context.Context, k federation.LoginKey) ([]texts.Text, error) {
	doubts, err := s.Twins(ctx, k)
	if err != nil || k.Kind == federation.KindPeer { // a primary hub was already asked to accept us
		return doubts, err
	}
	ctx, cancel := context.WithTimeout(ctx, lookAtMost)
	defer cancel()
	_, err = s.parts.Upstreams.Examine(ctx, k.ID)
	if fault := new(federation.Fault); errors.As(err, &fault) {
		return append(doubts, texts.New("provider.added.silent", "name", k.Name, "cause", err)), nil
	}
	return doubts, err
}

// Twins returns the other login keys for the same provider. That can be
// intended, for two teams with an app each, but more often it is a second
// attempt, and its users get a second account.
func (s *Service) Twins(ctx context.Context, k federation.LoginKey) ([]texts.Text, error) {
	all, err := s.parts.Upstreams.All(ctx)
	var doubts []texts.Text
	for _, twin := range all {
		if twin.ID != k.ID && k.BaseURL != "" && place.Same(twin.BaseURL, k.BaseURL) {
			doubts = append(doubts, texts.New("provider.added.twin", "name", twin.Name, "id", twin.ID, "address", twin.BaseURL))
		}
	}
	return doubts, err
}
