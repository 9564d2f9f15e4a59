package main

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// A repeatable flag is split at commas only if its values cannot contain commas.
func TestNoFlagIsCutAtWhatItsValueMayHold(t *testing.T) {
	parser, err := kong.New(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"scope", "domain", "grant", "no-grant", "origin", "host", "home-domain", "sign-up-domain", "server-domain", "document-domain"}
	found := 0
	var look func(n *kong.Node)
	look = func(n *kong.Node) {
		for _, flag := range n.Flags {
			kind := flag.Target.Type()
			if kind.Kind() == reflect.Pointer {
				kind = kind.Elem()
			}
			between := map[reflect.Kind]rune{reflect.Slice: flag.Tag.Sep, reflect.Map: flag.Tag.MapSep}
			at, several := between[kind.Kind()]
			if !several || slices.Contains(words, flag.Name) {
				continue
			}
			found++
			if at != -1 {
				t.Errorf("%s --%s is cut at %q", n.FullPath(), flag.Name, at)
			}
		}
		for _, child := range n.Children {
			look(child)
		}
	}
	look(parser.Model.Node)
	if found < 10 {
		t.Errorf("only %d such flags were found", found)
	}
}

func TestAVoucherMayNameSeveralClients(t *testing.T) {
	s := newShell(t)
	var now struct{ Vouchers []string }
	line := "https://id.example https://id.example/jwks company app1,app2"
	s.must("settings", "set", "--voucher", line, "--json").json(&now)
	if !slices.Equal(now.Vouchers, []string{line}) {
		t.Errorf("got %q", now.Vouchers)
	}
	s.must("settings", "set", "--voucher=", "--json").json(&now)
	if len(now.Vouchers) != 0 {
		t.Errorf("none is %q", now.Vouchers)
	}
}

// Role names may contain any character, so each role has its own flag.
func TestARoleIsOneFlagWhateverItsNameHolds(t *testing.T) {
	s := newShell(t)
	names := []string{"Accounts, senior", "Support admin", "cn=staff,dc=example", "team/x.y:z"}
	var flags []string
	for _, name := range names {
		flags = append(flags, "--role", name)
	}
	var row userRow
	s.must(append([]string{"user", "add", "--email", "ada@example.org", "--no-password", "--json"}, flags...)...).json(&row)
	if !slices.Equal(row.Roles, names) {
		t.Errorf("added with %q", row.Roles)
	}
	s.must("user", "roles", row.ID, "--role", "admin,staff", "--json").json(&row)
	if !slices.Equal(row.Roles, []string{"admin,staff"}) {
		t.Errorf("changed to %q", row.Roles)
	}
	s.must("user", "invite", "grace@example.org", "--role", "Accounts, senior")
	if kept := stored(t, s, "invitations", "grace@example.org"); !strings.Contains(kept, `"Accounts, senior"`) {
		t.Errorf("invited with %s", kept)
	}
	s.must(append([]string{"client", "add", "--name", "Wiki", "--redirect-uri", "https://wiki.example.org/c", "--id", "wiki"}, flags...)...)
	for _, name := range names {
		if kept := stored(t, s, "clients", "wiki"); !strings.Contains(kept, `"`+name+`"`) {
			t.Errorf("the app is not for %q: %s", name, kept)
		}
	}
}

func TestARuleIsOneFlagAndItsLastEqualsSignDivides(t *testing.T) {
	s := newShell(t)
	add := func(id string, rules ...string) []string {
		command := []string{"provider", "add", "--kind", "openid", "--base-url", "https://id.example.org", "--client-id", "us", "--name", "ID", "--id", id}
		for _, rule := range rules {
			command = append(command, "--role", rule)
		}
		return command
	}
	s.must(add("groups", "cn=staff,dc=example;x = Accounts, senior", "staff=member", "Support admin = help desk")...)
	kept := strings.ReplaceAll(stored(t, s, "loginkeys", "groups"), `": "`, `":"`)
	for _, rule := range []string{`"cn=staff,dc=example;x":"Accounts, senior"`, `"staff":"member"`, `"Support admin":"help desk"`} {
		if !strings.Contains(kept, rule) {
			t.Errorf("%s is not in\n%s", rule, kept)
		}
	}
	s.run(add("unclear", "cn=staff,dc=example=staff")...).fails(2, "--role")
	s.run(add("none", "staff")...).fails(2, "--role")
	s.run(add("twice", "staff = a", "staff = b")...).fails(2, "another --role maps the same role")
}
