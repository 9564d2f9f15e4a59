package web

import (
	"net/netip"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"github.com/fedhub/fedhub/internal/cache"
)

// maxLimited is the maximum number of addresses in a Limiter; the least recently
// seen is removed first.
const maxLimited = 20_000

// A Rate is how often something may happen: Burst times at once, and then once
// every interval.
type Rate struct {
	Burst int
	Every time.Duration
}

// A Limiter limits one network without limiting the others. It is per process;
// limits on an account are counted in the database.
type Limiter struct {
	*buckets[netip.Prefix]
	large Networks
}

// NewLimiter allows burst requests at once and then one every interval.
func NewLimiter(every time.Duration, burst int, now func() time.Time) *Limiter {
	return Networks(nil).NewLimiter(Rate{burst, every}, now)
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

// Allow counts a request from an address, and reports whether it is allowed.
func (l *Limiter) Allow(ip string) bool {
	at, times := l.large.of(ip)
	return l.of(at, times).AllowN(l.now(), 1)
}

// A Guesser limits wrong credentials of one client from one network. It limits
// neither the client elsewhere nor the network's other clients.
type Guesser struct {
	*buckets[guess]
	large Networks
}

type guess struct {
	client string
	from   netip.Prefix
}

// Wrong counts a wrong guess.
func (g *Guesser) Wrong(client, ip string) { g.left(client, ip).AllowN(g.now(), 1) }

// Check is an ErrorPage if there were too many wrong guesses; else nil.
func (g *Guesser) Check(client, ip string) error {
	if g.left(client, ip).TokensAt(g.now()) < 1 {
		return TooMany(g.every)
	}
	return nil
}

func (g *Guesser) left(client, ip string) *rate.Limiter {
	from, times := g.large.of(ip)
	return g.of(guess{client, from}, times)
}

// A KeyLimiter limits one name without limiting the others.
type KeyLimiter struct{ *buckets[string] }

// NewKeyLimiter allows burst requests at once and then one every interval.
func NewKeyLimiter(r Rate, now func() time.Time) *KeyLimiter {
	return &KeyLimiter{newBuckets[string](r, now)}
}

// Allow counts a request, and reports whether it is allowed.
func (l *KeyLimiter) Allow(key string) bool { return l.of(key, 1).AllowN(l.now(), 1) }

// buckets are the remaining allowances of the keys.
type buckets[K comparable] struct {
	every time.Duration
	burst int
	now   func() time.Time

	byKey *cache.Map[K, *rate.Limiter]
}

func newBuckets[K comparable](r Rate, now func() time.Time) *buckets[K] {
	return &buckets[K]{every: r.Every, burst: r.Burst, now: now, byKey: cache.NewMap[K, *rate.Limiter](maxLimited)}
}

// of is the allowance of a key; the rate is multiplied by times.
func (b *buckets[K]) of(key K, times int) *rate.Limiter {
	if bucket, ok := b.byKey.Get(key); ok {
		return bucket
	}
	bucket := rate.NewLimiter(rate.Every(b.every/time.Duration(times)), b.burst*times)
	if other, ok, _ := b.byKey.PeekOrAdd(key, bucket); ok {
		return other
	}
	return bucket
}
