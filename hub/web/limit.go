package web

import (
	"net/netip"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"github.com/fedhub/fedhub/internal/cache"
)

// maxLimited bounds how many addresses a Limiter remembers; the longest unseen
// is forgotten first.
const maxLimited = 20_000

// A Limiter slows down one address without slowing down the others. It is per
// process; what must hold for an account is counted in the database.
type Limiter struct{ *buckets[netip.Prefix] }

// NewLimiter allows burst requests at once and then one every interval.
func NewLimiter(every time.Duration, burst int, now func() time.Time) *Limiter {
	return &Limiter{newBuckets[netip.Prefix](every, burst, now)}
}

// Limit guards a handler.
func (l *Limiter) Limit(h HandlerFunc) HandlerFunc {
	return func(c *gin.Context) error {
		if !l.Allow(c.ClientIP()) {
			return TooMany(l.every)
		}
		return h(c)
	}
}

// Allow counts a request from an address, and says whether it may go on.
func (l *Limiter) Allow(ip string) bool {
	return l.of(subnet(ip)).AllowN(l.now(), 1)
}

// A Guesser slows down whoever tries one client's credentials from one
// address, and neither the client elsewhere nor the address's other clients.
type Guesser struct{ *buckets[guess] }

type guess struct {
	client string
	from   netip.Prefix
}

// NewGuesser allows burst wrong guesses at once and then one every interval.
func NewGuesser(every time.Duration, burst int, now func() time.Time) *Guesser {
	return &Guesser{newBuckets[guess](every, burst, now)}
}

// Wrong counts a wrong guess.
func (g *Guesser) Wrong(client, ip string) { g.of(guess{client, subnet(ip)}).AllowN(g.now(), 1) }

// Check is an ErrorPage if there were too many of them; else nil.
func (g *Guesser) Check(client, ip string) error {
	if g.of(guess{client, subnet(ip)}).TokensAt(g.now()) < 1 {
		return TooMany(g.every)
	}
	return nil
}

// buckets are how much each key has left.
type buckets[K comparable] struct {
	every time.Duration
	burst int
	now   func() time.Time

	byKey *cache.Map[K, *rate.Limiter]
}

func newBuckets[K comparable](every time.Duration, burst int, now func() time.Time) *buckets[K] {
	return &buckets[K]{every: every, burst: burst, now: now, byKey: cache.NewMap[K, *rate.Limiter](maxLimited)}
}

func (b *buckets[K]) of(key K) *rate.Limiter {
	if bucket, ok := b.byKey.Get(key); ok {
		return bucket
	}
	bucket := rate.NewLimiter(rate.Every(b.every), b.burst)
	if other, ok, _ := b.byKey.PeekOrAdd(key, bucket); ok {
		return other
	}
	return bucket
}

// subnet is the address for IPv4 and the /64 for IPv6, of which one household
// has as many addresses as it likes.
func subnet(ip string) netip.Prefix {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return netip.Prefix{}
	}
	addr = addr.Unmap().WithZone("")
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
