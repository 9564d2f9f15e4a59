package main

import (
	"context"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/database"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/store"
)

// spoil replaces a field in all records of a set with a list, which cannot be read.
func (s *shell) spoil(set, field string) {
	s.Helper()
	db, err := database.Open(s.Context(), s.env["FEDHUB_DATABASE"])
	if err != nil {
		s.Fatal(err)
	}
	defer db.Close(context.Background()) //nolint:errcheck // the next command opens it again
	if err := db.Prepare(s.Context(), hub.Sets()); err != nil {
		s.Fatal(err)
	}
	all, err := db.Find(s.Context(), set, store.Query{})
	if err != nil {
		s.Fatal(err)
	}
	for _, r := range all {
		var doc bson.M
		if err := bson.Unmarshal(r.Doc, &doc); err != nil {
			s.Fatal(err)
		}
		doc[field] = bson.A{bson.M{"spoilt": true}}
		if r.Doc, err = bson.Marshal(doc); err != nil {
			s.Fatal(err)
		}
		if err := db.Replace(s.Context(), set, r); err != nil {
			s.Fatal(err)
		}
	}
}

func TestTheDoctorListsRecordsThatCannotBeRead(t *testing.T) {
	onBothDatabases(t, func(s *shell) {
		s.must("user", "add", "--email", "ada@example.org", "--no-password")
		if s.must("doctor"); s.out != "All records of the database can be read.\n" {
			s.Errorf("said %q", s.out)
		}
		s.spoil("users", "name")
		s.spoil("signing", "alg") // other commands need it
		var found []damagedRow
		s.run("doctor", "--json").json(&found)
		sets := map[string]int{}
		for _, r := range found {
			if sets[r.Set]++; r.ID == "" || r.Reason == "" {
				s.Errorf("%+v", r)
			}
		}
		if s.code == 0 || sets["users"] != 1 || sets["signing"] == 0 || len(sets) != 2 {
			s.Errorf("exit code %d, found %v", s.code, sets)
		}
		s.run("doctor").fails(1, "records that cannot be read: ")
	})
}

// Records that stop an upgrade are found, shown and deleted by commands that do not
// upgrade and need no secret key.
func TestWhatStopsAnUpgradeIsFoundAndRemoved(t *testing.T) {
	onBothDatabases(t, func(s *shell) {
		s.env["FEDHUB_SECRET_KEY"] = goodKey
		db, err := database.Open(s.Context(), s.env["FEDHUB_DATABASE"])
		if err != nil {
			s.Fatal(err)
		}
		if err := db.Prepare(s.Context(), []store.CollectionSpec{{Name: "clients"}, {Name: "signing"}}); err != nil {
			s.Fatal(err)
		}
		// As a hub before version 2 wrote it, except for the list.
		for set, doc := range map[string]bson.D{
			"clients": {{Key: "id", Value: "wiki"}, {Key: "name", Value: "Wiki"}, {Key: "grant_type", Value: bson.A{7}}},
			"signing": {{Key: "id", Value: "wiki"}, {Key: "alg", Value: bson.A{7}}},
		} {
			raw, err := bson.Marshal(doc)
			if err == nil {
				err = db.Insert(s.Context(), set, store.Record{ID: "wiki", Doc: raw})
			}
			if err != nil {
				s.Fatal(err)
			}
		}
		if err := db.Close(context.Background()); err != nil {
			s.Fatal(err)
		}
		if s.run("db", "upgrade"); s.code == 0 {
			s.Error("the upgrade goes on beside a record that it cannot read")
		}
		var found []damagedRow
		s.run("doctor", "--json").json(&found)
		if len(found) != 2 || found[0].ID != "wiki" || found[1].ID != "wiki" {
			s.Errorf("the doctor finds %+v", found)
		}
		for _, row := range found {
			s.must("db", "list", row.Set)
			s.must("db", "show", row.Set, row.ID)
			s.must("db", "delete", row.Set, row.ID, "--yes")
		}
		s.must("doctor")
		s.must("db", "upgrade")
	})
}
