package database

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestAPasswordIsNeverShown(t *testing.T) {
	for _, row := range []struct{ address, want string }{
		{"./data/fedhub.db", "./data/fedhub.db"},
		{"mongodb://localhost/hub", "mongodb://localhost/hub"},
		{"mongodb://ada:hush@localhost/hub?w=1", "mongodb://ada@localhost/hub?w=1"},
		{"mongodb://ada:hu@sh@localhost/hub", "mongodb://ada@localhost/hub"},
		{"mongodb+srv://ada:hush@cluster.example.org", "mongodb+srv://ada@cluster.example.org"},
		{"mongodb://localhost/hub?appName=a@b", "mongodb://localhost/hub?appName=a@b"},
	} {
		if got := Shown(row.address); got != row.want {
			t.Errorf("%s: got %q, want %q", row.address, got, row.want)
		}
	}
	address := "mongodb://ada:hush@nowhere"
	for _, text := range []string{"cannot parse " + address, "ada:hush is wrong", "wrong password hush"} {
		if got := hide(errors.New(text), address).Error(); strings.Contains(got, "hush") {
			t.Errorf("got %q", got)
		}
	}
	plain := errors.New("no answer")
	if got := hide(plain, address); got != plain { //nolint:errorlint // the very same
		t.Errorf("got %v, want it as it was", got)
	}
}

func TestWhatCanBeAnAddress(t *testing.T) {
	for address, ok := range map[string]bool{
		"mongodb://localhost": true, "mongodb+srv://cluster.example.org": true, "data/hub.db": true, "/var/lib/fedhub.db": true,
		"postgres://localhost": false, "http://localhost": false, "data/": false,
	} {
		if err := Check(address); (err == nil) != ok {
			t.Errorf("%s: got %v", address, err)
		}
	}
}

func TestOneKeyForAllWhoStartAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data", "hub.db")
	keys := make([][]byte, 16)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			var err error
			if keys[i], err = SecretKey(file); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, key := range keys {
		if len(key) != 32 || !bytes.Equal(key, keys[0]) {
			t.Fatalf("got keys of %d bytes that differ", len(key))
		}
	}
	left, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 1 {
		t.Errorf("got %d files, want the key alone", len(left))
	}
}

func TestAKeyIsNotMadeForADatabaseThatHadOne(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hub.db")
	if err := os.WriteFile(file, []byte("something"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := SecretKey(file); !errors.Is(err, ErrKeyLost) {
		t.Errorf("got %v, want %v", err, ErrKeyLost)
	}
}

func TestWhereTheKeyLies(t *testing.T) {
	for file, want := range map[string]string{"data/fedhub.db": "data/fedhub.key", "hub": "hub.key", "hub.key": "hub.key.key"} {
		if got := KeyPath(file); got != want {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
}

func TestSpellingsOfAKey(t *testing.T) {
	want, err := ParseKey("+/+/AwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"-_-_AwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "-_-_AwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", " +/+/AwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"} {
		if got, err := ParseKey(text); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q: got %v", text, err)
		}
	}
	for _, text := range []string{"", "short", "not base64 at all", strings.Repeat("A", 44), strings.Repeat("A", 80)} {
		if _, err := ParseKey(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
