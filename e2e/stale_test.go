package e2e_test

import "testing"

func TestAFormThatIsOlderThanTheSessionChangesNothing(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		one := newWindow(t)
		one.open(w.secondary.URL + "/signin?to=/admin/settings")
		one.signIn(w.secondary.Admin)
		one.fill("#hub_name", "Changed by a forgotten tab")

		// Another user signs in, in another tab of the same window.
		two := one.another()
		two.open(w.secondary.URL + "/signout")
		two.press("#sign-out")
		two.press("#sign-in-again")
		two.signIn(w.bo)
		two.seeText("Bo Brown")

		one.press("#save")
		if one.has("#notice") {
			t.Errorf("the form was taken:\n%s", one.text())
		}
		now, err := w.secondary.Operator.Settings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if now.HubName == "Changed by a forgotten tab" {
			t.Error("a form from another session changed the settings")
		}
	})
}

func TestASignInFormThatIsOlderThanTheSignInGoesOn(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		one := newWindow(t)
		one.open(w.app.URL + "/login")
		one.see("#email")
		two := one.another()
		two.open(w.secondary.URL + "/signin")
		two.signIn(w.bo)

		one.press(toPrimary)
		one.seeAt(w.primary.URL+"/signin", "#email")
		one.signIn(w.ada)
		one.click("#allow")
		one.seeAt(w.secondary.URL+"/consent", "#allow")
		one.click("#allow")
		one.seeAt(w.app.URL+"/", "#email")
	})
}
