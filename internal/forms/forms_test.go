package forms

import (
	"errors"
	"fmt"
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

func TestAnErrorThatNamesNoFieldIsAProblemToo(t *testing.T) {
	wrapped := fmt.Errorf("save: %w", New("name", "name.missing"))
	for want, err := range map[string]error{"name: name.missing": wrapped, "error[cause:it is not JSON]": errors.New("it is not JSON")} {
		if got := Of(err).Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if none := Of(nil); none != nil {
		t.Errorf("of no error: %v", none)
	}
}
