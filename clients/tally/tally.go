// Package tally counts clients for pages.
package tally

import (
	"context"
	"fmt"

	"github.com/fedhub/fedhub/clients"
)

const most = 10_000

// A Tally is the number of clients, counted up to 10,000.
type Tally struct{ All, Apps, Servers, Waiting int }

// Of counts the apps, the active hubs and the pending hubs.
func Of(ctx context.Context, r *clients.Registry) (Tally, error) {
	var servers int
	var t Tally
	for _, count := range []struct {
		field string
		value clients.State
		n     *int
	}{{"", "", &t.All}, {"server.state", "", &servers}, {"server.state", clients.Active, &t.Servers}, {"server.state", clients.Pending, &t.Waiting}} {
		var err error
		if *count.n, err = r.Count(ctx, count.field, string(count.value), most); err != nil {
			return Tally{}, fmt.Errorf("count clients: %w", err)
		}
	}
	t.Apps = max(0, t.All-servers)
	return t, nil
}
