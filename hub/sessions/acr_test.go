package sessions_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub/sessions"
)

func TestTwoFactorsAreAlsoOne(t *testing.T) {
	const one, two, other = sessions.ACROneFactor, sessions.ACRTwoFactors, "urn:other"
	for _, row := range []struct {
		accepted []string
		acr      string
		told     string
		ok       bool
	}{
		{nil, one, one, true},
		{nil, "", "", true},
		{[]string{one}, one, one, true},
		{[]string{one}, two, one, true},
		{[]string{two}, two, two, true},
		{[]string{one, two}, two, two, true},
		{[]string{two}, one, one, false},
		{[]string{other}, two, two, false},
		{[]string{one}, other, other, false},
		{[]string{one}, "", "", false},
	} {
		if told, ok := sessions.ACRFor(row.accepted, row.acr); told != row.told || ok != row.ok {
			t.Errorf("%v of %q: got %q, %v", row.accepted, row.acr, told, ok)
		}
	}
}
