package frappeimport

import (
	"fmt"
	"strings"
	"testing"
)

// A secret that was changed on the site is added beside the old one, which an
// administrator has to delete. Without room for it, the rest is imported.
func TestAnotherSecretAtTheSiteIsToldOf(t *testing.T) {
	h := newHouse(t)
	export := func(secret string) map[string]string {
		return map[string]string{
			"clients.csv": "ID,App Name,Redirect URIs,App Client Secret\n3k9v2m1q0a,App,https://a.example.com/cb," + secret + "\n",
			"users.csv":   "ID,Email,Enabled,User ID (Social Logins)\n" + secret + "@example.com," + secret + "@example.com,1,\n",
		}
	}
	h.carry(h.plan(export("secret-number-0")))
	if one := h.carry(h.plan(export("secret-number-1"))).of("App"); one.Outcome != Updated || !strings.Contains(strings.Join(one.Next, " "), "Delete the old secret") {
		t.Errorf("got %+v", one)
	}
	for n := 2; n < 12; n++ { // ten are the most that an application can have
		secret := fmt.Sprint("secret-number-", n)
		r := h.carry(h.plan(export(secret)))
		if one := r.of(secret + "@example.com"); one.Outcome != Created {
			t.Errorf("%s: the rest was left out: %+v", secret, one)
		}
		if one := r.of("App"); one.Outcome == Unclear && !strings.Contains(one.Reason, "Delete one first") {
			t.Errorf("got %+v", one)
		}
	}
	if one := h.plan(export("secret-number-12")).Report.of("App"); one.Outcome != Unclear {
		t.Errorf("got %+v", one)
	}
}
