package web

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"
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

// Check is a Problem if there were too many of them; else nil.
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

	mu    sync.Mutex
	byKey map[K]*list.Element
	order *list.List // most recently seen first
}

type limited[K comparable] struct {
	key    K
	bucket *rate.Limiter
}

func newBuckets[K comparable](every time.Duration, burst int, now func() time.Time) *buckets[K] {
	return &buckets[K]{every: every, burst: burst, now: now, byKey: map[K]*list.Element{}, order: list.New()}
}

func (b *buckets[K]) of(key K) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, ok := b.byKey[key]
	if ok {
		b.order.MoveToFront(e)
	} else {
		e = b.order.PushFront(&limited[K]{key, rate.NewLimiter(rate.Every(b.every), b.burst)})
		b.byKey[key] = e
		if b.order.Len() > maxLimited {
			oldest := b.order.Remove(b.order.Back()).(*limited[K])
			delete(b.byKey, oldest.key)
		}
	}
	return e.Value.(*limited[K]).bucket
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
