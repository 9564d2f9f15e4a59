package operator_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/seal"
)

func TestAnImportedNameIsTheSamePersonAtEachImport(t *testing.T) {
	box, err := seal.New(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	other, err := seal.New(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := operator.New(operator.Parts{Box: box}), operator.New(operator.Parts{Box: other})
	ada := ours.ImportedSubject("frappe", "Ada@example.com")
	if again := ours.ImportedSubject("frappe", "ada@example.com"); again != ada {
		t.Errorf("got %s and then %s", ada, again)
	}
	for what, id := range map[string]string{
		"another name":   ours.ImportedSubject("frappe", "bo@example.com"),
		"another system": ours.ImportedSubject("keycloak", "ada@example.com"),
		"another hub":    theirs.ImportedSubject("frappe", "ada@example.com"),
	} {
		if id == ada || len(id) != 32 {
			t.Errorf("%s: %s", what, id)
		}
	}
}

func TestAnImportedAddressMayBeHTTPOnlyWhereTheHubAllowsIt(t *testing.T) {
	const address = "http://erp.example.com/callback"
	if err := operator.New(operator.Parts{}).CheckRedirect(address); err == nil {
		t.Error("it was taken")
	}
	if err := operator.New(operator.Parts{AllowHTTP: true}).CheckRedirect(address); err != nil {
		t.Error(err)
	}
}
