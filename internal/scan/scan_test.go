package scan

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestRecordsAreFoundPageByPage(t *testing.T) {
	var all []string
	for i := range 12_000 {
		all = append(all, fmt.Sprintf("%05d", i))
	}
	read := 0
	page := func(after string, size int) ([]string, error) {
		var some []string
		for _, id := range all {
			if id > after && len(some) < size {
				some = append(some, id)
			}
		}
		read += len(some)
		return some, nil
	}
	self := func(id string) string { return id }
	var found []string
	searches := 0
	for after := ""; searches == 0 || after != ""; searches++ {
		before := read
		some, next, err := Records(nil, after, 2, false, page, self, func(id string) bool { return strings.HasSuffix(id, "999") })
		if err != nil || len(some) > 2 || read-before > most {
			t.Fatalf("%v, %v, %d records read", some, err, read-before)
		}
		found, after = append(found, some...), next
	}
	if got := strings.Join(found, " "); got != "00999 01999 02999 03999 04999 05999 06999 07999 08999 09999 10999 11999" {
		t.Errorf("found %s", got)
	}
	read = 0
	some, next, err := Records([]string{"00001"}, "", 3, true, page, self, func(string) bool { return true })
	if err != nil || strings.Join(some, " ") != "00001 00000 00001" || next != "00001" || read != 4 {
		t.Errorf("%v, %q, %v, %d records read", some, next, err, read)
	}
	failed := errors.New("away")
	if _, _, err := Records(nil, "", 3, true, func(string, int) ([]string, error) { return nil, failed }, self, nil); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
}
