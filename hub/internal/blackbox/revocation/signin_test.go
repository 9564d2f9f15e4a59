package revocation_test

import (
	"reflect"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/store"
)

// Tokens of every grant type have the data of their sign-in. Only those of a code
// have the session id, because a device is not signed out with the browser that
// approved it.
func TestWhateverIsIssuedKnowsTheWholeSignIn(t *testing.T) {
	h := byOpenID(t)
	b := h.mustEnter()
	in := the[sessions.Session](t, h, "sessions")[0]
	kept := store.NewCollection[sessions.Session](h.Backend, "sessions", h.Clock.Now)
	must(t, kept.Update(t.Context(), in.ID, func(s *sessions.Session) error { s.Trusted = true; in = *s; return nil })) // no provider and trust go together
	for i := range reflect.TypeFor[grants.SignIn]().NumField() {
		if reflect.ValueOf(in.SignIn).Field(i).IsZero() {
			t.Fatalf("the session has no %s, so nothing can be told from it", reflect.TypeFor[grants.SignIn]().Field(i).Name)
		}
	}
	for _, s := range sorts {
		before := map[string]bool{}
		for _, f := range the[grants.TokenFamily](t, h, "families") {
			before[f.ID] = true
		}
		if !s.issue(t, h, b).family {
			continue
		}
		of := s.grants
		for _, f := range the[grants.TokenFamily](t, h, "families") {
			if before[f.ID] || f.Terms.Kind == "" && s.name == "assertion" { // the app got consent by a code first
				continue
			}
			want := in.SignIn
			if s.name == "assertion" { // there was no sign-in: the assertion is all the evidence
				want = grants.SignIn{SessionGeneration: in.SessionGeneration, LoginKey: in.LoginKey}
			}
			got := f.SignIn
			got.AuthTime, want.AuthTime = got.AuthTime.Truncate(time.Second), want.AuthTime.Truncate(time.Second)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: got %+v, want %+v", s.name, got, want)
			}
			byCode := of == nil || of[0] == clients.GrantCode || of[0] == clients.GrantImplicit
			hubtest.Want(t, s.name+": it hangs on the session", f.SID != "", byCode)
		}
	}
}

// the are all records of a set.
func the[T any](t *testing.T, h *house, set string) []T {
	t.Helper()
	found, err := h.Backend.Find(t.Context(), set, store.Query{Now: time.Unix(0, 0)})
	must(t, err)
	out := make([]T, len(found))
	for i, r := range found {
		must(t, bson.Unmarshal(r.Doc, &out[i]))
	}
	return out
}

// A user of another hub who is disabled there keeps no device here.
func TestADeviceIsLookedAtLikeAnyApp(t *testing.T) { // device and back channel
	for _, s := range sorts {
		if s.name != "device" && s.name != "CIBA" {
			continue
		}
		h := byPeer(t)
		one := s.issue(t, h, h.mustEnter())
		h.upstream(true)
		h.skip(6 * time.Minute)
		hubtest.Want(t, s.name+": refresh", one.refresh(), false)
		hubtest.Want(t, s.name+": userinfo", one.access(), false)
	}
}
