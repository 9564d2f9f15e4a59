package registration

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"

	"github.com/fedhub/fedhub/clients"
)

// ErrFull is the answer where no more apps are taken.
var ErrFull = errors.New("there are as many apps that registered themselves as are taken")

// A Newcomer is where a registration comes from that nobody let in, and how
// many such clients are kept. The zero value is of one that brought an initial
// access token, whose uses are counted instead.
type Newcomer struct {
	Network    string
	PerNetwork int // of its network
	InAll      int
}

// roomFor makes room for one more. Who was never used goes first: the earliest
// of the same network, or where all is full of the network that has most of
// them, so that who fills it up displaces their own. One that was used is never
// displaced.
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

// displaceFrom removes the client of a network that has waited longest for its
// first use.
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

// displaceCrowd removes a tenth of the unused clients of the network that has
// most of them, the earliest first. It looks through all that are unused, which
// is why it makes room for more than one.
func (s *Service) displaceCrowd(ctx context.Context) error {
	unused := map[string][]string{} // ids, the earliest first
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
