package tokenendpoint

import (
	"slices"
	"testing"

	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
)

func TestATokenRequestCanOnlyNarrowWhatWasGranted(t *testing.T) {
	granted := grants.TokenConstraints{Resources: []string{"https://one.example", "https://two.example"}}
	terms, err := narrowed(granted, oauth.Params{})
	if err != nil || !slices.Equal(terms.Resources, granted.Resources) {
		t.Errorf("nothing asked: got %v, %v", terms.Resources, err)
	}
	terms, err = narrowed(granted, oauth.Params{"resource": "https://two.example"})
	if err != nil || !slices.Equal(terms.Resources, []string{"https://two.example"}) {
		t.Errorf("one asked: got %v, %v", terms.Resources, err)
	}
	if _, err = narrowed(granted, oauth.Params{"resource": "https://three.example"}); err == nil {
		t.Error("a resource that was not granted was added")
	}
}
