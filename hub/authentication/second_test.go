package authentication_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
)

var (
	noon  = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	ada   = users.User{ID: "ada"}
	admin = users.User{ID: "root", Roles: []string{users.AdminRole}}
)

// factors is the rule with this policy, about people who have a passkey or not.
func factors(t *testing.T, policy string, passkey bool) *authentication.SecondFactors {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "fedhub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "secondfactors"}}); err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return noon }
	return &authentication.SecondFactors{
		Codes:    &secondfactor.Service{Set: store.NewCollection[secondfactor.Factors](db, "secondfactors", now), Now: now},
		Passkeys: func(context.Context, string) (bool, error) { return passkey, nil },
		Settings: func(context.Context) (settings.Settings, error) { return settings.Settings{SecondFactor: policy}, nil },
		Now:      now,
	}
}

func TestAPasskeyCountsAsASecondFactor(t *testing.T) {
	for _, row := range []struct {
		policy     string
		user       users.User
		passkey    bool
		start      sessions.Start
		ask, enrol bool
	}{
		{settings.SecondFactorNever, admin, true, sessions.ByPassword(admin, noon), false, false},
		{settings.SecondFactorOptional, ada, false, sessions.ByPassword(ada, noon), false, false},
		{settings.SecondFactorOptional, ada, true, sessions.ByPassword(ada, noon), true, false},
		{settings.SecondFactorForAdministrators, ada, false, sessions.ByPassword(ada, noon), false, false},
		{settings.SecondFactorForAdministrators, admin, false, sessions.ByPassword(admin, noon), false, true},
		{settings.SecondFactorForAdministrators, admin, true, sessions.ByPassword(admin, noon), true, false},
		{settings.SecondFactorForAdministrators, admin, true, sessions.ByPasskey(admin, noon, true), false, false},
		{settings.SecondFactorForAll, ada, true, sessions.Start{User: ada, LoginKey: "work"}, true, false},
		{settings.SecondFactorForAll, ada, true, sessions.Start{User: ada, LoginKey: "work", AMR: []string{"mfa"}}, false, false},
	} {
		s := factors(t, row.policy, row.passkey)
		got, err := s.Before(t.Context(), row.user, row.start, false)
		if err != nil || got.Ask != row.ask || got.Enrol != row.enrol {
			t.Errorf("%s, %s with a passkey: %v, by %v: got %+v, %v", row.policy, row.user.ID, row.passkey, row.start.AMR, got, err)
		}
		has, err := s.Has(t.Context(), row.user.ID)
		if want := row.passkey && row.policy != settings.SecondFactorNever; err != nil || has != want {
			t.Errorf("%s: has one: %v, %v", row.policy, has, err)
		}
	}
}

func TestAnApplicationRequiresASecondFactorWhateverThePolicy(t *testing.T) {
	for _, policy := range []string{settings.SecondFactorNever, settings.SecondFactorOptional, settings.SecondFactorByRisk, settings.SecondFactorForAll} {
		for _, passkey := range []bool{false, true} {
			s := factors(t, policy, passkey)
			got, err := s.Before(t.Context(), ada, sessions.ByPassword(ada, noon), true)
			if want := (authentication.Demand{Ask: passkey, Enrol: !passkey}); err != nil || got != want {
				t.Errorf("%s: got %+v, want %+v, %v", policy, got, want, err)
			}
			got, err = s.Before(t.Context(), ada, sessions.ByPasskey(ada, noon, true), true)
			if err != nil || got != (authentication.Demand{}) {
				t.Errorf("%s, with two factors: %+v, %v", policy, got, err)
			}
		}
	}
}

func TestRecoveryCodesStandInForAFactor(t *testing.T) {
	s := factors(t, settings.SecondFactorOptional, true)
	if _, err := s.Codes.NewRecovery(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	if err := s.Removed(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	if m, err := s.Of(t.Context(), "ada"); err != nil || m.Recovery == 0 || !m.Codes() {
		t.Errorf("with a passkey: %+v, %v", m, err)
	}
	s.Passkeys = func(context.Context, string) (bool, error) { return false, nil }
	if err := s.Removed(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	if m, err := s.Of(t.Context(), "ada"); err != nil || m.Recovery > 0 || m.Any() || m.Codes() {
		t.Errorf("with none: %+v, %v", m, err)
	}
}

func TestWhatAFactorAddsToASignIn(t *testing.T) {
	pwd := sessions.ByPassword(ada, noon.Add(-time.Minute))
	silent := sessions.Start{User: ada, LoginKey: "work", AMR: []string{"user"}}
	for _, row := range []struct {
		what string
		got  sessions.Start
		amr  []string
		time time.Time
	}{
		{"a code", authentication.WithCode(pwd, noon), []string{"pwd", "otp", "mfa"}, pwd.AuthTime},
		{"a passkey of one device", authentication.WithPasskey(pwd, noon, false), []string{"pwd", "hwk", "user", "mfa"}, pwd.AuthTime},
		{"a synced passkey", authentication.WithPasskey(silent, noon, true), []string{"user", "swk", "mfa"}, noon},
	} {
		if row.got.ACR != sessions.ACRTwoFactors || !slices.Equal(row.got.AMR, row.amr) || !row.got.AuthTime.Equal(row.time) {
			t.Errorf("%s: %+v", row.what, row.got)
		}
	}
}
