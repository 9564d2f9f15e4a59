package main

import (
	"context"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/database"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/store"
)

// spoil puts a list where every other field of a set's records has something
// else.
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
		if s.must("doctor"); s.out != "Every record of the database can be read.\n" {
			s.Errorf("said %q", s.out)
		}
		s.spoil("users", "name")
		s.spoil("signing", "alg") // without which no other command works
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
