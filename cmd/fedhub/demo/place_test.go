package demo

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestAnAddressNamesADatabaseOfOurOwn(t *testing.T) {
	for _, row := range []struct{ address, want string }{
		{"mongodb://localhost:27017", "mongodb://localhost:27017/demo"},
		{"mongodb://localhost:27017/", "mongodb://localhost:27017/demo"},
		{"mongodb://localhost/other?w=1", "mongodb://localhost/demo?w=1"},
		{"mongodb://a:1,b:2/?replicaSet=rs", "mongodb://a:1,b:2/demo?replicaSet=rs"},
		// The database for authentication stays the same.
		{"mongodb://ada:pw@localhost/people", "mongodb://ada:pw@localhost/demo?authSource=people"},
		{"mongodb://ada:pw@localhost/people?tls=true", "mongodb://ada:pw@localhost/demo?tls=true&authSource=people"},
		{"mongodb://ada:pw@localhost/people?authSource=admin", "mongodb://ada:pw@localhost/demo?authSource=admin"},
		{"mongodb+srv://ada:pw@cluster.example.org", "mongodb+srv://ada:pw@cluster.example.org/demo"},
	} {
		if got := withDatabase(row.address, "demo"); got != row.want {
			t.Errorf("%s: got %q, want %q", row.address, got, row.want)
		}
	}
}

func TestADemoIsNotKeptInAFile(t *testing.T) {
	for _, address := range []string{"./data/fedhub.db", "postgres://localhost"} {
		if _, err := newPlace(t.Context(), address); !errors.Is(err, ErrDatabase) {
			t.Errorf("%s: got %v, want %v", address, err, ErrDatabase)
		}
	}
}

func TestPasswordsAreFourWords(t *testing.T) {
	list := strings.Fields(words)
	slices.Sort(list)
	if n := len(slices.Compact(list)); n < 256 || n != len(strings.Fields(words)) {
		t.Errorf("got %d different words of %d, want at least 256 and none twice", n, len(strings.Fields(words)))
	}
	a, b := newPassword(), newPassword()
	if a == b {
		t.Error("two passwords are the same")
	}
	if got := len(strings.Split(a, "-")); got != 4 {
		t.Errorf("got %d words, want 4", got)
	}
}
