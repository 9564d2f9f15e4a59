package signin_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

const newBrowser = "New sign-in to your account"

func TestASignInInANewBrowserIsTold(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	w.Person("ada@example.org")
	first := w.Browser()
	for range 2 {
		if !enters(first, "ada@example.org") {
			t.Fatal("Ada cannot sign in")
		}
	}
	if told := box.About(newBrowser); len(told) != 0 {
		t.Errorf("the first browser is told of: %v", told)
	}
	if !enters(w.Browser(), "ada@example.org") {
		t.Fatal("Ada cannot sign in elsewhere")
	}
	told := box.About(newBrowser)
	if len(told) != 1 || told[0].To != "ada@example.org" || !strings.Contains(told[0].Text, "Address: 127.0.0.1") || !strings.Contains(told[0].Text, w.URL+"/wasnt-me/account?token=") {
		t.Fatalf("got %v", told)
	}
	// A new password ends what was known of browsers, but the one in which
	// it was changed is not new.
	p := first.Open("/account/password")
	first.Submit(p, "/account/password", "current", hubtest.Password, "new", "correct horse battery staple")
	enters(first, "ada@example.org")
	if told := box.About(newBrowser); len(told) != 1 {
		t.Errorf("the same browser is told of: %v", told)
	}
}
