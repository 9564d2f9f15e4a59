package registration

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"

	"github.com/fedhub/fedhub/clients"
)

// ErrFull means that the limit for self-registered apps is reached.
var ErrFull = errors.New("the limit for applications that register themselves is reached")

// A Newcomer is the origin of a registration without approval, with the limits
// for such clients. The zero value is for one with an initial access token,
// which has its own count.
type Newcomer struct {
	Network    string
	PerNetwork int // of its network
	InAll      int
}

// roomFor makes room for one more client. Unused ones are removed first: the
// oldest of the same network or, if the total limit is reached, of the network
// with the most of them, so that an attacker only removes their own. A used
// client is never removed.
func (s *Service) roomFor(ctx context.Context, n Newcomer) error {
	here, err := s.countFrom(ctx, n.Network, n.PerNetwork)
	if err != nil {
		return err
	}
	if here >= n.PerNetwork {
		return s.displaceFrom(ctx, n.Network)
	}
	all, err := s.countFrom(ctx, "", n.InAll)
	if err != nil || all < n.InAll {
		return err
	}
	return s.displaceCrowd(ctx)
}

// displaceFrom removes the oldest unused client of a network.
func (s *Service) displaceFrom(ctx context.Context, network string) error {
	var oldest clients.Client
	for c, err := range s.store.EachWhere(ctx, "registration.network", network) {
		if err != nil {
			return err
		}
		if NeverUsed(c) && (oldest.ID == "" || c.Registration.UnusedSince.Before(oldest.Registration.UnusedSince)) {
			oldest = c
		}
	}
	if oldest.ID == "" {
		return ErrFull
	}
	return s.displace(ctx, oldest.ID)
}

// displaceCrowd removes a tenth of the unused clients of the network with the
// most of them, the oldest first. It reads all unused clients, so it removes
// several at once.
func (s *Service) displaceCrowd(ctx context.Context) error {
	unused := map[string][]string{} // ids, the oldest first
	for c, err := range s.Unused(ctx) {
		if err != nil {
			return err
		}
		if network := c.Registration.Network; network != "" {
			unused[network] = append(unused[network], c.ID)
		}
	}
	if len(unused) == 0 {
		return ErrFull
	}
	crowd := slices.MaxFunc(slices.Sorted(maps.Keys(unused)), func(a, b string) int { return len(unused[a]) - len(unused[b]) })
	for _, id := range unused[crowd][:(len(unused[crowd])+9)/10] {
		if err := s.displace(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) displace(ctx context.Context, id string) error {
	if err := s.clients.Delete(ctx, id); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
