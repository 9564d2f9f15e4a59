package claims

import (
	"fmt"
	"testing"

	"github.com/fedhub/fedhub/federation/mapping"
)

func TestARuleForAGroupNeedsTheExactValue(t *testing.T) {
	rule := func(claim, value string) []mapping.GroupRule {
		return []mapping.GroupRule{{Claim: claim, Value: value, Group: "g"}}
	}
	for _, row := range []struct{ text, claim, value, want string }{
		{`{"roles":["staff","lead"]}`, "roles", "staff", "[g] false"},
		{`{"roles":"staff"}`, "roles", "staff", "[g] false"},
		{`{"roles":"staff lead"}`, "roles", "staff", "[] false"},
		{`{"roles":["Staff"]}`, "roles", "staff", "[] false"},
		{`{"org":{"unit":7}}`, "org.unit", "7", "[g] false"},
		{`{"staff":true}`, "staff", "true", "[g] false"},
		{`{"staff":null}`, "staff", "null", "[] false"},
		{`{"staff":{"a":1}}`, "staff", `{"a":1}`, "[] false"},
		{`{"other":"staff"}`, "roles", "staff", "[] false"},
		{`{"_claim_names":{"groups":"src1"}}`, "groups", "staff", "[] true"},
		{`{"hasgroups":true}`, "groups", "staff", "[] true"},
		{`{"hasgroups":true}`, "department", "staff", "[] false"},
	} {
		d, err := Parse([]byte(row.text))
		if err != nil {
			t.Fatal(err)
		}
		groups, unknown := Description{Documents: []Document{d}}.Groups(rule(row.claim, row.value))
		if got := fmt.Sprint(groups, unknown); got != row.want {
			t.Errorf("%s: got %s, want %s", row.text, got, row.want)
		}
	}
}
