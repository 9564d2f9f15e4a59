package forms

import (
	"slices"
	"testing"
)

func TestListsAreReadAsPeopleTypeThem(t *testing.T) {
	if got := Words("openid, email\r\nprofile\troles,files"); !slices.Equal(got, []string{"openid", "email", "profile", "roles", "files"}) {
		t.Errorf("words: %q", got)
	}
	if got := Addresses(" https://a.example/cb?list=1,2 https://b.example/cb\r\n\r\nhttps://c.example/a,b\t"); !slices.Equal(got,
		[]string{"https://a.example/cb?list=1,2", "https://b.example/cb", "https://c.example/a,b"}) {
		t.Errorf("addresses: %q", got)
	}
}

func TestADomainMayBeTypedWithAnAt(t *testing.T) {
	if got := Domains("@Example.org, example.com"); !slices.Equal(got, []string{"example.org", "example.com"}) {
		t.Errorf("got %q", got)
	}
}
