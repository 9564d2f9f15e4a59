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
type Limiter struct {
	every time.Duration
	burst int
	now   func() time.Time

	mu    sync.Mutex
	byKey map[netip.Prefix]*list.Element
	order *list.List // most recently seen first
}

type limited struct {
	key    netip.Prefix
	bucket *rate.Limiter
}

// NewLimiter allows burst requests at once and then one every interval.
func NewLimiter(every time.Duration, burst int, now func() time.Time) *Limiter {
	return &Limiter{every: every, burst: burst, now: now, byKey: map[netip.Prefix]*list.Element{}, order: list.New()}
}

// Limit guards a handler.
func (l *Limiter) Limit(h Handler) Handler {
	return func(c *gin.Context) error {
		if !l.Allow(c.ClientIP()) {
			return TooMany(l.every)
		}
		return h(c)
	}
}

// Allow counts a request from an address, and says whether it may go on.
func (l *Limiter) Allow(ip string) bool {
	key := subnet(ip)
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.byKey[key]
	if ok {
		l.order.MoveToFront(e)
	} else {
		e = l.order.PushFront(&limited{key, rate.NewLimiter(rate.Every(l.every), l.burst)})
		l.byKey[key] = e
		if l.order.Len() > maxLimited {
			oldest := l.order.Remove(l.order.Back()).(*limited)
			delete(l.byKey, oldest.key)
		}
	}
	return e.Value.(*limited).bucket.AllowN(l.now(), 1)
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
