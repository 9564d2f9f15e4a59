package jwt

import (
	"slices"
	"time"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/texts"
)

// maxJTI is the maximum length of a jti, in bytes.
const maxJTI = 512

// A Want is what the claims of a token must be.
type Want struct {
	Issuer   string   // "": any, unless the policy names one and requires iss
	Audience []string // the names of the reader
	Now      time.Time
}

// Claims are the claims of RFC 7519 §4.1. Times are seconds since 1970.
type Claims struct {
	Issuer, Subject, ID string
	Audience            []string
	Ends, Begins, Made  *float64 // exp, nbf, iat
}

// Check checks verified claims against the policy and the wanted values, in the
// order of RFC 7523 §3. The error is a flaw.
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

// Claims is Check for unverified claims. It comes before a key lookup, so that
// a token that does not even claim to be from the right sender, for the right
// reader and valid now, cannot cause a fetch or a wait.
func (p Policy) Claims(t *Token, w Want) (Claims, error) {
	o, err := t.Unverified()
	if err != nil {
		return Claims{}, Flaw("jwt.payload.bad", "cause", err)
	}
	return p.Check(o, w)
}

// read reads claims by exact name and type: a quoted number is not a number.
func (p Policy) read(o jsonx.Object) (c Claims, err error) {
	for name, target := range map[string]any{
		"iss": &c.Issuer, "sub": &c.Subject, "jti": &c.ID, "exp": &c.Ends, "nbf": &c.Begins, "iat": &c.Made,
	} {
		if slices.Contains(p.Ignored, name) {
			continue
		}
		if err := o.Member(name, target); err != nil {
			return Claims{}, Flaw("jwt.member", "cause", err)
		}
	}
	for name, at := range map[string]*float64{"exp": c.Ends, "nbf": c.Begins, "iat": c.Made} {
		if at != nil && (*at < 0 || *at > 1<<53) {
			return Claims{}, Flaw("jwt.time", "name", name)
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
		return Flaw("jwt.aud.one", "for", texts.New(p.For))
	}
	if p.Audience == Party {
		return Flaw("jwt.aud.party", "for", texts.New(p.For))
	}
	return Flaw("jwt.aud", "for", texts.New(p.For))
}

// addressed reports whether a token is for the reader.
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
	// An issuer that must be signed needs a name.
	case w.Issuer != "" && c.Issuer != w.Issuer, w.Issuer == "" && p.By != "" && slices.Contains(p.Required, "iss"):
		return Flaw("jwt.iss", "by", texts.New(p.By))
	case !p.addressed(o, c.Audience, w.Audience):
		return p.wrongAudience()
	case missing >= 0:
		return Flaw("jwt.missing", "name", p.Required[missing], "names", p.Required)
	case extra >= 0:
		return Flaw("jwt.extra", "name", p.Absent[extra])
	case len(c.ID) > maxJTI:
		return Flaw("jwt.jti.long")
	}
	return nil
}

func (p Policy) checkTimes(c Claims, now float64) error {
	leeway := p.Leeway.Seconds()
	switch {
	case c.Ends != nil && *c.Ends <= now-leeway:
		return Flaw("jwt.expired")
	case c.Ends != nil && p.MaxLife > 0 && *c.Ends > now+p.MaxLife.Seconds()+leeway:
		return Flaw("jwt.exp.far", "minutes", minutes(p.MaxLife))
	case c.Made != nil && p.Fresh > 0 && *c.Made < now-p.Fresh.Seconds():
		return Flaw("jwt.iat.old")
	case c.Made != nil && *c.Made > now+leeway:
		return Flaw("jwt.iat.future")
	case c.Begins != nil && *c.Begins > now+leeway:
		return Flaw("jwt.nbf.future")
	case c.Begins != nil && p.MaxAge > 0 && *c.Begins < now-p.MaxAge.Seconds()-leeway:
		return Flaw("jwt.nbf.old", "minutes", minutes(p.MaxAge))
	}
	return nil
}

func minutes(d time.Duration) int { return int(d / time.Minute) }

// Until is how long the jti of a token must be remembered: as long as the token
// would be accepted, leeway included.
func (p Policy) Until(c Claims) time.Time {
	return time.UnixMilli(int64(*c.Ends * 1000)).Add(p.Leeway + time.Second)
}
