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

// Values of Policy.Linking and Policy.SignUps, as a login key has them. Any
// other value counts as the strictest: never, deny.
const (
	LinkNever       = "never"
	LinkConfirm     = "confirm" // prove the local account first
	LinkAuto        = "auto"    // at once, for authoritative domains
	LinkProvisioned = "provisioned"
	SignUpAllow     = "allow"
	SignUpDeny      = "deny"
	SignUpInvited   = "invited"
	SignUpDomains   = "domains"

	// KindPeer is a login key for another hub.
	KindPeer = "peer"
)

// A Policy is how far the administrator trusts one provider.
type Policy struct {
	KeyID   string
	Name    string // the provider's name for users
	Kind    string
	Enabled bool
	Linking string // LinkNever, LinkConfirm, LinkAuto, LinkProvisioned
	SignUps string // SignUpAllow, SignUpDeny, SignUpInvited, SignUpDomains

	// SignUpDomains limits new accounts to proven addresses of these domains,
	// under SignUpDomains.
	SignUpDomains []string
	// TrustEmail: an address that the provider calls verified counts, in any
	// domain.
	TrustEmail bool
	// AuthoritativeDomains: it counts in these domains, compared whole, because
	// the provider runs their mailboxes.
	AuthoritativeDomains []string
	// MigrateUntil ends the window in which users of a primary hub are linked
	// to the accounts that they already had here.
	MigrateUntil time.Time

	// NoAdmins: the provider's proof is too weak to sign in or create an
	// administrator.
	NoAdmins bool

	// Decided are former issuers of the key; an administrator has decided about
	// their users.
	Decided []string
	// Left are those of Decided whose users stay there.
	Left []string

	// RoleMap maps the provider's roles to roles here. Unmapped roles are
	// dropped, so AdminRole must be mapped explicitly.
	RoleMap map[string]string
	// adminGrants are the roles and memberships that make an administrator; set
	// by withAdminGroups.
	adminGrants []string
}

// withAdminGroups adds which groups make administrators.
func (k *Service) withAdminGroups(ctx context.Context, p Policy) (Policy, error) {
	grants, err := k.users.AdminGrants(ctx)
	p.adminGrants = grants
	return p, err
}

func (p Policy) makesAdmin(grant string) bool {
	return grant == users.AdminRole || slices.Contains(p.adminGrants, grant)
}

// Same reports whether two policies decide alike.
func (p Policy) Same(o Policy) bool {
	return p.KeyID == o.KeyID && p.Kind == o.Kind && p.Enabled == o.Enabled && p.Linking == o.Linking && p.SignUps == o.SignUps &&
		p.TrustEmail == o.TrustEmail && p.NoAdmins == o.NoAdmins && p.MigrateUntil.Equal(o.MigrateUntil) &&
		slices.Equal(p.AuthoritativeDomains, o.AuthoritativeDomains) && slices.Equal(p.SignUpDomains, o.SignUpDomains) && slices.Equal(p.Decided, o.Decided) && slices.Equal(p.Left, o.Left)
}

// authoritative reports whether the provider runs the mailboxes of a domain.
func (p Policy) authoritative(domain string) bool { return holds(p.AuthoritativeDomains, domain) }

// Believes reports whether an address that this provider calls verified counts
// as verified here.
func (p Policy) Believes(email string) bool {
	worth, _ := Claim{Email: email, EmailVerified: true}.address(p)
	return worth.proven()
}

// Worth reports whether the provider runs the mailbox of an address, and
// whether it is trusted to verify it.
func (p Policy) Worth(email string) (authoritative, trusted bool) {
	worth, _ := Claim{Email: email, EmailVerified: true}.address(p)
	return worth == addressAuthoritative, worth.proven()
}

// holds compares whole domains: comparing suffixes would admit evilexample.org.
func holds(domains []string, domain string) bool {
	for _, d := range domains {
		if c, err := emailaddr.CanonicalDomain(strings.TrimSpace(d)); err == nil && c == domain {
			return true
		}
	}
	return false
}

// roles are the roles and memberships here that a claim's roles map to, in the
// form of users.User.Grants.
func (p Policy) roles(claimed []string) []string {
	var mapped, entered []string
	for _, role := range claimed {
		to := p.RoleMap[role]
		if _, group := users.GroupOf(to); group {
			entered = append(entered, to)
		} else if to != "" {
			mapped = append(mapped, to)
		}
	}
	clean, problems := users.CleanRoles(mapped)
	if problems != nil {
		return nil // an impossible map gives no roles
	}
	slices.Sort(entered)
	clean = append(clean, slices.Compact(entered)...)
	if p.NoAdmins {
		return slices.DeleteFunc(clean, p.makesAdmin)
	}
	return clean
}

// noSignUp returns why a new person with this address gets no account; empty if
// they do. Both narrower rules depend on the address, so it must be proven.
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
