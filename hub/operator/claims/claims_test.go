package claims_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/hub/operator/claims"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/fields"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/internal/forms"
)

func TestAMappingNamesWhatTheHubHas(t *testing.T) {
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(t.Context()) })
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "settings"}, {Name: "groups", Unique: []string{"nameKey"}}, {Name: "memberships"}}); err != nil {
		t.Fatal(err)
	}
	s := &claims.Service{
		Settings: settings.NewService(store.NewCollection[settings.Settings](db, "settings", time.Now), "", time.Now),
		Groups:   groups.New(groups.Options{Groups: store.NewCollection[groups.Group](db, "groups", time.Now), CleanRoles: users.CleanRoles, Now: time.Now}),
	}
	if _, err := s.Groups.Add(t.Context(), groups.Edit{Name: "Sales"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Settings.Change(t.Context(), "test", func(now *settings.Settings) {
		now.Fields = []fields.Field{{ID: "1", Name: "department", Label: "Department", Type: fields.Text}}
	}); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"d=field:department":    "",
		"d=field:nickname":      "",
		"d=field:departments":   "claims.field.unknown",
		"d=field:password":      "claims.field.unknown",
		"d=group:Sales":         "",
		"d=group:sales":         "claims.group.unknown",
		"d=groups:Sales+Staff":  "claims.group.unknown",
		"d=constant:department": "",
		"sub=field:department":  "claims.name.protocol",
	} {
		m, err := claimmap.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if problems := forms.Of(s.CheckClaims(t.Context(), []claimmap.Mapping{m}, []string{"profile"})); len(problems) > 0 {
			got = problems[0].Code
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}
