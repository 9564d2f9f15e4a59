package hubtest

import (
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// Provider is an unused login key.
func (w *World) Provider(id string, change ...func(*federation.LoginKey)) federation.LoginKey {
	w.Helper()
	k := federation.LoginKey{ID: id, Kind: federation.KindOpenID, Name: "Company", BaseURL: "https://" + id + ".example.org", ClientID: "us"}
	for _, edit := range change {
		edit(&k)
	}
	k, err := w.Hub.KeepLoginKey(w.Context(), audit.Named("test"), k, "their secret")
	if err != nil {
		w.Fatal(err)
	}
	return k
}

// LinkedImport imports a user with an identity of a provider.
func (w *World) LinkedImport(email, key string) (users.User, federation.LoginKey) {
	w.Helper()
	k := w.Provider(key)
	u, err := w.Hub.ImportUser(w.Context(), audit.Named("test"), Newcomer(w.Hub.ImportedSubject("frappe", email), email), false)
	if err != nil {
		w.Fatal(err)
	}
	if _, err := w.Hub.LinkImported(w.Context(), audit.Named("test"), u.ID, linking.Claim{Key: k.ID, Issuer: k.BaseURL, Subject: "1"}); err != nil {
		w.Fatal(err)
	}
	return u, k
}

// Done fails the test if an operation failed.
func Done(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Newcomer is a user of another system.
func Newcomer(id, email string) users.Import {
	return users.Import{ID: id, From: "frappe", NewUser: users.NewUser{Email: email, EmailVerified: true, Imported: "$pbkdf2-sha256$29000$7t1bS8kZQ6jV2rt3zhljTA$hFNvSHSAjrUiPpMvgcYdyqSGFCjPh5QTGSfN1yhSSuI", Profile: users.Profile{Name: "Asha Rao"}, Roles: []string{"clerk"}}}
}
