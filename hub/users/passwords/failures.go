package passwords

import (
	"sync"
	"time"

	"github.com/fedhub/fedhub/internal/cache"
)

const (
	defaultFailures     = 600 // wrong passwords at once, of all accounts together
	defaultFailureEvery = 200 * time.Millisecond

	mostGoodNetworks = 20_000
	goodNetworkLife  = 30 * 24 * time.Hour
)

// Failures limits the wrong passwords of all accounts together, against attacks
// that try one password with many accounts. It counts per process, and only
// affects networks from which no user has signed in.
type Failures struct {
	burst float64
	every time.Duration
	now   func() time.Time
	good  *cache.Map[string, time.Time] // networks with a successful sign-in, and when

	mu   sync.Mutex
	left float64
	at   time.Time
}

// NewFailures allows burst wrong passwords at once and then one every interval;
// good defaults if zero.
func NewFailures(burst int, every time.Duration, now func() time.Time) *Failures {
	if burst <= 0 {
		burst = defaultFailures
	}
	if every <= 0 {
		every = defaultFailureEvery
	}
	return &Failures{burst: float64(burst), every: every, now: now, good: cache.NewMap[string, time.Time](mostGoodNetworks), left: float64(burst), at: now()}
}

// Begin takes one from the limit before the password is checked, or refuses the
// attempt with *Throttled. notWrong gives it back. A known browser or network
// is neither counted nor refused.
func (f *Failures) Begin(network string, known bool) (notWrong func(), err error) {
	if known || f.signedInFrom(network) {
		return func() {}, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	if past := now.Sub(f.at); past > 0 {
		f.left, f.at = min(f.burst, f.left+float64(past)/float64(f.every)), now
	}
	if f.left < 1 {
		return nil, &Throttled{now.Add(time.Duration((1 - f.left) * float64(f.every)))}
	}
	f.left--
	return f.giveBack, nil
}

func (f *Failures) giveBack() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left = min(f.burst, f.left+1)
}

// SignedIn remembers that a user signed in from a network.
func (f *Failures) SignedIn(network string) {
	if network != "" {
		f.good.Add(network, f.now())
	}
}

func (f *Failures) signedInFrom(network string) bool {
	at, ok := f.good.Get(network)
	return ok && f.now().Sub(at) < goodNetworkLife
}
