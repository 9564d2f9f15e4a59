package data

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// A set with an index on a user or a client must be deleted with its owner.
func TestWhatIsFoundByItsOwnerGoesWithThem(t *testing.T) {
	table := reflect.TypeFor[Sets]()
	for i := range table.NumField() {
		tag := table.Field(i).Tag
		for _, field := range strings.Fields(tag.Get("index")) {
			owner := map[string]string{"userId": "user", "user": "user", "clientId": "client"}[field]
			if owner != "" && tag.Get(owner) != field {
				t.Errorf("the set %s is found by %s and has no %s:%q", tag.Get("set"), field, owner, field)
			}
		}
		for _, owner := range []string{"user", "client"} {
			if by := tag.Get(owner); by != "" && by != "id" && !slices.Contains(strings.Fields(tag.Get("index")), by) {
				t.Errorf("the set %s is forgotten by %s, which is no index", tag.Get("set"), by)
			}
		}
	}
}
