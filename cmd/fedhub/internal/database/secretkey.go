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

// ErrKeyLost says that a database is there and its key is not.
var ErrKeyLost = errors.New("the key file is missing")

// ErrKeyOpen says that everybody on the machine can read the key.
var ErrKeyOpen = errors.New("everybody on this machine can read it")

// ReadByOthers says that others than the owner can read a file. Clusters mount
// secrets so that a group can, so it is no reason to stop.
func ReadByOthers(path string) bool { return modeOf(path)&0o077 != 0 }

// modeOf is who may do what with a file; nothing where the system does not say
// it so (Windows).
func modeOf(path string) fs.FileMode {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" {
		return 0
	}
	return info.Mode().Perm()
}

// KeyPath is where the key of a database file lies: beside it.
func KeyPath(file string) string {
	if path := strings.TrimSuffix(file, filepath.Ext(file)) + ".key"; path != file {
		return path
	}
	return file + ".key"
}

// SecretKey returns the key of a database file and, for one that is still to
// be made, makes it. Processes that start at once agree on one key.
func SecretKey(file string) ([]byte, error) {
	path := KeyPath(file)
	key, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if info, serr := os.Stat(file); serr == nil && info.Size() > 0 {
		// Whoever made the database made the key first, maybe just now.
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
		return nil, fmt.Errorf("the key file %s: %w; close it with: chmod 600 %s, and if others use this machine, think of what they may have read", path, ErrKeyOpen, path)
	}
	key, err := ParseKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("the key file %s %w", path, err)
	}
	return key, nil
}

// makeKey writes a new key, whole or not at all, unless there is one already.
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
	// On the disk before it has its name: a key that is lost in a power cut
	// takes with it what was sealed.
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	// A link, and not a rename, leaves a file that came first as it is.
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(folder)
}

// syncFolder puts a new name on the disk too. Where folders cannot be synced
// (Windows) the system does it by itself.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	folder.Sync() //nolint:errcheck // see above
	return folder.Close()
}

// ParseKey reads a key in any of the usual spellings of base64. The error goes
// on where the caller named the setting or file.
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
		return nil, fmt.Errorf("holds %d bytes, not %d; %s", len(key), seal.KeySize, howToMake)
	case bytes.Count(key, key[:1]) == len(key):
		return nil, errors.New("is one byte again and again, which anybody finds by trying; " + howToMake)
	}
	return key, nil
}

const howToMake = "make one with: openssl rand -base64 32"
