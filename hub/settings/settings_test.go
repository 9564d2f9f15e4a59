package settings

import (
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/internal/forms"
)

func open(t *testing.T) *store.Collection[Settings] {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "settings.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(t.Context()) }) //nolint:errcheck // the test is over
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "settings"}}); err != nil {
		t.Fatal(err)
	}
	return store.NewCollection[Settings](db, "settings", time.Now)
}

func TestSettingsHaveDefaultsUntilSomebodyChooses(t *testing.T) {
	k := NewService(open(t), "Head office", time.Now)
	s, err := k.Current(t.Context())
	if err != nil || s.HubName != "Head office" || s.Consent != Auto {
		t.Errorf("got %+v, %v", s, err)
	}
	if err := k.Change(t.Context(), "ada", func(s *Settings) { s.Consent = Force }); err != nil {
		t.Fatal(err)
	}
	s, err = k.Current(t.Context())
	if err != nil || s.Consent != Force || s.HubName != "Head office" || s.UpdatedBy != "ada" {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestAnotherHubSeesAChangeWithinTwoSeconds(t *testing.T) {
	set := open(t)
	now := time.Now()
	clock := func() time.Time { return now }
	one, two := NewService(set, "", clock), NewService(set, "", clock)
	if _, err := two.Current(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := one.Change(t.Context(), "ada", func(s *Settings) { s.Consent = Force }); err != nil {
		t.Fatal(err)
	}
	now = now.Add(freshFor)
	if s, err := two.Current(t.Context()); err != nil || s.Consent != Force {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestUnusableSettingsAreNotSaved(t *testing.T) {
	k := NewService(open(t), "", time.Now)
	for field, edit := range map[string]func(*Settings){
		"hub_name":         func(s *Settings) { s.HubName = "  " },
		"consent":          func(s *Settings) { s.Consent = "sometimes" },
		"server_domains":   func(s *Settings) { s.ServerDomains = []string{"org"} },
		"document_domains": func(s *Settings) { s.DocumentDomains = []string{"https://app.example.org"} },
	} {
		var problems forms.Problems
		if err := k.Change(t.Context(), "ada", edit); !errors.As(err, &problems) || problems[0].Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
	for _, domain := range []string{"https://hub.example.org", "a_b.example.org", "*.example.org", "-a.example.org", "a..b", "hub.example.org:8080"} {
		if k.Change(t.Context(), "ada", func(s *Settings) { s.ServerDomains = []string{domain} }) == nil {
			t.Errorf("%q is taken for a host", domain)
		}
	}
	if err := k.Change(t.Context(), "ada", func(s *Settings) {
		s.ServerDomains = []string{" Hub.Example.org ", "", ".example.net", "hub.example.org"}
	}); err != nil {
		t.Fatal(err)
	}
	s, err := k.Current(t.Context())
	if want := []string{"hub.example.org", ".example.net"}; err != nil || !slices.Equal(s.ServerDomains, want) {
		t.Errorf("got %q, %v; want %q", s.ServerDomains, err, want)
	}
}

func TestChangesAtOnceAllCount(t *testing.T) {
	k := NewService(open(t), "", time.Now)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			err := k.Change(t.Context(), "ada", func(s *Settings) {
				s.ServerDomains = append(s.ServerDomains, string(rune('a'+i))+".example.org")
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if s, err := k.Current(t.Context()); err != nil || len(s.ServerDomains) != 16 {
		t.Errorf("%d of 16 changes are there, %v", len(s.ServerDomains), err)
	}
}
