package linking

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/texts"
)

// Values of Policy.Linking and Policy.SignUps, as a login key has them.
// Anything else means the stricter side: never, deny.
const (
	LinkNever       = "never"
	LinkConfirm     = "confirm" // prove the local account first
	LinkAuto        = "auto"    // at once, for authoritative domains
	LinkProvisioned = "provisioned"
	SignUpAllow     = "allow"
	SignUpDeny      = "deny"
	SignUpInvited   = "invited"
	SignUpDomains   = "domains"

	// KindPeer is a login key whose upstream is another hub.
	KindPeer = "peer"
)

// A Policy is how far the administrator trusts one login key.
type Policy struct {
	KeyID   string
	Name    string // of the login key, as people know it
	Kind    string
	Enabled bool
	Linking string // LinkNever, LinkConfirm, LinkAuto, LinkProvisioned
	SignUps string // SignUpAllow, SignUpDeny, SignUpInvited, SignUpDomains

	// SignUpDomains are whose proven addresses get an account, under that rule.
	SignUpDomains []string
	// TrustEmail: what this upstream calls verified counts for any domain.
	TrustEmail bool
	// AuthoritativeDomains: it counts for these, compared whole, and here the
	// upstream runs the mailboxes itself.
	AuthoritativeDomains []string
	// MigrateUntil is when the window closes in which the people of a primary
	// find the accounts that they had here before.
	MigrateUntil time.Time

	// NoAdmins: the upstream proves too little to sign in an administrator, or
	// to make one.
	NoAdmins bool

	// Decided are issuers that the key had before, of which an administrator has
	// decided what becomes of their people.
	Decided []string
	// Left are those of them whose people stay there.
	Left []string

	// RoleMap turns the upstream's roles into roles here; what is not in it
	// is dropped, so AdminRole has to be named to be given.
	RoleMap map[string]string
}

// Same reports whether two policies decide alike.
func (p Policy) Same(o Policy) bool {
	return p.KeyID == o.KeyID && p.Kind == o.Kind && p.Enabled == o.Enabled && p.Linking == o.Linking && p.SignUps == o.SignUps &&
		p.TrustEmail == o.TrustEmail && p.NoAdmins == o.NoAdmins && p.MigrateUntil.Equal(o.MigrateUntil) &&
		slices.Equal(p.AuthoritativeDomains, o.AuthoritativeDomains) && slices.Equal(p.SignUpDomains, o.SignUpDomains) && slices.Equal(p.Decided, o.Decided) && slices.Equal(p.Left, o.Left)
}

// authoritative reports whether the upstream runs the mailboxes of a domain.
func (p Policy) authoritative(domain string) bool { return holds(p.AuthoritativeDomains, domain) }

// Believes reports whether an address that this upstream calls verified counts
// as verified here.
func (p Policy) Believes(email string) bool {
	worth, _ := Claim{Email: email, EmailVerified: true}.address(p)
	return worth.proven()
}

// Worth says whether the upstream runs the mailbox of an address, and whether
// it is trusted to have verified it.
func (p Policy) Worth(email string) (authoritative, trusted bool) {
	worth, _ := Claim{Email: email, EmailVerified: true}.address(p)
	return worth == addressAuthoritative, worth.proven()
}

// holds compares domains whole: a suffix would let in evilexample.org.
func holds(domains []string, domain string) bool {
	for _, d := range domains {
		if c, err := emailaddr.CanonicalDomain(strings.TrimSpace(d)); err == nil && c == domain {
			return true
		}
	}
	return false
}

// roles are the roles here that a claim's roles stand for.
func (p Policy) roles(claimed []string) []string {
	var mapped []string
	for _, role := range claimed {
		if to := p.RoleMap[role]; to != "" {
			mapped = append(mapped, to)
		}
	}
	clean, problems := users.CleanRoles(mapped)
	if problems != nil {
		return nil // a map nobody could have meant gives nothing
	}
	if p.NoAdmins {
		return slices.DeleteFunc(clean, func(role string) bool { return role == users.AdminRole })
	}
	return clean
}

// noSignUp says why somebody new with this address gets no account; empty if
// they do. Both narrower rules go by the address, so it has to be proven.
func (k *Service) noSignUp(ctx context.Context, p Policy, worth address, key string) (texts.Text, error) {
	switch {
	case p.Linking == LinkProvisioned:
		return texts.New("link.signup.provisioned"), nil
	case p.SignUps == SignUpAllow:
		return texts.Text{}, nil
	case p.SignUps == SignUpDomains && worth.proven() && holds(p.SignUpDomains, emailaddr.Domain(key)):
		return texts.Text{}, nil
	case p.SignUps == SignUpDomains:
		return texts.New("link.signup.domains"), nil
	case p.SignUps != SignUpInvited:
		return texts.New("link.signup.off"), nil
	}
	if worth.proven() {
		if yes, err := k.users.Invited(ctx, key); err != nil || yes {
			return texts.Text{}, err
		}
	}
	return texts.New("link.signup.invited"), nil
}
