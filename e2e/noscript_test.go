package e2e_test

import "testing"

func TestTheWholeWayWorksWithoutScripts(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.withoutScripts()
		b.open(w.primary.URL + "/signin")
		if b.has("button[aria-label='Show password']") {
			t.Fatal("scripts still run")
		}
		b.throughAllThree(w)
		b.seeText("Hello, Ada Lovelace")
	})
}

func TestAdministrationWorksWithoutScripts(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.withoutScripts()
		b.open(w.secondary.URL + "/signin?to=/admin/clients/new")
		b.signIn(w.secondary.Admin)
		b.tick("#type-web")
		b.fill("#app_name", "Wiki")
		b.fill("#redirect_uris", "https://wiki.example.org/callback")
		b.press("#create")
		b.see("#secret")
		b.press("#done")
		want(t, "the redirect URI", b.value("#redirect_uris"), "https://wiki.example.org/callback")
	})
}
