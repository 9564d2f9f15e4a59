package federation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/openid"
	"github.com/fedhub/fedhub/federation/peer"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// office is a registry over a store in memory, with real connectors.
type office struct {
	*federation.Registry
	store *federationtest.Memory
	clock *federationtest.Clock
	hub   federationtest.HubKey
	t     *testing.T
}

func newOffice(t *testing.T, keys ...federation.LoginKey) *office {
	return newOfficeWith(t, 30*time.Second, keys...)
}

func newOfficeWith(t *testing.T, patience time.Duration, keys ...federation.LoginKey) *office {
	return newOfficeAs(t, patience, nil, keys...)
}

func newOfficeReporting(t *testing.T, report func(context.Context, federation.Outcome)) *office {
	return newOfficeAs(t, 30*time.Second, report)
}

func newOfficeAs(t *testing.T, patience time.Duration, report func(context.Context, federation.Outcome), keys ...federation.LoginKey) *office {
	o := &office{store: federationtest.NewMemory(keys...), clock: federationtest.NewClock(), hub: federationtest.NewHubKey(), t: t}
	// Every test server has the same certificate, so one client trusts all.
	env := federationtest.NewEnv(federationtest.NewUpstream(t, o.clock.Now).Server.Client(), o.clock, o.hub, &bytes.Buffer{})
	env.Patience = patience
	o.Registry = federation.NewRegistry(federation.Options{
		Store:     o.store,
		Factories: map[string]federation.Factory{"openid": openid.New, "peer": peer.New},
		Env:       env,
		Seal:      federationtest.Seal,
		Report:    report,
	})
	return o
}

// upstream is a provider where the hub is a client by id and secret.
func (o *office) upstream() *federationtest.Upstream {
	u := federationtest.NewUpstream(o.t, o.clock.Now)
	u.Set(func(s *federationtest.Script) { s.Client = federationtest.Client{ID: "us", Secret: "secret"} })
	return u
}

func (o *office) add(k federation.LoginKey, secret string) federation.LoginKey {
	o.t.Helper()
	saved, err := o.Add(o.t.Context(), k, secret)
	if err != nil {
		o.t.Fatalf("add: %v", err)
	}
	return saved
}

func (o *office) signIn(id string, u *federationtest.Upstream) (federation.Identity, error) {
	connector, _, err := o.Open(o.t.Context(), id)
	if err != nil {
		return federation.Identity{}, err
	}
	var leg federation.AuthState
	redirect, err := connector.Begin(o.t.Context(), &leg, federation.AuthRequestOptions{})
	if err != nil {
		return federation.Identity{}, err
	}
	return connector.Finish(o.t.Context(), leg, u.Visit(o.t, redirect))
}

func keyAt(u *federationtest.Upstream) federation.LoginKey {
	return federation.LoginKey{Name: "Upstream", BaseURL: u.URL, ClientID: "us", Enabled: true}
}

func wantProblem(t *testing.T, what string, err error, field string) {
	t.Helper()
	var problems forms.Problems
	if !errors.As(err, &problems) || !slices.ContainsFunc(problems, func(p forms.Problem) bool { return p.Field == field }) {
		t.Errorf("%s: got %v, want a problem with %s", what, err, field)
	}
}

func TestKeysAreOfferedInOrder(t *testing.T) {
	key := func(id, name string, position int, enabled bool) federation.LoginKey {
		return federation.LoginKey{ID: id, Name: name, Position: position, Enabled: enabled}
	}
	o := newOffice(t, key("d", "zebra", 1, true), key("a", "beta", 2, true), key("b", "Alpha", 2, true), key("c", "off", 0, false), key("e", "beta", 2, true))
	keys, err := o.Enabled(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	if want := []string{"d", "b", "a", "e"}; !slices.Equal(ids, want) {
		t.Errorf("got %v, want %v", ids, want)
	}
}

func TestRecordsAreReadEveryTwoSeconds(t *testing.T) {
	o := newOffice(t, goodKey())
	get := func(when, want string, reads int) {
		t.Helper()
		for range 10 {
			k, err := o.Get(t.Context(), "up")
			if err != nil {
				t.Fatal(err)
			}
			if k.Name != want {
				t.Errorf("%s: got %q, want %q", when, k.Name, want)
			}
		}
		if o.store.Reads != reads {
			t.Errorf("%s: got %d reads, want %d", when, o.store.Reads, reads)
		}
	}
	was := goodKey().Name
	get("at once", was, 1)
	// Another process changes the key.
	if err := o.store.Update(t.Context(), "up", func(k *federation.LoginKey) error { k.Name = "Changed"; return nil }); err != nil {
		t.Fatal(err)
	}
	o.clock.Move(900 * time.Millisecond)
	get("before a second is over", was, 1)
	o.clock.Move(100 * time.Millisecond)
	get("after a second", "Changed", 2)
}

func TestAKeyThatAnotherProcessAddedIsThereAtOnce(t *testing.T) {
	o := newOffice(t, goodKey())
	get := func(id string) error { _, err := o.Get(t.Context(), id); return err }
	if err := get("up"); err != nil {
		t.Fatal(err)
	}
	o.clock.Move(100 * time.Millisecond)
	added := goodKey()
	added.ID = "added"
	if err := o.store.Insert(t.Context(), added); err != nil {
		t.Fatal(err)
	}
	if err := get("added"); err != nil || o.store.Reads != 2 {
		t.Errorf("got %v after %d reads", err, o.store.Reads)
	}
	for range 10 { // unknown names cost at most one read in each gap
		if err := get("made-up"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	}
	if o.store.Reads != 2 {
		t.Errorf("got %d reads, want 2", o.store.Reads)
	}
}

func TestWhatIsHandedOutIsACopy(t *testing.T) {
	k := goodKey()
	k.Scopes, k.RoleMap = []string{"openid"}, map[string]string{"a": "b"}
	o := newOffice(t, k)
	got, _ := o.Get(t.Context(), "up")
	got.Scopes[0], got.RoleMap["a"] = "changed", "changed"
	again, _ := o.Get(t.Context(), "up")
	if again.Scopes[0] != "openid" || again.RoleMap["a"] != "b" {
		t.Errorf("got %v and %v", again.Scopes, again.RoleMap)
	}
}

func TestADatabaseThatIsDownIsAnError(t *testing.T) {
	o := newOffice(t, goodKey())
	down := errors.New("the database is down")
	o.store.Err = down
	for name, call := range map[string]func() error{
		"get":     func() error { _, err := o.Get(t.Context(), "up"); return err },
		"enabled": func() error { _, err := o.Enabled(t.Context()); return err },
		"open":    func() error { _, _, err := o.Open(t.Context(), "up"); return err },
		"update":  func() error { return o.Update(t.Context(), "up", "", func(*federation.LoginKey) error { return nil }) },
		"delete":  func() error { return o.Delete(t.Context(), "up") },
	} {
		if err := call(); !errors.Is(err, down) || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestADisabledKeySignsNobodyIn(t *testing.T) { // FE-27
	o := newOffice(t)
	u := o.upstream()
	o.add(keyAt(u), "secret")
	if _, err := o.signIn("upstream", u); err != nil {
		t.Fatal(err)
	}
	if err := o.Update(t.Context(), "upstream", "", func(k *federation.LoginKey) error { k.Enabled = false; return nil }); err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.Open(t.Context(), "upstream"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("disabled: got %v, want fs.ErrNotExist", err)
	}
	if _, _, err := o.OpenAny(t.Context(), "upstream"); err != nil {
		t.Errorf("for logout: %v", err)
	}
	if err := o.Delete(t.Context(), "upstream"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.OpenAny(t.Context(), "upstream"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("deleted: got %v, want fs.ErrNotExist", err)
	}
}

func TestAConnectorLivesAsLongAsItsSettings(t *testing.T) {
	o := newOffice(t)
	u := o.upstream()
	o.add(keyAt(u), "secret")
	open := func() federation.Connector {
		connector, _, err := o.Open(t.Context(), "upstream")
		if err != nil {
			t.Fatal(err)
		}
		return connector
	}
	first := open()
	if _, err := o.signIn("upstream", u); err != nil { // pins the issuer
		t.Fatal(err)
	}
	o.Update(t.Context(), "upstream", "", func(k *federation.LoginKey) error { k.Position = 7; return nil })
	if open() != first {
		t.Error("a new place on the page made a new connector")
	}
	o.Update(t.Context(), "upstream", "another", func(*federation.LoginKey) error { return nil })
	if open() == first {
		t.Error("a new secret did not make a new connector")
	}
	if _, err := o.signIn("upstream", u); federationtest.Refused(err) != "invalid_client" {
		t.Errorf("the new secret was not used: %v", err)
	}
}

func TestTheIssuerIsPinnedAtFirstSight(t *testing.T) {
	o := newOffice(t)
	u := o.upstream()
	o.add(keyAt(u), "secret")
	if _, err := o.signIn("upstream", u); err != nil {
		t.Fatal(err)
	}
	if k, _ := o.Get(t.Context(), "upstream"); k.Issuer != u.URL {
		t.Errorf("got %q, want %q", k.Issuer, u.URL)
	}
	u.Set(func(s *federationtest.Script) {
		s.Discovery = func(doc map[string]any) { doc["issuer"] = u.URL + "/" }
	})
	o.clock.Move(2 * time.Hour)
	if _, err := o.signIn("upstream", u); federationtest.Fault(err) != federation.Misconfigured {
		t.Errorf("another issuer: got %v, want misconfigured", err)
	}
}

func TestAHangingUpstreamHindersNobodyElse(t *testing.T) {
	o := newOfficeWith(t, 3*time.Second)
	good, hanging := o.upstream(), o.upstream()
	hanging.Set(func(s *federationtest.Script) {
		s.Replace = map[string]http.HandlerFunc{federationtest.PathDiscovery: func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}}
	})
	o.add(keyAt(good), "secret")
	bad := keyAt(hanging)
	bad.Name = "Hanging"
	o.add(bad, "secret")

	ctx, leave := context.WithCancel(t.Context())
	var stuck sync.WaitGroup
	for range 100 {
		stuck.Go(func() {
			connector, _, err := o.Open(ctx, "hanging")
			if err == nil {
				_, err = connector.Begin(ctx, &federation.AuthState{}, federation.AuthRequestOptions{})
			}
			if federationtest.Fault(err) != federation.Unreachable {
				t.Errorf("hanging: got %v, want unreachable", err)
			}
		})
	}
	for range 5 {
		if _, err := o.signIn("upstream", good); err != nil {
			t.Errorf("the other upstream: %v", err)
		}
	}
	if _, err := o.Enabled(t.Context()); err != nil {
		t.Error(err)
	}
	stuck.Wait()
	leave()
	if got := hanging.Calls(federationtest.PathDiscovery); got != 1 {
		t.Errorf("the hanging upstream was asked %d times, want once", got)
	}
}

func TestEditsDoNotMixUpPeople(t *testing.T) { // FE-46
	o := newOffice(t)
	u := o.upstream()
	o.add(keyAt(u), "secret")
	done := make(chan struct{})
	var editor, people sync.WaitGroup
	editor.Go(func() {
		for n := 0; ; n++ {
			runtime.Gosched()
			select {
			case <-done:
				return
			default:
			}
			o.Update(t.Context(), "upstream", "secret", func(k *federation.LoginKey) error {
				k.Name = fmt.Sprint("Upstream ", n)
				return nil
			})
		}
	})
	for i := range 30 { // fewer than are let in at once
		people.Go(func() {
			name := fmt.Sprint("person-", i)
			id, err := o.signInAs(name, u)
			if err != nil || id.Subject != name || id.Email != name+"@example.org" {
				t.Errorf("%s: got %q %q and %v", name, id.Subject, id.Email, err)
			}
		})
	}
	people.Wait()
	close(done)
	editor.Wait()
}

// signInAs opens the key afresh on the way back, as the hub does.
func (o *office) signInAs(name string, u *federationtest.Upstream) (federation.Identity, error) {
	var leg federation.AuthState
	connector, _, err := o.Open(o.t.Context(), "upstream")
	if err != nil {
		return federation.Identity{}, err
	}
	redirect, err := connector.Begin(o.t.Context(), &leg, federation.AuthRequestOptions{LoginHint: name})
	if err != nil {
		return federation.Identity{}, err
	}
	var answer url.Values = u.Visit(o.t, redirect)
	connector, _, err = o.Open(o.t.Context(), "upstream")
	if err != nil {
		return federation.Identity{}, err
	}
	return connector.Finish(o.t.Context(), leg, answer)
}

func TestADraftIsDescribed(t *testing.T) {
	o := newOffice(t)
	u := o.upstream()
	card, err := o.Describe(t.Context(), federation.LoginKey{Kind: "peer", BaseURL: u.URL + "/.well-known/openid-configuration"})
	if err != nil || card.Issuer != u.URL || card.Name != "Head Office" || len(card.Fingerprints) != 1 {
		t.Errorf("got %+v and %v", card, err)
	}
	_, err = o.Describe(t.Context(), federation.LoginKey{BaseURL: "http://x.example"})
	wantProblem(t, "plain http", err, "base_url")
	_, err = o.Describe(t.Context(), federation.LoginKey{BaseURL: federationtest.Hub})
	wantProblem(t, "ourselves", err, "base_url")
	_, err = o.Describe(t.Context(), federation.LoginKey{BaseURL: u.URL + "/nothing"})
	if federationtest.Fault(err) != federation.Misconfigured {
		t.Errorf("nothing there: got %v, want misconfigured", err)
	}
}
