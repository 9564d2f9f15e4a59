package hubtest

import (
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
)

// Tie is the hub's stored tokens of the provider.
func (w *World) Tie() (*store.Collection[upstreamtokens.Token], upstreamtokens.Token) {
	w.Helper()
	set := store.NewCollection[upstreamtokens.Token](w.Backend, "ties", w.Clock.Now)
	all, err := set.Find(w.Context(), store.Query{})
	if err != nil || len(all) != 1 {
		w.Fatalf("%d ties, %v", len(all), err)
	}
	return set, all[0]
}
