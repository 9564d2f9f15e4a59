package e2e_test

import (
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

func TestHubsOnOneHostKeepTheirCookiesApart(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.open(w.secondary.URL + "/signin")
		b.signIn(w.bo)
		ofSecondary := b.cookies()
		b.open(w.primary.URL + "/signin")
		b.signIn(w.ada)
		all := b.cookies()

		for _, c := range all {
			if !c.HTTPOnly || c.SameSite != network.CookieSameSiteLax || c.Path != "/" {
				t.Errorf("cookie %s: HttpOnly %v, SameSite %q, path %q", c.Name, c.HTTPOnly, c.SameSite, c.Path)
			}
			// Without a domain it belongs to this host alone.
			want(t, "domain of "+c.Name, c.Domain, "localhost")
		}
		if len(all) < 2*len(ofSecondary) || len(ofSecondary) == 0 {
			t.Errorf("the secondary set %d cookies, and with the primary's there are %d: they share some", len(ofSecondary), len(all))
		}
		for name, before := range ofSecondary {
			want(t, "value of "+name+" after a sign-in at the primary", all[name].Value, before.Value)
		}
		// One browser with two users: each hub has its own session.
		b.open(w.secondary.URL + "/account")
		b.seeText("Bo Brown")
		b.open(w.primary.URL + "/account")
		b.seeText("Ada Lovelace")
		want(t, "cookies that scripts can read", evaluate[string](b, "document.cookie"), "")
	})
}

func TestSigningInChangesTheSessionCookie(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.open(w.secondary.URL + "/signin")
		b.signIn(w.bo)
		first := b.cookies()
		b.open(w.secondary.URL + "/signin?switch=1")
		b.signIn(w.secondary.Admin)
		changed := 0
		for name, c := range b.cookies() {
			if first[name] != nil && first[name].Value != c.Value {
				changed++
			}
		}
		if changed == 0 {
			t.Error("another person signed in under the same session cookie")
		}
	})
}

// cookies are all cookies of this window, by name.
func (b *tab) cookies() map[string]*network.Cookie {
	b.t.Helper()
	found, err := chromedp.Call(b.ctx, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		b.t.Fatal(err)
	}
	byName := map[string]*network.Cookie{}
	for _, c := range found.Cookies {
		byName[c.Name] = c
	}
	return byName
}
