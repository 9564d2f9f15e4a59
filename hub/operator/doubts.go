package operator

import (
	"context"
	"errors"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/place"
	"github.com/fedhub/fedhub/internal/texts"
)

// lookAtMost is how long whoever adds a login key waits for its upstream.
const lookAtMost = 5 * time.Second

// Doubts are what to know of a login key that was just added: that there is one
// for the same place, and that nothing answers there. The key is kept all the
// same: it may be prepared before its upstream is.
func (s *Service) Doubts(ctx context.Context, k federation.LoginKey) ([]texts.Text, error) {
	doubts, err := s.Twins(ctx, k)
	if err != nil || k.Kind == federation.KindPeer { // it was asked to let us in
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

// Twins says which other login keys there are for the place that one is for.
// That may be meant, for two teams with an app each, and is more often a second
// attempt: its people get a second account.
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
