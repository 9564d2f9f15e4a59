package guard

import (
	"errors"
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/forwarded"
)

// Limits bound how often one network may do what is expensive for the hub. All
// but Failures are counted per /24 of IPv4 and /56 of IPv6. Zero is a default
// that suits an office behind one address.
type Limits struct {
	SignIns       web.Rate     // passwords, codes and links tried: 60, then one a second
	Begins        web.Rate     // sign-ins started, each of which is stored for a while: 2000, then 20 a second
	Secrets       web.Rate     // wrong credentials of one client: 100, then one a second
	Fetches       web.Rate     // requests that make the hub fetch documents of hubs and apps: 30, then one in 2 seconds
	Registrations web.Rate     // clients that register themselves: 200, then one in 5 seconds
	Failures      web.Rate     // wrong passwords of all networks together: 600, then 5 a second
	Large         web.Networks // networks that get more, because many people share them
}

// knownRate is how often a known browser may try a password after its network
// has used up its limit, so that others in that network cannot lock it out.
var knownRate = web.Rate{Burst: 10, Every: 10 * time.Second}

// mostTimes bounds the factor that a large network may get.
const mostTimes = 10_000

// WithDefaults fills in what was left out. Its error is a sentence for the
// operator.
func (l Limits) WithDefaults() (Limits, error) {
	for rate, usual := range map[*web.Rate]web.Rate{
		&l.SignIns:       {Burst: 60, Every: time.Second},
		&l.Begins:        {Burst: 2000, Every: 50 * time.Millisecond},
		&l.Secrets:       {Burst: 100, Every: time.Second},
		&l.Fetches:       {Burst: 30, Every: 2 * time.Second},
		&l.Registrations: {Burst: 200, Every: 5 * time.Second},
		&l.Failures:      {Burst: 600, Every: 200 * time.Millisecond},
	} {
		if rate.Burst < 0 || rate.Every < 0 {
			return Limits{}, errors.New("a limit in FEDHUB_LIMIT_… is negative; use a positive rate")
		}
		if rate.Burst == 0 {
			rate.Burst = usual.Burst
		}
		if rate.Every == 0 {
			rate.Every = usual.Every
		}
	}
	var large web.Networks
	for _, n := range l.Large {
		if !n.Prefix.IsValid() || n.Times < 1 || n.Times > mostTimes {
			return Limits{}, fmt.Errorf("FEDHUB_LARGE_NETWORKS: %s may get 1 to %d times as much as others, not %d times", n.Prefix, mostTimes, n.Times)
		}
		large = append(large, web.LargeNetwork{Prefix: forwarded.Plain(n.Prefix), Times: n.Times})
	}
	l.Large = large
	return l, nil
}

// Limiter makes a limiter that allows every network this rate.
func (l Limits) Limiter(r web.Rate, now func() time.Time) *web.Limiter {
	return l.Large.NewLimiter(r, now)
}

// guessable limits the passwords that one network may try. A browser in which
// someone has signed in before gets a small allowance of its own.
func (g *Guard) guessable() func(web.HandlerFunc) web.HandlerFunc {
	rate := g.Limits.SignIns
	networks, known := g.Limits.Limiter(rate, g.Now), web.NewKeyLimiter(knownRate, g.Now)
	return func(handle web.HandlerFunc) web.HandlerFunc {
		return func(c *gin.Context) error {
			if networks.Allow(c.ClientIP()) {
				return handle(c)
			}
			browser, err := g.Users.Knows(c.Request.Context(), users.From{Browsers: g.Sessions.KnownBrowsers(c.Request)})
			if err != nil {
				return err
			}
			if browser == "" || !known.Allow(browser) {
				return web.TooMany(rate.Every)
			}
			return handle(c)
		}
	}
}
