package database

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestHostsAndDatabaseAreAllThatIsShownOfAnAddress(t *testing.T) {
	for address, want := range map[string]string{
		"./data/fedhub.db":                                                       "./data/fedhub.db",
		"mongodb://localhost/hub":                                                "mongodb://localhost/hub",
		"mongodb://localhost":                                                    "mongodb://localhost/fedhub",
		"mongodb://ada:hush@localhost/hub?w=1":                                   "mongodb://localhost/hub",
		"mongodb://ada:hu@sh@localhost/hub":                                      "mongodb://localhost/hub",
		"mongodb+srv://ada:hush@cluster.example.org":                             "mongodb+srv://cluster.example.org/fedhub",
		"mongodb://a:1,b:2,[::1]:3/hub?replicaSet=rs0":                           "mongodb://a:1,b:2,[::1]:3/hub",
		"mongodb://localhost/hub?appName=a@b":                                    "mongodb://…",
		"mongodb://ada:hu/sh@localhost/hub":                                      "mongodb://…",
		"mongodb://ada:hu?sh@localhost/hub":                                      "mongodb://…",
		"mongodb://ada:hu#sh@localhost/hub":                                      "mongodb://…",
		"mongodb://ada:hush%@localhost/hub":                                      "mongodb://localhost/hub",
		"mongodb://localhost/hub?tlsCertificateKeyFilePassword=hush":             "mongodb://localhost/hub",
		"mongodb://localhost/hub?authMechanismProperties=AWS_SESSION_TOKEN:hush": "mongodb://localhost/hub",
		"mongodb://ada:hush":                                                     "mongodb://ada:hush/fedhub", // a host and its port, to everybody who reads it
		"mongodb://ada:hush@":                                                    "mongodb://…",
		"mongodb://hush hush/hub":                                                "mongodb://…",
	} {
		if got := Shown(address); got != want {
			t.Errorf("%s: got %q, want %q", address, got, want)
		}
	}
}

func TestAnErrorQuotesNothingSecret(t *testing.T) {
	for _, address := range []string{
		"mongodb://ada:hush@nowhere.example:1/?serverSelectionTimeoutMS=1&connectTimeoutMS=1", "mongodb://ada:hu/hush@nowhere.example/hub", "mongodb://ada:hu%hush@nowhere.example/hub",
		"mongodb://ada:hush?x@nowhere.example", "mongodb://nowhere.example/hub?tlsCertificateKeyFilePassword=hush&tlsCertificateKeyFile=/no/such/hush",
		"mongodb://nowhere.example/hub?replicaSet=&authSource=hush&authMechanism=hush", "mongodb+srv://ada:hush@", "mongodb://ada:hush@:::/hub", "mongodb://nowhere.example/hush hush?x",
	} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // the server does not have to answer
		_, err := Open(ctx, address)
		if err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: got %v", address, err)
		}
	}
	for _, text := range []string{"cannot parse mongodb://ada:hush@nowhere", "ada:hush is wrong", "wrong password hush"} {
		if got := hide(errors.New(text), "mongodb://ada:hush@nowhere").Error(); strings.Contains(got, "hush") {
			t.Errorf("got %q", got)
		}
	}
	said := errors.New("no answer")
	if got := hide(said, "mongodb://ada:hush@nowhere"); got != said { //nolint:errorlint // the very same
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

func TestAKeyThatAnybodyCouldGuessIsRefused(t *testing.T) {
	for _, key := range [][]byte{make([]byte, 32), bytes.Repeat([]byte{'k'}, 32)} {
		if _, err := ParseKey(base64.StdEncoding.EncodeToString(key)); err == nil || !strings.Contains(err.Error(), "openssl rand") {
			t.Errorf("%q: got %v", key, err)
		}
	}
}

func TestAKeyThatEverybodyCanReadIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hub.db")
	if _, err := SecretKey(file); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[fs.FileMode]error{0o600: nil, 0o640: nil, 0o644: ErrKeyOpen, 0o604: ErrKeyOpen, 0o606: ErrKeyOpen} {
		if err := os.Chmod(KeyPath(file), mode); err != nil {
			t.Fatal(err)
		}
		if _, err := SecretKey(file); !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%v: got %v, want %v", mode, err, want)
		}
		if got, want := ReadByOthers(KeyPath(file)), mode&0o077 != 0; got != want {
			t.Errorf("%v: a warning %v, want %v", mode, got, want)
		}
	}
}

func TestWhereADatabaseListens(t *testing.T) {
	for address, want := range map[string][]uint16{
		"./data/fedhub.db":      nil,
		"mongodb://db/fedhub":   {27017},
		"mongodb+srv://db/hub":  {27017},
		"mongodb://[fd00::1]/x": {27017},
		"mongodb://ada:p@a:27117,b:27118,[fd00::1]:27119/hub?tls=true": {27017, 27117, 27118, 27119},
	} {
		if got := Ports(address); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", address, got, want)
		}
	}
}
