package registration_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// there reports which of the apps still exist.
func there(w *hubtest.World, apps ...*hubtest.App) (found []bool) {
	w.Helper()
	all, err := w.Hub.Clients(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	for _, a := range apps {
		is := false
		for _, c := range all {
			is = is || c.ID == a.ID
		}
		found = append(found, is)
	}
	return found
}

// registrations allows open registration, with limits.
func registrations(w *hubtest.World, edit func(*settings.Settings)) {
	w.Helper()
	err := w.Hub.ChangeSettings(w.Context(), audit.Named("test"), func(s *settings.Settings) {
		s.Registration = settings.RegistrationOpen
		edit(s)
	})
	if err != nil {
		w.Fatal(err)
	}
}

func TestAskingForWhatThereIsNotYieldsNothingElse(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	registrations(w, func(*settings.Settings) {})
	hubtest.Refused(t, "unknown scopes alone", w.Register(hubtest.Metadata{"scope": "mcp:tools calendar"}), 400, "invalid_client_metadata")
	hubtest.Want(t, "some that there are", w.Register(hubtest.Metadata{"scope": "openid mcp:tools"}).Str("scope"), "openid")
	hubtest.Want(t, "none that was asked for", w.Register().Status, 201)
}

func TestAppsThatRegisterThemselvesAreCounted(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		registrations(w, func(s *settings.Settings) { s.RegisteredPerNetwork = 3 })
		w.Person("ada@example.org")
		used, _ := w.Registered()
		w.Clock.Skip(time.Second)
		waiting, _ := w.Registered()
		w.Clock.Skip(time.Second)
		third, _ := w.Registered()
		w.SignedIn(used)
		w.Clock.Skip(time.Second)
		fourth, _ := w.Registered()
		if got := there(w, used, waiting, third, fourth); !slices.Equal(got, []bool{true, false, true, true}) {
			t.Errorf("the used one, the one that waits longest, and two more: got %v, want all but the second", got)
		}
		w.SignedIn(third)
		w.SignedIn(fourth)
		hubtest.Refused(t, "when all are used", w.Register(), http.StatusServiceUnavailable, "temporarily_unavailable")
		if got := there(w, used, third, fourth); slices.Contains(got, false) {
			t.Errorf("one that was used is gone: %v", got)
		}
		token, _, err := w.Hub.NewInitialToken(t.Context(), audit.Named("test"), 1, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		hubtest.Want(t, "with an initial access token", w.SendJSON("POST", "/oauth2/register", token, hubtest.Declared()).Status, 201)
	})
}

func TestAnAppThatIsNeverUsedExpires(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		registrations(w, func(*settings.Settings) {})
		w.Person("ada@example.org")
		used, _ := w.Registered()
		unused, _ := w.Registered()
		byHand := w.App()
		w.SignedIn(used)
		w.Clock.Skip(89 * 24 * time.Hour)
		w.Hub.Chores(t.Context())
		if got := there(w, used, unused, byHand); slices.Contains(got, false) {
			t.Errorf("after 89 days: got %v", got)
		}
		registrations(w, func(s *settings.Settings) { s.UnusedDays = new(int) })
		w.Clock.Skip(24 * time.Hour)
		w.Hub.Chores(t.Context())
		hubtest.Want(t, "where the setting says never", there(w, unused)[0], true)
		registrations(w, func(s *settings.Settings) { s.UnusedDays = nil })
		w.Hub.Chores(t.Context())
		if got := there(w, used, unused, byHand); !slices.Equal(got, []bool{true, false, true}) {
			t.Errorf("after 90 days: got %v", got)
		}
	})
}

func TestAnAdministratorRemovesAllThatWereNeverUsed(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	registrations(w, func(*settings.Settings) {})
	b := w.Operator()
	p := b.Open("/admin/settings")
	if strings.Contains(p.Body, "/admin/settings/unused") {
		t.Error("the page offers to remove what there is not")
	}
	used, _ := w.Registered()
	hubtest.Want(t, "tokens", used.Redeem(b.SignInTo(used, "").Get("code")).Status, 200)
	old, _ := w.Registered()
	w.Clock.Skip(3 * 24 * time.Hour)
	b = w.Browser()
	b.SignIn(b.Open("/signin"), "root@example.org")
	fresh, _ := w.Registered()
	p = b.Open("/admin/settings")
	hubtest.Want(t, "an age that is none", b.Submit(p, "/admin/settings/unused", "age", "some").Status, 422)
	p = b.Submit(p, "/admin/settings/unused", "age", "2")
	if got := there(w, used, old, fresh); !slices.Equal(got, []bool{true, false, true}) {
		t.Errorf("those of two days ago: got %v", got)
	}
	b.Submit(p, "/admin/settings/unused", "age", "0")
	if got := there(w, used, fresh); !slices.Equal(got, []bool{true, false}) {
		t.Errorf("all of them: got %v", got)
	}
}
