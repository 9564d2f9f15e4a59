package sitekey

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"
)

// The example of the specification (github.com/fernet/spec, generate.json).
const (
	siteKey      = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="
	siteSecret   = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=="
	fernetSecret = "hello"
)

func key(t *testing.T) Key {
	t.Helper()
	raw, err := base64.URLEncoding.DecodeString(siteKey)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestFernetIsReadAsSpecified(t *testing.T) {
	token := siteSecret
	if got, err := key(t).Open(token); err != nil || got != fernetSecret {
		t.Errorf("got %q, %v", got, err)
	}
	for _, bad := range []string{"", "gAAAAA", token[:len(token)-4], token[:20] + "x" + token[21:]} {
		if got, err := key(t).Open(bad); err == nil {
			t.Errorf("%q opens as %q", bad, got)
		}
	}
	if got, err := Key(make([]byte, 32)).Open(token); err == nil {
		t.Errorf("another key opens it as %q", got)
	}
}

func TestTheKeyOfASiteIsRead(t *testing.T) {
	for text, good := range map[string]bool{
		`{"db_name": "x", "db_password": "y", "encryption_key": "` + siteKey + `"}`: true,
		`{"db_name": "x"}`: false, `{"encryption_key": "short"}`: false, `not json`: false,
	} {
		file := filepath.Join(t.TempDir(), "site_config.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := Read(file); (err == nil) != good || good && string(got) != string(key(t)) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
