package seal

import (
	"bytes"
	"errors"
	"testing"
)

func TestASealedValueOpensOnlyWhereItBelongs(t *testing.T) {
	box, err := New(NewKey())
	if err != nil {
		t.Fatal(err)
	}
	other, err := New(NewKey())
	if err != nil {
		t.Fatal(err)
	}
	sealed := box.Seal([]byte("secret"), "loginkeys/google/secret")
	if again := box.Seal([]byte("secret"), "loginkeys/google/secret"); again == sealed {
		t.Error("the same value sealed twice looks the same")
	}
	plain, err := box.Open(sealed, "loginkeys/google/secret")
	if err != nil || string(plain) != "secret" {
		t.Errorf("got %q, %v", plain, err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"moved":       func() ([]byte, error) { return box.Open(sealed, "loginkeys/github/secret") },
		"other key":   func() ([]byte, error) { return other.Open(sealed, "loginkeys/google/secret") },
		"cut":         func() ([]byte, error) { return box.Open(sealed[:len(sealed)-2], "loginkeys/google/secret") },
		"no prefix":   func() ([]byte, error) { return box.Open(sealed[3:], "loginkeys/google/secret") },
		"not base64":  func() ([]byte, error) { return box.Open("v1.***", "loginkeys/google/secret") },
		"nothing":     func() ([]byte, error) { return box.Open("", "loginkeys/google/secret") },
		"only prefix": func() ([]byte, error) { return box.Open("v1.", "loginkeys/google/secret") },
	} {
		if _, err := open(); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: got %v, want ErrOpen", name, err)
		}
	}
}

func TestDerivedKeysDiffer(t *testing.T) {
	box, err := New(NewKey())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(box.Derive("csrf"), box.Derive("seal")) {
		t.Error("two purposes share a key")
	}
	if !bytes.Equal(box.Derive("csrf"), box.Derive("csrf")) {
		t.Error("one purpose has two keys")
	}
	if _, err := New([]byte("short")); err == nil {
		t.Error("a short key is accepted")
	}
}
