package sqlite_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

// filled is the closed database of a hub that was used.
func filled(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "hub.db")
	d, err := sqlite.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Prepare(t.Context(), counters); err != nil {
		t.Fatal(err)
	}
	set := store.NewCollection[counter](d, "counters", time.Now)
	for i := range 200 {
		if err := set.Insert(t.Context(), counter{ID: strings.Repeat("x", i+1)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return file
}

// opening is why a file cannot be used, at once or when it is read.
func opening(t *testing.T, file string) error {
	t.Helper()
	d, err := sqlite.Open(file)
	if err != nil {
		return err
	}
	defer d.Close(context.Background()) //nolint:errcheck // the test is over
	if err := d.Prepare(t.Context(), counters); err != nil {
		return err
	}
	return store.NewCollection[counter](d, "counters", time.Now).Insert(t.Context(), counter{ID: "new"})
}

func TestADamagedDatabaseSaysToRestoreIt(t *testing.T) {
	file := filled(t)
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// The header stays; what describes the tables is overwritten.
	for i := 100; i < len(content); i++ {
		content[i] = 0xa5
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := opening(t, file); err == nil || !strings.Contains(err.Error(), "it is damaged; restore it from a backup") {
		t.Errorf("got %v", err)
	}
}

func TestADatabaseThatMayNotBeWrittenSaysSo(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write everything")
	}
	for name, spoil := range map[string]func(file string) error{
		"the file":   func(file string) error { return os.Chmod(file, 0o400) },
		"the folder": func(file string) error { return os.Chmod(filepath.Dir(file), 0o500) },
	} {
		file := filled(t)
		if err := spoil(file); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Chmod(filepath.Dir(file), 0o700) }) //nolint:errcheck // so that it can be removed
		err := opening(t, file)
		if err == nil || !strings.Contains(err.Error(), "this user has no permission to write to it or its folder") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	folder := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(folder, 0o500); err != nil {
		t.Fatal(err)
	}
	if err := opening(t, filepath.Join(folder, "hub.db")); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "this user has no permission to write there") {
		t.Errorf("a new file: got %v", err)
	}
}
