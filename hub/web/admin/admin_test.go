package admin

import (
	"slices"
	"testing"

	"github.com/fedhub/fedhub/federation"
)

func TestListsAreReadAsPeopleTypeThem(t *testing.T) {
	if got := Lines("cn=staff, dc=example\r\n\r\nadmins"); !slices.Equal(got, []string{"cn=staff, dc=example", "admins"}) {
		t.Errorf("lines: %q", got)
	}
	if got := Names(" Site Manager\r\n \r\nstaff, all\n"); !slices.Equal(got, []string{"Site Manager", "staff, all"}) {
		t.Errorf("names: %q", got)
	}
}

func TestALoginKeyIsADraftUntilThereIsEnoughToSignInWith(t *testing.T) {
	k := federation.LoginKey{Kind: federation.KindOpenID}
	if got := KeyState(k).Text; got.English() != "Draft" {
		t.Errorf("without a client id it is %q", got.English())
	}
	k.ClientID = "here"
	if got := KeyState(k).Text; got.English() != "Disabled" {
		t.Errorf("with a client id it is %q", got.English())
	}
	k.Enabled = true
	if got := KeyState(k).Text; got.English() != "Enabled" {
		t.Errorf("switched on it is %q", got.English())
	}
}
