package tried

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

func TestATestSaysWhoOneWouldBe(t *testing.T) {
	seen := map[string]linking.Action{}
	for _, action := range []linking.Action{linking.SignIn, linking.Link, linking.Confirm, linking.ConfirmByMail, linking.Create, linking.CreateUnverified, linking.Refuse} {
		text := inWords(linking.Decision{Action: action, User: users.User{Email: "ada@example.org"}}).English()
		if before, twice := seen[text]; twice {
			t.Errorf("%s and %s are both %q", before, action, text)
		}
		seen[text] = action
		if about := action != linking.Create && action != linking.CreateUnverified && action != linking.Refuse; strings.Contains(text, "ada@example.org") != about {
			t.Errorf("%s: %q", action, text)
		}
	}
}

// Tokens and other reusable secrets are not on the page.
func TestATestShowsNothingThatCouldBeUsed(t *testing.T) {
	shown := func(i federation.Identity) (all string) {
		for _, p := range shownClaims(i) {
			all += p.Name.English() + ": " + p.Value.English() + "\n"
		}
		return all
	}
	all := shown(federation.Identity{
		Issuer: "https://id.company.example", Subject: "0123456789abcdef", Email: "ada@example.org", Name: "Ada Lovelace", GivenName: "Ada", FamilyName: "Lovelace",
		PreferredUsername: "adal", Picture: "https://company.example/ada.png", Locale: "en-GB", Roles: []string{"clerk", "lead"}, ACR: "mfa", AMR: []string{"otp", "pwd"},
		SID: "the session", Tokens: federation.Tokens{Refresh: "the token", ID: "the id token"},
	})
	for _, secret := range []string{"0123456789abcdef", "the session", "the token", "the id token"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is shown: %s", secret, all)
		}
	}
	const want = "Issuer: https://id.company.example\nSubject: 0123… (16 characters)\nEmail: ada@example.org\nEmail verified: no\nName: Ada Lovelace\n" +
		"Given name: Ada\nFamily name: Lovelace\nUsername: adal\nPicture: https://company.example/ada.png\nLanguage: en-GB\nRoles in this hub: clerk, lead\nAuthentication: mfa otp pwd\n"
	if all != want {
		t.Errorf("got %s, want %s", all, want)
	}
	if got := shown(federation.Identity{Subject: "1"}); got != "Subject: 1\n" {
		t.Errorf("of who says little: got %s", got)
	}
	if got := redacted("12345678").English(); got != "12345678" {
		t.Errorf("a short subject is shown as %q", got)
	}
}

func TestATestWarnsOfWhatAKeyWillDo(t *testing.T) {
	verified := federation.Identity{Email: "ada@example.org", EmailVerified: true}
	trusting := linking.Policy{TrustEmail: true}
	for _, row := range []struct {
		what   string
		key    federation.LoginKey
		id     federation.Identity
		policy linking.Policy
		want   []string // words of each warning
	}{
		{"all is well", federation.LoginKey{}, verified, trusting, nil},
		{"no address", federation.LoginKey{}, federation.Identity{}, trusting, []string{"sent no email"}},
		{"not verified", federation.LoginKey{}, federation.Identity{Email: "ada@example.org"}, trusting, []string{"does not report the email as verified"}},
		{"not verified by a site", federation.LoginKey{Kind: federation.KindFrappe, Options: map[string]string{federation.OptionVersion: federation.SiteBinds}},
			federation.Identity{Email: "ada@example.org"}, trusting, []string{"Frappe site does not report"}},
		{"an older site", federation.LoginKey{Kind: federation.KindFrappe}, verified, trusting, []string{"refuses administrators"}},
		{"not trusted", federation.LoginKey{}, verified, linking.Policy{}, []string{"does not trust the provider for its domain"}},
		{"open to all", federation.LoginKey{SignUps: federation.Allow}, verified, trusting, []string{"All users"}},
		{"open to all of a hub", federation.LoginKey{SignUps: federation.Allow, Kind: federation.KindPeer}, verified, trusting, nil},
		{"at once, for nobody", federation.LoginKey{Linking: federation.Auto}, verified, trusting, []string{"No users are linked automatically"}},
		{"at once, for a domain", federation.LoginKey{Linking: federation.Auto, AuthoritativeDomains: []string{"example.org"}}, verified, trusting, nil},
	} {
		got := cautions(row.key, row.id, row.policy)
		if len(got) != len(row.want) {
			t.Errorf("%s: got %v", row.what, got)
			continue
		}
		for i, words := range row.want {
			if !strings.Contains(got[i].English(), words) {
				t.Errorf("%s: got %q, want %q in it", row.what, got[i].English(), words)
			}
		}
	}
}
