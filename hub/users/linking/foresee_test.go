package linking_test

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

func TestAChangeOfPolicyIsForeseen(t *testing.T) {
	w := newWorld(t)
	w.Person("plain@gmail.example")
	w.Person("root@gmail.example", "admin")
	w.Person("else@other.example")
	must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "untested@gmail.example"}))
	off := w.Person("off@gmail.example")
	must[users.User](t)(w.SetDisabled(t.Context(), off.ID, true))
	w.match(google("1", "came@gmail.example"), trusted()) // has no password
	unproven := google("2", "shadow@gmail.example")
	unproven.EmailVerified = false
	shadow := trusted()
	shadow.KeyID, unproven.Key = "other", "other"
	w.match(unproven, shadow) // an account with an unverified address

	quiet := trusted()
	quiet.Linking, quiet.SignUps = linking.LinkNever, linking.SignUpDeny
	never := func(string) bool { return false }
	for _, tt := range []struct {
		name          string
		before, after linking.Policy
		open          func(string) bool
		want          [5]int // linked, asked for proof, second account, refused, locked out
	}{
		{"nothing", trusted(), trusted(), nil, [5]int{}},
		// untested is taken over, plain is linked, else is asked for proof,
		// shadow gets a second account.
		{"opening everything", quiet, trusted(), nil, [5]int{2, 1, 1, 0, 0}},
		// untested has no password and nothing linked.
		{"closing everything", trusted(), quiet, nil, [5]int{0, 0, 0, 4, 1}},
		{"closing it where the other key is off", trusted(), quiet, never, [5]int{0, 0, 0, 4, 2}},
		{"linking at once no more", trusted(), with(trusted(), func(p *linking.Policy) { p.Linking = linking.LinkConfirm }), nil, [5]int{0, 1, 0, 0, 0}},
		{"trusting no address", trusted(), with(trusted(), func(p *linking.Policy) { p.TrustEmail, p.AuthoritativeDomains = false, nil }), nil, [5]int{0, 0, 0, 3, 1}},
		// came has nothing else, untested neither.
		{"switching off", trusted(), with(trusted(), func(p *linking.Policy) { p.Enabled = false }), nil, [5]int{0, 0, 0, 5, 2}},
	} {
		e, err := w.Foresee(t.Context(), tt.before, tt.after, tt.open, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		got := [5]int{e.Merged.Count, e.Asked.Count, e.Split.Count, e.Refused.Count, e.LockedOut.Count}
		if got != tt.want || e.Counted != 7 || !e.Whole {
			t.Errorf("%s: got %v of %d, want %v: %+v", tt.name, got, e.Counted, tt.want, e)
		}
	}
	e, err := w.Foresee(t.Context(), quiet, trusted(), nil, 0)
	if err != nil || e.Whole || e.Counted == 0 {
		t.Errorf("without any time: %+v, %v", e, err)
	}
}

func with(p linking.Policy, edit func(*linking.Policy)) linking.Policy {
	edit(&p)
	return p
}
