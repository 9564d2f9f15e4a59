package database

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/fedhub/fedhub/hub/seal"
)

// ErrKeyLost says that the key file of an existing database is missing.
var ErrKeyLost = errors.New("the key file is missing")

// ErrKeyOpen says that every user of the machine can read the key.
var ErrKeyOpen = errors.New("every user of this machine can read it")

// ReadByOthers reports whether users other than the owner can read a file.
// Clusters mount secrets for a group, so this is no error.
func ReadByOthers(path string) bool { return modeOf(path)&0o077 != 0 }

// modeOf is the permissions of a file; 0 on Windows, which has others.
func modeOf(path string) fs.FileMode {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" {
		return 0
	}
	return info.Mode().Perm()
}

// KeyPath is the key file of a database file, beside it.
func KeyPath(file string) string {
	if path := strings.TrimSuffix(file, filepath.Ext(file)) + ".key"; path != file {
		return path
	}
	return file + ".key"
}

// SecretKey returns the key of a database file. For a new database it creates the
// key. Processes that start at the same time agree on one key.
func SecretKey(file string) ([]byte, error) {
	path := KeyPath(file)
	key, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if info, serr := os.Stat(file); serr == nil && info.Size() > 0 {
		// Another process may have created the key and then the database just now.
		if key, err = readKey(path); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w: %s belongs to %s", ErrKeyLost, path, file)
		}
		return key, err
	}
	if err := makeKey(path); err != nil {
		return nil, err
	}
	return readKey(path)
}

func readKey(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if modeOf(path)&0o007 != 0 {
		return nil, fmt.Errorf("the key file %s: %w; fix it with: chmod 600 %s, and if other people use this machine, treat the key as known to them", path, ErrKeyOpen, path)
	}
	key, err := ParseKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("the key file %s %w", path, err)
	}
	return key, nil
}

// makeKey writes a new key file in one step, unless there is one already.
func makeKey(path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	draft, err := os.CreateTemp(folder, ".fedhub-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	_, err = draft.WriteString(base64.StdEncoding.EncodeToString(seal.NewKey()) + "\n")
	// It is synced before it gets its name: without the key, encrypted values in
	// the database are lost, so it must survive a power cut.
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	// A link fails if another process was first; a rename would replace its file.
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(folder)
}

// syncFolder syncs a folder with a new name. Windows cannot sync folders and does
// it by itself.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	folder.Sync() //nolint:errcheck // see above
	return folder.Close()
}

// ParseKey reads a key in any variant of base64. The error continues a sentence
// that begins with the setting or file.
func ParseKey(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, errors.New("is empty; " + howToMake)
	}
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	key, err := base64.RawStdEncoding.DecodeString(plain)
	switch {
	case err != nil:
		return nil, errors.New("is not base64; " + howToMake)
	case len(key) != seal.KeySize:
		return nil, fmt.Errorf("has %d bytes instead of %d; %s", len(key), seal.KeySize, howToMake)
	case bytes.Count(key, key[:1]) == len(key):
		return nil, errors.New("repeats a single byte and is easy to guess; " + howToMake)
	}
	return key, nil
}

const howToMake = "create a key with: openssl rand -base64 32"
