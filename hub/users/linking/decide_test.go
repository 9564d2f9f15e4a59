package linking

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/texts"
)

// The decision table in its original form: the first matching line decides. A dash
// matches anything, a bar separates alternatives.
//
//	claim    usable, or not
//	linker   the signed-in user who adds the identity: none, on, on-admin, off (disabled)
//	identity none, another user's or the linker's under a former issuer of the key (former, self-former), the linker's (self), an enabled user's (on, on-admin), a disabled user's (off), a removed user's (gone)
//	address  as the constants
//	local    user with the address: none, or plain, untested (address never verified), admin, off; other = has another subject
//	kind     of the provider: key, a weak one, or peer; each in a migration window or not, which only a peer uses
const table = `
claim linker identity address       local          kind link         signup | row action
bad   -      -        -             -              -    -            -      | D0  refuse
ok    off    -        -             -              -    -            -      | D11 refuse
ok    on-admin -      -             -              weak -            -      | D14 refuse
ok    on|on-admin former -          -              -    -            -      | D15 refuse
ok    on|on-admin none|self|self-former - -        -    -            -      | D2  link
ok    on|on-admin -   -             -              -    -            -      | D2  refuse
ok    none   off      -             -              -    -            -      | D11 refuse
ok    none   gone     -             -              -    -            -      | D11 refuse
ok    none   on-admin -             -              weak -            -      | D14 refuse
ok    none   on|on-admin -          -              -    -            -      | D1  sign in
ok    none   none|former -          off|off-untested|off-admin|off-admin-untested - - - | D11 refuse
ok    none   former   -             -              -    -            -      | D15 refuse
ok    none   none     malformed     -              -    -            -      | D12 refuse
ok    none   none     ambiguous     -              -    -            -      | D12 refuse
ok    none   none     missing       none           -    -            allow  | D3  create unverified
ok    none   none     missing       none           -    -            deny   | D3  refuse
ok    none   none     unproven      none           -    -            allow  | D3  create unverified
ok    none   none     unproven      none           -    -            deny   | D3  refuse
ok    none   none     proven|auth   none           -    -            allow  | D5  create
ok    none   none     proven|auth   none           -    -            deny   | D5  refuse
ok    none   none     missing|unproven -           -    -            -      | D4  refuse
ok    none   none     proven|auth   admin-untested -    -            -      | D6  refuse
ok    none   none     auth          untested|untested-other key|key-window|weak|peer-window confirm|auto - | D6 link
ok    none   none     proven|auth   untested|untested-other - confirm|auto -  | D6  confirm by mail
ok    none   none     proven|auth   untested|untested-other - -      -      | D6  refuse
ok    none   none     proven|auth   admin          -    -            -      | D9  refuse
ok    none   none     proven|auth   other          -    -            -      | D10 refuse
ok    none   none     auth          plain          peer-window confirm|auto - | D13 link
ok    none   none     auth          plain          key|key-window|weak auto -   | D8  link
ok    none   none     proven|auth   plain          -    confirm|auto -      | D7  confirm
ok    none   none     proven|auth   plain          -    -            -      | D7  refuse
`

func TestEveryDecisionIsTheTables(t *testing.T) {
	rows := readTable()
	used := make([]int, len(rows))
	for _, c := range everyCase() {
		d, over := judge(c.facts)
		checkPassed(t, d, over)
		at, want := lookUp(rows, c.words)
		if at < 0 {
			t.Fatalf("%v is in no row", c.words)
		}
		used[at]++
		if got := d.Row + " " + string(d.Action); got != want {
			t.Errorf("%v: got %s, want %s", c.words, got, want)
		}
		checkDecision(t, c.facts, d)
	}
	for i, n := range used {
		if n == 0 {
			t.Errorf("no case reaches row %d: %v", i, rows[i])
		}
	}
}

// checkDecision holds what must be true of any decision, table or not.
func checkDecision(t *testing.T, f facts, d Decision) {
	t.Helper()
	if d.Why.IsZero() {
		t.Errorf("%s %s: no reason", d.Row, d.Action)
	}
	switch d.Action {
	case Refuse, Create, CreateUnverified:
		if d.User.ID != "" {
			t.Errorf("%s %s names a user", d.Row, d.Action)
		}
	case SignIn, Link, Confirm, ConfirmByMail:
		if d.User.ID == "" || d.User.Disabled {
			t.Errorf("%s %s is for %+v", d.Row, d.Action, d.User)
		}
		if f.weak && d.User.Admin() {
			t.Errorf("%s %s: a weak upstream gets an administrator", d.Row, d.Action)
		}
		if byAddress := f.linker == nil && !f.linked; byAddress && (d.User.Admin() || f.otherSub && !d.wipe || !f.address.proven()) {
			t.Errorf("%s %s by an address that cannot", d.Row, d.Action)
		}
	}
	if d.wipe && d.User.EmailVerified || d.Row == "D6" && d.Action != Refuse && !d.wipe {
		t.Errorf("%s %s: wipe is %v", d.Row, d.Action, d.wipe)
	}
}

// checkPassed holds that the rows passed over are those before the one that
// decided, each with a fact.
func checkPassed(t *testing.T, d Decision, over []Passed) {
	t.Helper()
	for i, p := range over {
		if p.Row != rows[i].row || p.Code == "" {
			t.Errorf("%s: row %d passed over is %+v", d.Row, i, p)
		}
	}
	if len(over) >= len(rows) || rows[len(over)].row != d.Row {
		t.Errorf("%s decided behind %d rows", d.Row, len(over))
	}
}

type row struct {
	conditions []string
	want       string
}

func readTable() []row {
	var rows []row
	for _, line := range strings.Split(strings.TrimSpace(table), "\n")[1:] {
		left, right, _ := strings.Cut(line, " | ")
		rows = append(rows, row{strings.Fields(left), strings.Join(strings.Fields(right), " ")})
	}
	return rows
}

func lookUp(rows []row, words []string) (int, string) {
	for i, r := range rows {
		fits := true
		for j, condition := range r.conditions {
			fits = fits && (condition == "-" || strings.Contains("|"+condition+"|", "|"+words[j]+"|"))
		}
		if fits {
			return i, r.want
		}
	}
	return -1, ""
}

type testCase struct {
	words []string
	facts facts
}

// everyCase is the product of all inputs of decide.
func everyCase() []testCase {
	addresses := map[string]address{"missing": addressMissing, "malformed": addressMalformed, "ambiguous": addressAmbiguous,
		"unproven": addressUnproven, "proven": addressProven, "auth": addressAuthoritative}
	locals := []string{"none", "plain", "untested", "admin", "admin-untested", "other", "untested-other", "off", "off-untested", "off-admin", "off-admin-untested"}
	var cases []testCase
	for _, claim := range []string{"ok", "bad"} {
		for _, linker := range []string{"none", "on", "on-admin", "off"} {
			for _, identity := range []string{"none", "former", "self-former", "self", "on", "on-admin", "off", "gone"} {
				for name, addr := range addresses {
					for _, local := range locals {
						for _, kind := range []string{"key", "key-window", "weak", "peer", "peer-window"} {
							for _, linking := range []string{LinkNever, LinkConfirm, LinkAuto, LinkProvisioned, "", "AUTO"} {
								for _, signUp := range []string{SignUpAllow, SignUpDeny} {
									if strings.HasPrefix(identity, "self") && linker == "none" {
										continue
									}
									f := facts{address: addr, weak: kind == "weak", peer: strings.HasPrefix(kind, "peer"), migrating: strings.HasSuffix(kind, "-window"), linking: linking}
									if signUp == SignUpDeny {
										f.noSignUp = texts.New("link.signup.off")
									}
									if claim == "bad" {
										f.unusable = texts.New("link.key.off")
									}
									f.linker = person("linker", linker)
									f.former = strings.HasSuffix(identity, "former")
									f.linked = identity != "none" && !f.former
									f.owner = person("owner", identity)
									if identity == "self-former" {
										f.formerOwner = "linker"
									}
									if identity == "self" {
										f.owner = person("linker", linker)
									}
									f.local = person("local", local)
									f.otherSub = strings.Contains(local, "other")
									cases = append(cases, testCase{[]string{claim, linker, identity, name, local, kind, linking, signUp}, f})
								}
							}
						}
					}
				}
			}
		}
	}
	return cases
}

// person makes the user that words describe.
func person(id, words string) *users.User {
	if words == "none" || words == "gone" || strings.HasSuffix(words, "former") {
		return nil
	}
	u := &users.User{ID: id, Disabled: strings.Contains(words, "off"), EmailVerified: !strings.Contains(words, "untested")}
	if strings.Contains(words, "admin") {
		u.SetRoles([]string{users.AdminRole})
	}
	return u
}

// Only a provider without enough proof leads to a request for more proof.
func TestOnlyTheRowOfWeakUpstreamsAsksForMoreProof(t *testing.T) {
	for row, want := range map[string]bool{"D14": true, "D9": false} {
		if got := (Decision{Row: row, Action: Refuse}).TooWeak(); got != want {
			t.Errorf("%s: got %v", row, got)
		}
	}
	if (Decision{Row: "D14", Action: SignIn}).TooWeak() {
		t.Error("somebody who is signed in has to prove more")
	}
}

func TestOnlyPlainSubjectsAreUsable(t *testing.T) {
	p := Policy{KeyID: "google", Enabled: true}
	good := Claim{Key: "google", Issuer: "https://accounts.example", Subject: "10769150350006150715113082367"}
	if why := good.unusable(p); !why.IsZero() {
		t.Fatalf("a good claim: %s", why)
	}
	for i, spoil := range []func(*Claim, *Policy){
		func(c *Claim, _ *Policy) { c.Subject = "" },
		func(c *Claim, _ *Policy) { c.Subject = "0" },
		func(c *Claim, _ *Policy) { c.Subject = "null" },
		func(c *Claim, _ *Policy) { c.Subject = " 1" },
		func(c *Claim, _ *Policy) { c.Subject = "1\x00" },
		func(c *Claim, _ *Policy) { c.Subject = "1\xff" },
		func(c *Claim, _ *Policy) { c.Subject = strings.Repeat("1", 256) },
		func(c *Claim, _ *Policy) { c.Issuer = "" },
		func(c *Claim, _ *Policy) { c.Key = "" },
		func(c *Claim, _ *Policy) { c.Key = "github" },
		func(c *Claim, p *Policy) { c.Key, p.KeyID = "a/b", "a/b" },
		func(_ *Claim, p *Policy) { p.Enabled = false },
	} {
		c, p := good, p
		spoil(&c, &p)
		if c.unusable(p).IsZero() {
			t.Errorf("case %d: %+v is usable", i, c)
		}
	}
}

func TestWhatAnAddressIsWorth(t *testing.T) {
	for _, tt := range []struct {
		email    string
		verified bool
		trust    bool
		domains  string
		want     address
	}{
		{"", true, true, "", addressMissing},
		{"  ", true, true, "", addressMissing},
		{"a@b@example.org", true, true, "example.org", addressMalformed},
		{"ada@example.org", false, true, "example.org", addressUnproven},
		{"ada@example.org", true, false, "", addressUnproven},
		{"ada@example.org", true, true, "", addressProven},
		{"ada@example.org", true, false, "example.org", addressAuthoritative},
		{"ADA@EXAMPLE.ORG", true, false, " Example.org", addressAuthoritative},
		{"ada@xn--bcher-kva.example", true, false, "bücher.example", addressAuthoritative},
		{"ada@evilexample.org", true, false, "example.org", addressUnproven},
		{"ada@example.org.evil", true, false, "example.org", addressUnproven},
		{"ada@mail.example.org", true, false, "example.org", addressUnproven},
		{"ada@example.org", true, false, "*", addressUnproven},
		{"ada@example.org", true, false, ".example.org", addressUnproven},
	} {
		p := Policy{TrustEmail: tt.trust, AuthoritativeDomains: []string{tt.domains}}
		if got, _ := (Claim{Email: tt.email, EmailVerified: tt.verified}).address(p); got != tt.want {
			t.Errorf("%+v: got %d", tt, got)
		}
	}
}

func TestRolesFromUpstreamAreOnlyTheMappedOnes(t *testing.T) {
	p := Policy{RoleMap: map[string]string{"Boss": "admin", "HR": "hr", "People": "hr", "none": ""}}
	for _, tt := range []struct {
		claimed []string
		want    string
	}{
		{[]string{"admin", "Admin", "boss"}, "[]"},
		{[]string{"HR", "People", "other", "none"}, "[hr]"},
		{[]string{"Boss"}, "[admin]"},
	} {
		if got := fmt.Sprint(p.roles(tt.claimed)); got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.claimed, got, tt.want)
		}
	}
	p.NoAdmins = true
	if got := p.roles([]string{"Boss", "HR"}); len(got) != 1 || got[0] != "hr" {
		t.Errorf("a weak upstream gives %v", got)
	}
	if got := (Policy{}).roles([]string{"admin"}); len(got) != 0 {
		t.Errorf("without a map: got %v", got)
	}
}
