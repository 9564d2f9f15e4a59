package forms

import (
	"errors"
	"testing"
)

func TestNothingWrongIsNoError(t *testing.T) {
	var none Problems
	if err := none.Err(); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestAllThatIsWrongIsOneError(t *testing.T) {
	found := New("name", "name.missing")
	found.Add("scopes", "scope.bad", "scope", "a b")
	var problems Problems
	if !errors.As(found.Err(), &problems) || problems.Error() != "name: name.missing; scopes: scope.bad[scope:a b]" {
		t.Errorf("got %v", problems)
	}
}

func TestWordsAreOneSentenceBehindTheOther(t *testing.T) {
	found := New("name", "name.missing")
	found.Add("scopes", "scope.bad", "scope", "a b")
	say := func(code string, args map[string]string) string { return code + args["scope"] + "." }
	if got := found.Words(say); got != "name.missing. scope.bada b." {
		t.Errorf("got %q", got)
	}
}
