package clone_test

import (
	"reflect"
	"testing"

	"github.com/fedhub/fedhub/internal/clone"
)

type part struct{ Words []string }

type whole struct {
	Part   part
	Parts  []part
	Number *int
	None   *part
}

func TestACopyIsEqualAndApart(t *testing.T) {
	made := func() whole {
		return whole{Part: part{[]string{"a"}}, Parts: []part{{[]string{"b"}}, {nil}}, Number: new(1)}
	}
	original := made()
	copied := clone.Of(original)
	if !reflect.DeepEqual(copied, original) {
		t.Fatalf("got %+v, want %+v", copied, original)
	}
	copied.Part.Words[0], copied.Parts[0].Words[0], *copied.Number = "x", "x", 2
	copied.Parts[1] = part{[]string{"c"}}
	if !reflect.DeepEqual(original, made()) {
		t.Errorf("what was written to the copy is in the original: %+v", original)
	}
}
