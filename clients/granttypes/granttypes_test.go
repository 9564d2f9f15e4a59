package granttypes

import (
	"slices"
	"testing"
)

func TestAGrantTypeIsFoundByWhatPeopleCallIt(t *testing.T) {
	for typed, want := range map[string]string{
		"Authorization Code": Code, "authorization_code": Code, " authorization-code ": Code, "IMPLICIT": Implicit, "none": None, "unheard of": "unheard of",
	} {
		if got := Named(typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
	if Name(Code) != "Authorization Code" || Name("unheard of") != "" {
		t.Error("a name of the wire has another name than administrators use")
	}
}

func TestTypesHaveOneOrder(t *testing.T) {
	if got := InOrder([]string{"other", Refresh, Code, Refresh}); !slices.Equal(got, []string{Code, Refresh, "other"}) {
		t.Errorf("got %q", got)
	}
	if got := ResponsesInOrder([]string{"token  code", "code token", "", "id_token"}); !slices.Equal(got, []string{"code token", "id_token"}) {
		t.Errorf("got %q", got)
	}
}

func TestAResponseTypeNamesWhatItNeeds(t *testing.T) {
	for _, response := range Responses() {
		if !slices.Equal(ResponsesInOrder([]string{response}), []string{response}) {
			t.Errorf("%q is not as it is kept", response)
		}
		if !NeedsCode(response) && !NeedsImplicit(response) && response != "none" {
			t.Errorf("%q needs nothing", response)
		}
	}
}
