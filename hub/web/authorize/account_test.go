package authorize

import "testing"

func TestWhichAccountARequestIsAbout(t *testing.T) {
	others := func(f *facts) { f.others = true }
	remembered := func(f *facts) { f.remembered = true }
	named := func(f *facts) { f.named = true }
	unsure := func(f *facts) { f.unsure = true }
	absent := func(f *facts) { f.absent = true }
	chosen := func(f *facts) { underWay(f); f.flow.Chosen = "ada" }
	for _, row := range []struct {
		name string
		f    facts
		want step
	}{
		{"the current one, with others beside it", at(others), respond},
		{"none is the current one", at(nobody, others), chooseAccount},
		{"none is signed in, and the browser remembers some", at(nobody, remembered), signIn},
		{"… and the app wants a choice", at(nobody, remembered, promptSelect), chooseAccount},
		{"the request names another one", at(others, named), chooseAccount},
		{"… for a new sign-in", at(others, named, promptLogin), chooseAccount},
		{"… and the user chose the current one", at(others, named, chosen), respond},
		{"… or signed in for this request", at(others, named, signedInFor), respond},
		{"without a page, it may mean several", at(promptNone, unsure), needsAccount},
		{"… or one that is not signed in", at(promptNone, absent), needsLogin},
		{"… which a provider is not asked for", at(promptNone, absent, quiet), needsLogin},
		{"the user said no", at(saidNo, nobody, others), denied},
	} {
		if got := next(row.f); got != row.want {
			t.Errorf("%s: got step %d, want %d", row.name, got, row.want)
		}
	}
}
