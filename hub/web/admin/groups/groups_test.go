package groups

import (
	"testing"

	"github.com/fedhub/fedhub/hub/users/groups"
)

func TestTheFormShowsWhatIsSet(t *testing.T) {
	f := shown(groups.EditOf(groups.Group{Name: "Sales", Roles: []string{"admin", "seller"}, SecondFactor: true}), 7)
	if f.Roles != "seller" || !f.Administrators || !f.SecondFactor || f.Edited != "7" || f.Name != "Sales" {
		t.Errorf("got %+v", f)
	}
}
