package apps

import (
	"reflect"
	"testing"

	"github.com/fedhub/fedhub/clients"
)

// TestAFormThatIsSentBackAsItWasChangesNothing compares form and record: the page
// saves what it shows.
func TestAFormThatIsSentBackAsItWasChangesNothing(t *testing.T) {
	kept := clients.Client{ID: "wiki", Name: "Wiki", Type: clients.Web, RedirectURIs: []string{"https://wiki.example.org/cb", "https://wiki.example.org/cb2"},
		GrantTypes: []string{clients.GrantCode, clients.GrantRefresh}, ResponseTypes: []string{"code"}, BackchannelLogoutURI: "https://wiki.example.org/bye"}
	apply(formOf(kept), &kept)
	first := kept
	apply(formOf(kept), &kept)
	if !reflect.DeepEqual(first, kept) {
		t.Errorf("was %+v\nis  %+v", first, kept)
	}
	if kept.ID != "wiki" || kept.Type != clients.Web || len(kept.RedirectURIs) != 2 || kept.BackchannelLogoutURI == "" {
		t.Errorf("lost something: %+v", kept)
	}
}
