package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/database"
	"github.com/fedhub/fedhub/hub/store"
)

func TestAnUpgradeCanBeTriedFirst(t *testing.T) {
	onBothDatabases(t, func(s *shell) {
		s.env["FEDHUB_SECRET_KEY"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
		db, err := database.Open(s.Context(), s.env["FEDHUB_DATABASE"])
		if err != nil {
			s.Fatal(err)
		}
		if err := db.Prepare(s.Context(), []store.CollectionSpec{{Name: "clients"}}); err != nil {
			s.Fatal(err)
		}
		// As a hub before version 2 wrote it.
		doc, err := bson.Marshal(bson.D{{Key: "id", Value: "wiki"}, {Key: "name", Value: "Wiki"}, {Key: "grant_type", Value: "Authorization Code"}, {Key: "refresh_tokens", Value: true}})
		if err != nil {
			s.Fatal(err)
		}
		if err := db.Insert(s.Context(), "clients", store.Record{ID: "wiki", Doc: doc}); err != nil {
			s.Fatal(err)
		}
		if err := db.Close(context.Background()); err != nil {
			s.Fatal(err)
		}
		for range 2 { // the first changes nothing
			var rows []forecastRow
			s.must("db", "upgrade", "--dry-run", "--json").json(&rows)
			if len(rows) == 0 || rows[0].Set != "clients" || rows[0].Records != 1 || rows[0].Changes != 1 || len(rows[0].Fails) != 0 {
				s.Errorf("got %+v", rows)
			}
		}
		s.must("db", "upgrade")
		if s.must("db", "upgrade", "--dry-run"); !strings.Contains(s.out, "nothing to upgrade") {
			s.Errorf("said %q", s.out)
		}
	})
}

func TestADryRunMakesNoDatabase(t *testing.T) {
	s := newShell(t)
	file := filepath.Join(t.TempDir(), "new", "hub.db")
	s.env["FEDHUB_DATABASE"] = file
	if s.must("db", "upgrade", "--dry-run"); !strings.Contains(s.out, "There is no database at "+file) {
		t.Errorf("said %q", s.out)
	}
	if s.must("db", "upgrade", "--dry-run", "--json"); strings.TrimSpace(s.out) != "[]" {
		t.Errorf("said %q", s.out)
	}
	if _, err := os.Stat(filepath.Dir(file)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the dry run made a file: %v", err)
	}
}

// The database of a hub without settings is ./data/fedhub.db.
func TestAnUpgradeOfTheDefaultDatabaseCanBeTriedFirst(t *testing.T) {
	t.Chdir(t.TempDir())
	s := newShell(t)
	delete(s.env, "FEDHUB_DATABASE")
	if s.must("db", "upgrade", "--dry-run"); s.out != "There is no database at ./data/fedhub.db yet. The first start creates it.\n" {
		t.Errorf("without a database: said %q", s.out)
	}
	s.must("user", "list")
	if s.must("db", "upgrade", "--dry-run"); !strings.Contains(s.out, "up to date") {
		t.Errorf("with a database: said %q", s.out)
	}
}
