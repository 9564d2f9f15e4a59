package jwt

import (
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/internal/jsonx"
)

// maxJTI is how long a jti may be, in bytes.
const maxJTI = 512

// A Want is what the claims of one token must say.
type Want struct {
	Issuer   string   // "": any, unless the policy says whom and requires iss
	Audience []string // the names of who reads it
	Now      time.Time
}

// Claims are those of RFC 7519 §4.1. Times are seconds since 1970.
type Claims struct {
	Issuer, Subject, ID string
	Audience            []string
	Ends, Begins, Made  *float64 // exp, nbf, iat
}

// Check holds verified claims against the policy and what is wanted, in the
// order of RFC 7523 §3. The error is a Flaw.
func (p Policy) Check(o jsonx.Object, w Want) (Claims, error) {
	c, err := p.read(o)
	if err != nil {
		return Claims{}, err
	}
	if err := p.checkNames(o, c, w); err != nil {
		return Claims{}, err
	}
	return c, p.checkTimes(c, float64(w.Now.UnixMilli())/1000)
}

// read takes claims by their exact names and types: a number in quotes is not
// a number.
func (p Policy) read(o jsonx.Object) (c Claims, err error) {
	for name, target := range map[string]any{
		"iss": &c.Issuer, "sub": &c.Subject, "jti": &c.ID, "exp": &c.Ends, "nbf": &c.Begins, "iat": &c.Made,
	} {
		if slices.Contains(p.Ignored, name) {
			continue
		}
		if err := o.Member(name, target); err != nil {
			return Claims{}, Flaw("its " + err.Error())
		}
	}
	for name, at := range map[string]*float64{"exp": c.Ends, "nbf": c.Begins, "iat": c.Made} {
		if at != nil && (*at < 0 || *at > 1<<53) {
			return Claims{}, Flaw("its " + name + " is not a time")
		}
	}
	if p.Audience == Elsewhere || p.Audience == ByCaller {
		return c, nil
	}
	c.Audience, err = o.List("aud")
	if _, single := jsonx.Text(o["aud"]); err != nil || p.Audience == One && !single {
		return Claims{}, p.wrongAudience()
	}
	return c, nil
}

func (p Policy) wrongAudience() error {
	if p.Audience == One {
		return Flaw("its aud must be one string, " + p.For)
	}
	if p.Audience == Party {
		return Flaw("its aud must be " + p.For + ", and its azp too where there are others")
	}
	return Flaw("its aud must be " + p.For)
}

// addressed reports whether a token is for who reads it.
func (p Policy) addressed(o jsonx.Object, audience, readers []string) bool {
	us := func(name string) bool { return name != "" && slices.Contains(readers, name) }
	named := slices.ContainsFunc(audience, us)
	switch p.Audience {
	case ByCaller, Elsewhere:
		return true
	case IfNamed:
		return named || len(audience) == 0
	case Alone:
		return named && len(audience) == 1
	case Party:
		others := slices.ContainsFunc(audience, func(name string) bool { return !us(name) })
		return named && (us(o.Loose("azp")) || !others && !o.Has("azp"))
	}
	return named
}

func (p Policy) checkNames(o jsonx.Object, c Claims, w Want) error {
	missing := slices.IndexFunc(p.Required, func(name string) bool {
		return !o.Says(name) || name == "jti" && c.ID == "" || name == "sub" && c.Subject == ""
	})
	extra := slices.IndexFunc(p.Absent, o.Has)
	switch {
	// Whom a policy wants to have signed must have a name.
	case w.Issuer != "" && c.Issuer != w.Issuer, w.Issuer == "" && p.By != "" && slices.Contains(p.Required, "iss"):
		return Flaw("its iss must be " + p.By)
	case !p.addressed(o, c.Audience, w.Audience):
		return p.wrongAudience()
	case missing >= 0:
		return Flaw("it has no " + p.Required[missing] + "; it needs " + list(p.Required))
	case extra >= 0:
		return Flaw("it has " + p.Absent[extra] + ", so it is for something else")
	case len(c.ID) > maxJTI:
		return Flaw("its jti is too long")
	}
	return nil
}

func (p Policy) checkTimes(c Claims, now float64) error {
	leeway := p.Leeway.Seconds()
	late := leeway
	if p.Punctual {
		late = 0
	}
	switch {
	case c.Ends != nil && *c.Ends <= now-late:
		return Flaw("it has expired")
	case c.Ends != nil && p.MaxLife > 0 && *c.Ends > now+p.MaxLife.Seconds()+late:
		return Flaw("its exp is more than " + inWords(p.MaxLife) + " ahead")
	case c.Made != nil && p.Fresh > 0 && *c.Made < now-p.Fresh.Seconds():
		return Flaw("its iat is too long ago")
	case c.Made != nil && *c.Made > now+leeway:
		return Flaw("its iat is in the future")
	case c.Begins != nil && *c.Begins > now+leeway:
		return Flaw("its nbf is in the future")
	case c.Begins != nil && p.MaxAge > 0 && *c.Begins < now-p.MaxAge.Seconds()-leeway:
		return Flaw("its nbf is more than " + inWords(p.MaxAge) + " ago")
	}
	return nil
}

// list writes names as a sentence has them.
func list(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func inWords(d time.Duration) string {
	switch d {
	case time.Hour:
		return "an hour"
	case 24 * time.Hour:
		return "a day"
	}
	return strings.TrimSuffix(d.String(), "m0s") + " minutes"
}

// Until is how long the jti of a token must be remembered: as far as the token
// would be accepted, leeway included.
func (p Policy) Until(c Claims) time.Time {
	return time.UnixMilli(int64(*c.Ends * 1000)).Add(p.Leeway + time.Second)
}
