package second

import (
	"reflect"
	"testing"

	"github.com/fedhub/fedhub/hub/sessions"
)

// The proof before the second factor must be stored completely: a field of Start
// that is not stored would be lost.
func TestNothingOfAStartIsLostHalfway(t *testing.T) {
	kept := reflect.TypeFor[halfway]()
	other := map[string]string{"User": "UserID"}
	// Of the request that ends the sign-in; and who is asked does not trust the browser.
	given := map[string]bool{"IP": true, "Agent": true, "Browser": true, "Trusted": true}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[sessions.Start]()) {
		name := f.Name
		if as, ok := other[name]; ok {
			name = as
		}
		if _, ok := kept.FieldByName(name); !ok && !given[name] {
			t.Errorf("sessions.Start.%s is not kept", f.Name)
		}
	}
}
