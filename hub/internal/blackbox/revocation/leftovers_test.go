package revocation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store"
)

// kept are the sets that may still name a deleted user, with the reason. Other
// records with the name must be useless, and deleted within the hour.
var kept = map[string]string{
	"audit":   "what happened stays, by id",
	"removed": "the id alone, so that no other user gets it",
	"notices": "their apps are yet to be told, for a day at most",
}

// leftovers are the sets with records that contain one of these words.
func leftovers(t *testing.T, h *house, alsoKept string, words ...string) (in []string) {
	t.Helper()
	soon := h.Clock.Now().Add(time.Hour)
	for _, spec := range hub.Sets() {
		all, err := h.Backend.Find(t.Context(), spec.Name, store.Query{Now: h.Clock.Now()})
		must(t, err)
		for _, r := range all {
			short := !r.Expires.IsZero() && r.Expires.Before(soon)
			if kept[spec.Name] != "" || spec.Name == alsoKept || short {
				continue
			}
			for _, word := range words {
				if strings.Contains(r.ID+r.Doc.String(), word) && !slices.Contains(in, spec.Name) {
					in = append(in, spec.Name)
				}
			}
		}
	}
	return in
}

// wantKept checks that the search finds the existing records, so that an empty
// result means something.
func wantKept(t *testing.T, in []string, sets ...string) {
	t.Helper()
	for _, set := range sets {
		if !slices.Contains(in, set) {
			t.Errorf("before the deletion nothing was found in %s, only in %v", set, in)
		}
	}
}

// everything makes a user use every feature, and returns the apps.
func everything(t *testing.T, h *house) (b *hubtest.Browser, apps []*hubtest.App) {
	t.Helper()
	b = h.mustEnter()
	for _, s := range sorts {
		if one := s.issue(t, h, b); one.app != nil {
			apps = append(apps, one.app)
		}
	}
	return b, apps
}

func TestADeletedAppLeavesNothing(t *testing.T) {
	h := byOpenID(t)
	_, apps := everything(t, h)
	wantKept(t, leftovers(t, h, "", apps[0].ID), "clients", "grants", "families", "sessions", "traces")
	for _, a := range apps {
		must(t, h.Hub.RemoveClient(t.Context(), audit.Named("test"), a.Client))
		// A sign-out is stored with the clients that got a logout token.
		if in := leftovers(t, h, "signouts", a.ID); len(in) > 0 {
			t.Errorf("the app is left in %v", in)
		}
	}
}

func TestADeletedPersonLeavesNothing(t *testing.T) {
	h := byPeer(t)
	b, apps := everything(t, h)
	ada := h.person()
	b.Submit(b.Open("/signout"), "/signout") // stored if an app has a logout URI
	wantKept(t, leftovers(t, h, "", ada.ID), "users", "identities", "grants", "families", "ties", "traces")
	must(t, h.Hub.RemoveUser(t.Context(), audit.Named("test"), ada.ID))
	if in := leftovers(t, h, "", ada.ID, "ada@example.org"); len(in) > 0 {
		t.Errorf("the person is left in %v", in)
	}
	for _, a := range apps {
		if _, err := h.Hub.Client(t.Context(), a.ID); err != nil {
			t.Errorf("an app went with the person: %v", err)
		}
	}
	// A returning user gets a new account.
	h.mustEnter()
	if h.person().ID == ada.ID {
		t.Error("the person is the one who was deleted")
	}
}

func TestNobodyDeletesThemselves(t *testing.T) {
	h := byPassword(t)
	me := audit.Actor{ID: h.person().ID, Name: "me"}
	if err := h.Hub.RemoveUser(t.Context(), me, me.ID); err == nil {
		t.Error("somebody deleted their own account")
	}
}
