package faults_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/groups"
)

// damage corrupts one record of a set, except an administrator's, and returns its
// id; empty if there is none.
func (f *faulty) damage(t *testing.T, set string, not ...string) string {
	t.Helper()
	all, err := f.Backend.Find(t.Context(), set, store.Query{})
	hubtest.Done(t, err)
	for _, r := range slices.Backward(all) {
		if slices.ContainsFunc(not, func(s string) bool { return strings.Contains(r.Doc.String(), s) }) {
			continue
		}
		var doc bson.D
		hubtest.Done(t, bson.Unmarshal(r.Doc, &doc))
		for i, e := range doc {
			if e.Key != "id" && !indexed(set, e.Key) { // a value that is no text, number, time or list
				doc[i].Value = bson.A{bson.D{{Key: "spoilt", Value: true}}}
			}
		}
		r.Doc, err = bson.Marshal(doc)
		hubtest.Done(t, err)
		hubtest.Done(t, f.Backend.Replace(t.Context(), set, r))
		return r.ID
	}
	return ""
}

// indexed reports whether a field, or a field in it, is indexed: the database
// refuses a corrupt value there.
func indexed(set, field string) bool {
	for _, spec := range hub.Sets() {
		for _, by := range slices.Concat(spec.Unique, spec.Index, spec.Integers, spec.Times) {
			if spec.Name == set && strings.HasPrefix(by+".", field+".") {
				return true
			}
		}
	}
	return false
}

// unreadable are the sets in which one corrupt record stops all requests, because
// it may contain a restriction.
var unreadable = map[string]string{"settings": "what is allowed at all"}

// If any record of any set cannot be read, lists are shown without it and name
// it, and requests that need it are refused with a reference instead of a raw
// error.
func TestOneRecordThatCannotBeReadStopsNobodyElse(t *testing.T) {
	for _, spec := range hub.Sets() {
		t.Run(spec.Name, func(t *testing.T) {
			f := newFaulty(t)
			ada := f.keptForPages(t)
			h := f.signedIn() // of another user
			_, err := f.Hub.AddGroup(t.Context(), audit.Named("test"), groups.Edit{Name: "Nobody"})
			hubtest.Done(t, err)
			// The administrator's own group is theirs as their record is: it may require
			// a second factor of them.
			id := f.damage(t, spec.Name, ada.user, ada.group, "signing/")
			if id == "" || spec.Name == "proofs" { // they expire after a minute and are written again
				t.Skip("this story makes no such record, or only the administrator's own")
			}
			f.skip(time.Minute) // caches expire
			for _, r := range f.Hub.Routes() {
				if r.Method != http.MethodGet || strings.HasPrefix(r.Path, "/oauth2/session") {
					continue
				}
				a := got(ada.b, ada.path(r.Path))
				switch {
				case a.Status == http.StatusServiceUnavailable:
					if a.Header.Get("Retry-After") == "" || !strings.Contains(a.Body, a.Header.Get("X-Request-Id")) && strings.Contains(a.Body, "<h1") {
						t.Errorf("%s: refused without the reference: %s", r.Path, hubtest.Gist(a.Body))
					}
					if (!strings.Contains(r.Path, ":") || spec.Name == "clients" && r.Path == "/admin/users/:id") && unreadable[spec.Name] == "" {
						t.Errorf("%s is no page of this record, and is not shown: %s", r.Path, hubtest.Gist(a.Body))
					}
				case a.Status >= 500:
					t.Errorf("%s: got %d %s", r.Path, a.Status, hubtest.Gist(a.Body))
				}
			}
			for what, r := range map[string]hubtest.Reply{
				"introspection": h.Post("/oauth2/introspect", "token", h.Str("access_token")), "userinfo": f.Userinfo(h.Str("access_token")),
				"a refresh": h.Refresh(h.Str("refresh_token")),
			} {
				if r.Status >= 500 && r.Status != http.StatusServiceUnavailable {
					t.Errorf("%s: got %d %s", what, r.Status, r.Body)
				}
			}
			found, err := f.Hub.DamagedRecords(t.Context())
			hubtest.Done(t, err)
			if len(found) != 1 || found[0].Damage != (store.Damage{Set: spec.Name, ID: id}) || found[0].Reason == "" {
				t.Errorf("the doctor finds %v, want %s %s", found, spec.Name, id)
			}
		})
	}
}

func TestARecordThatRestrictsRefusesWhileItCannotBeRead(t *testing.T) {
	for set, acts := range map[string][]string{
		"users":    {"introspection", "userinfo", "refresh", "sign-in"},
		"clients":  {"introspection", "refresh", "sign-in"},
		"families": {"introspection", "userinfo", "refresh"},
		"grants":   {"sign-in"},
		"settings": {"sign-in"},
	} {
		t.Run(set, func(t *testing.T) {
			f := newFaulty(t)
			h := f.signedIn()
			if f.damage(t, set) == "" {
				if set != "settings" {
					t.Fatal("there is no such record")
				}
				f.Policy("open")
				f.damage(t, set)
			}
			f.skip(time.Minute)
			for what, act := range map[string]func() answered{
				"introspection": func() answered { return answeredBy(h.Post("/oauth2/introspect", "token", h.Str("access_token"))) },
				"userinfo":      func() answered { return answeredBy(f.Userinfo(h.Str("access_token"))) },
				"refresh":       func() answered { return answeredBy(h.Refresh(h.Str("refresh_token"))) },
				"sign-in":       func() answered { return got(h.b, "/oauth2/authorize?"+h.App.Request().Encode()) },
			} {
				a := act()
				if slices.Contains(acts, what) {
					f.unanswered(t, a)
				}
				if a.Status >= 500 && a.Status != http.StatusServiceUnavailable {
					t.Errorf("%s: got %d %s", what, a.Status, hubtest.Gist(a.Body))
				}
			}
			if !strings.Contains(f.Logs.String(), "a record of the database cannot be read") || !strings.Contains(f.Logs.String(), "set="+set) {
				t.Error("the log does not name it")
			}
		})
	}
}

func TestTheOverviewNamesRecordsThatCannotBeRead(t *testing.T) {
	f := newFaulty(t)
	ada := f.keptForPages(t)
	id := f.damage(t, "loginkeys")
	f.skip(time.Minute)
	hubtest.Want(t, "the sign-in page", got(f.Browser(), "/signin").Status, http.StatusOK)
	if a := got(ada.b, "/admin"); a.Status != http.StatusOK || !strings.Contains(a.Body, "The record "+id+" in loginkeys can&#39;t be read") {
		t.Errorf("got %d %s", a.Status, hubtest.Gist(a.Body))
	}
}

// The hub replaces its own generated records if it cannot read them.
func TestTheDailyRoundGoesOnBesideARecordThatCannotBeRead(t *testing.T) {
	f := newFaulty(t)
	dead := hubtest.NewServer(t, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) })
	f.OpenIDKey("Dead", dead)
	op := f.Operator()
	op.Submit(op.Open("/admin"), "/admin/check")
	for _, set := range []string{"warnings", "watches"} {
		if f.damage(t, set) == "" {
			t.Fatalf("there is no record of %s", set)
		}
		home := op.Submit(op.Open("/admin"), "/admin/check")
		hubtest.Want(t, "the round beside a damaged record of "+set, home.Status, http.StatusOK)
		if list := home.Text("attention"); !strings.Contains(list, "Dead does not respond") || strings.Contains(list, "be read.") {
			t.Errorf("beside a damaged record of %s the list is %q", set, list)
		}
		found, err := f.Hub.DamagedRecords(t.Context())
		hubtest.Done(t, err)
		if len(found) > 0 {
			t.Errorf("the record of %s is as it was: %v", set, found)
		}
	}
}
