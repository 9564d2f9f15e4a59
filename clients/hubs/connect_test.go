package hubs

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/testkit/clientstest"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
	"github.com/fedhub/fedhub/internal/testkit/memstore"
)

func (w *world) introduce(id, via string) clients.Client {
	w.Helper()
	c, err := w.RequestConnection(w.Context(), id, via)
	if err != nil {
		w.Fatalf("introduce: %v", err)
	}
	return c
}

func (w *world) decide(id string, state clients.State) {
	w.Helper()
	if err := w.Decide(w.Context(), id, state, "ada"); err != nil {
		w.Fatalf("decide: %v", err)
	}
}

func (w *world) state(id string) clients.State {
	w.Helper()
	return w.Kept(id).Server.State
}

func TestAServerWaitsForApprovalAndThenSigns(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	if _, err := w.VerifyKey(t.Context(), h.sign(w, 0), issuer); err != nil {
		t.Fatalf("prove: %v", err)
	}
	if _, err := w.Lookup(t.Context(), h.id); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("proving alone kept a record: %v", err)
	}
	c := w.introduce(h.id, "")
	if c.Server.State != clients.Pending || !c.Server.Requested.Equal(w.Clock.Now()) || c.Server.Via != "" {
		t.Errorf("got %+v", c.Server)
	}
	if got, want := code(w.login(h.sign(w, 0))), clientauth.InvalidClient; got != want {
		t.Errorf("while pending: got %q, want %q", got, want)
	}
	waiting, err := memstore.Listed(w.ByState(t.Context(), clients.Pending))
	if err != nil || len(waiting) != 1 || waiting[0].ID != h.id {
		t.Errorf("waiting: got %v, %v", waiting, err)
	}

	w.decide(h.id, clients.Active)
	if err := w.login(h.sign(w, 0)); err != nil {
		t.Errorf("when active: %v", err)
	}
	server := w.Kept(h.id).Server
	if server.DecidedBy != "ada" || server.Via != clients.ViaAdmin || !server.Decided.Equal(w.Clock.Now()) {
		t.Errorf("got %+v", server)
	}
	if got := w.introduce(h.id, "").Server.State; got != clients.Active {
		t.Errorf("asking again: got %s, want %s", got, clients.Active)
	}
}

func TestWhatSpeaksForAServerLetsItInAtOnce(t *testing.T) {
	for _, via := range []string{clients.ViaInvite, clients.ViaDomain, clients.ViaAdmin} {
		h, w := newHub(t), newWorld(t, allowHTTP)
		if got := w.introduce(h.id, via).Server; got.State != clients.Active || got.Via != via {
			t.Errorf("%s: got %+v", via, got)
		}
		if err := w.login(h.sign(w, 0)); err != nil {
			t.Errorf("%s: %v", via, err)
		}
	}
}

func TestAnInviteLetsInAServerThatWaits(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	w.introduce(h.id, "")
	if got := w.introduce(h.id, clients.ViaInvite).Server; got.State != clients.Active || got.Via != clients.ViaInvite {
		t.Errorf("got %+v", got)
	}
}

func TestAnAdministratorsNoIsNotOverruled(t *testing.T) {
	for _, no := range []clients.State{clients.Refused, clients.Suspended} {
		h, w := newHub(t), newWorld(t, allowHTTP)
		w.introduce(h.id, "")
		if no == clients.Suspended {
			w.decide(h.id, clients.Active)
		}
		w.decide(h.id, no)
		for _, via := range []string{"", clients.ViaDomain, clients.ViaInvite} {
			if got := w.introduce(h.id, via).Server.State; got != no {
				t.Errorf("%s, then %q: got %s", no, via, got)
			}
		}
		if got, want := code(w.login(h.sign(w, 0))), clientauth.InvalidClient; got != want {
			t.Errorf("%s: got %q, want %q", no, got, want)
		}
		if _, err := w.VerifyKey(t.Context(), h.sign(w, 0), issuer); err != nil {
			t.Errorf("%s: it cannot even ask how it stands: %v", no, err)
		}
		w.decide(h.id, clients.Active)
		if err := w.login(h.sign(w, 0)); err != nil {
			t.Errorf("%s, then active: %v", no, err)
		}
	}
}

func TestARemovedServerMayIntroduceItselfAnew(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	w.introduce(h.id, clients.ViaAdmin)
	if err := w.Delete(t.Context(), h.id); err != nil {
		t.Fatal(err)
	}
	if got, want := code(w.login(h.sign(w, 0))), clientauth.InvalidClient; got != want {
		t.Errorf("after removal: got %q, want %q", got, want)
	}
	if got := w.introduce(h.id, "").Server.State; got != clients.Pending {
		t.Errorf("got %s, want %s", got, clients.Pending)
	}
}

// A disconnect that failed is repeated, also if the hub's record is deleted by
// then.
func TestAGoodbyeThatFailedIsSaidAgain(t *testing.T) {
	for _, fails := range []string{"before the record went", "after it"} {
		h, w := newHub(t), newWorld(t, allowHTTP)
		w.introduce(h.id, clients.ViaAdmin)
		w.Forgotten.Fail = errors.New("the database is away")
		if fails == "after it" {
			if err := w.Store.Delete(t.Context(), h.id); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := w.Leave(t.Context(), h.id); err == nil {
			t.Errorf("%s: no error", fails)
		}
		if _, _, err := w.Leave(t.Context(), h.id); err != nil || !slices.Contains(w.Forgotten.IDs, h.id) {
			t.Errorf("%s: forgotten are %q, %v", fails, w.Forgotten.IDs, err)
		}
	}
}

func TestOnlySensibleDecisionsAreTaken(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	w.introduce(h.id, "")
	w.Added(clientstest.WebApp())
	refuse := func(id string, state clients.State) {
		t.Helper()
		var problems forms.Problems
		if err := w.Decide(t.Context(), id, state, "ada"); !errors.As(err, &problems) {
			t.Errorf("%s of %s: got %v, want a problem", state, id, err)
		}
	}
	refuse(h.id, clients.Suspended) // it is not active
	refuse(h.id, "")
	refuse(h.id, "king")
	refuse("web1", clients.Active)
	w.decide(h.id, clients.Active)
	refuse(h.id, clients.Pending)
	refuse(h.id, clients.Refused) // suspend it instead
	before := w.Kept(h.id)
	w.Clock.Forward(time.Minute)
	w.decide(h.id, clients.Active) // no news
	if got := w.Kept(h.id); !got.Server.Decided.Equal(before.Server.Decided) {
		t.Error("deciding the same again rewrote the decision")
	}
	if err := w.Decide(t.Context(), "nobody", clients.Active, "ada"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}

func TestAServerProvesItselfOrIsRefused(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	w.Added(clientstest.WebApp())
	forged := byKey(h.id, keytest.Sign(t, keytest.New(t, "1", jose.ES256), keytest.Assertion(h.id, issuer, w.Clock.Now()), nil))
	wrong := keytest.Assertion(h.id, issuer, w.Clock.Now())
	wrong["aud"] = issuer + "/oauth2/servers"
	for name, cred := range map[string]clientauth.Credentials{
		"another key":         forged,
		"another audience":    byKey(h.id, keytest.Sign(t, h.keys[0], wrong, nil)),
		"no assertion":        {Method: clientauth.MethodNone, ID: h.id},
		"a secret":            {Method: clientauth.MethodBasic, ID: h.id, Secret: "x"},
		"an ordinary client":  {Method: clientauth.MethodKey, ID: "web1", Assertion: h.sign(w, 0).Assertion},
		"another's assertion": {Method: clientauth.MethodKey, ID: h.URL + "/oauth2/client-metadata/2", Assertion: h.sign(w, 0).Assertion},
	} {
		if _, err := w.VerifyKey(t.Context(), cred, issuer); code(err) != clientauth.InvalidClient {
			t.Errorf("%s: got %v, want %s", name, err, clientauth.InvalidClient)
		}
	}
	cred := h.sign(w, 0)
	if _, err := w.VerifyKey(t.Context(), cred, issuer); err != nil {
		t.Fatal(err)
	}
	if _, err := w.VerifyKey(t.Context(), cred, issuer); code(err) != clientauth.InvalidClient {
		t.Errorf("replay: got %v", err)
	}
	gone := newHub(t)
	cred = gone.sign(w, 0)
	gone.Close()
	var fault *metadatadoc.Error
	if _, err := w.VerifyKey(t.Context(), cred, issuer); !errors.As(err, &fault) {
		t.Errorf("unreachable: got %v, want a metadatadoc.Error", err)
	}
}

func TestAskingAgainAndAgainFetchesOnceInHalfAMinute(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	for range 10 {
		if _, err := w.VerifyKey(t.Context(), h.sign(w, 0), issuer); err != nil {
			t.Fatal(err)
		}
		w.introduce(h.id, "")
		w.Clock.Forward(time.Second)
	}
	if got, want := h.readCount(), 1; got != want {
		t.Errorf("reads: got %d, want %d", got, want)
	}
	h.publish(func() { h.document["client_name"] = "New Branch" })
	w.Clock.Forward(sightLife)
	if got, want := w.introduce(h.id, "").Name, "New Branch"; got != want {
		t.Errorf("name: got %q, want %q", got, want)
	}
	if got, want := h.readCount(), 2; got != want {
		t.Errorf("reads: got %d, want %d", got, want)
	}
}

func TestAFailureIsNotRepeatedAtWillAndNotRememberedForLong(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	h.publish(func() { h.answer = status(http.StatusInternalServerError, "") })
	for range 5 {
		if _, err := w.RequestConnection(t.Context(), h.id, ""); err == nil {
			t.Fatal("introduced without a document")
		}
	}
	if got, want := h.readCount(), 1; got != want {
		t.Errorf("reads: got %d, want %d", got, want)
	}
	h.publish(func() { h.answer = nil })
	w.Clock.Forward(failureLife)
	w.introduce(h.id, "")
}

func TestTheNumberOfWaitingServersIsBounded(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	for n := range maxPendingPerHost {
		w.introduce(fmt.Sprint(h.id, "/", n), "")
	}
	if _, err := w.RequestConnection(t.Context(), h.id, ""); !errors.Is(err, ErrTooManyPending) {
		t.Errorf("one host too often: got %v, want ErrTooManyPending", err)
	}
	other := newHub(t)
	for n := range maxPending - maxPendingPerHost {
		c, err := w.Discover(t.Context(), fmt.Sprint(other.id, "/", n))
		if err != nil {
			t.Fatal(err)
		}
		c.Server.Host = fmt.Sprint("host-", n)
		if err := w.Store.Insert(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.RequestConnection(t.Context(), other.id, ""); !errors.Is(err, ErrTooManyPending) {
		t.Errorf("too many: got %v, want ErrTooManyPending", err)
	}
	if got := w.introduce(other.id, clients.ViaInvite).Server.State; got != clients.Active {
		t.Errorf("an invited server must not wait behind a flood: got %s", got)
	}
}

func TestTheSameServerAtOnceIsOneRecord(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if c, err := w.RequestConnection(t.Context(), h.id, ""); err != nil || c.Server.State != clients.Pending {
				t.Errorf("got %v, %v", c.Server, err)
			}
		})
	}
	all.Wait()
	if got, want := h.readCount(), 1; got != want {
		t.Errorf("reads: got %d, want %d", got, want)
	}
}

// rest waits until what runs in the background has ended.
func (w *world) rest() { w.worker.wait.Wait() }

func (w *world) use(id string) error {
	_, err := w.Get(w.Context(), id)
	w.rest()
	return err
}

func TestAnActiveServerIsRefreshedWhenItsMetadataIsOld(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	w.introduce(h.id, clients.ViaAdmin)
	err := w.Update(t.Context(), h.id, func(c *clients.Client) error {
		c.SkipAuthorization, c.Scopes, c.AllowedRoles = true, []string{"openid"}, []string{"staff"}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	before := w.Kept(h.id)
	h.publish(func() {
		h.document["client_name"] = "Renamed"
		h.document["redirect_uris"] = []string{h.URL + "/new"}
		h.document["scope"] = "everything"
	})
	if err := w.use(h.id); err != nil {
		t.Fatal(err)
	}
	if got, want := w.Kept(h.id).Name, "Branch Office"; got != want {
		t.Errorf("before the hour is over: got %q, want %q", got, want)
	}

	w.Clock.Forward(documentLife)
	if err := w.use(h.id); err != nil {
		t.Fatal(err)
	}
	c := w.Kept(h.id)
	if c.Name != "Renamed" || !slices.Equal(c.RedirectURIs, []string{h.URL + "/new"}) || c.DefaultRedirectURI != h.URL+"/new" {
		t.Errorf("after: got %+v", c)
	}
	if c.ConsentVersion != before.ConsentVersion+1 || !c.Server.Fetched.Equal(w.Clock.Now()) || c.Server.State != clients.Active {
		t.Errorf("after: generation %d, server %+v", c.ConsentVersion, c.Server)
	}
	if !c.SkipAuthorization || !slices.Equal(c.Scopes, []string{"openid"}) || !slices.Equal(c.AllowedRoles, []string{"staff"}) {
		t.Errorf("the document changed what the administrator decides: %+v", c)
	}
}

func TestAFailedRefreshKeepsWhatIsKnownAndIsNotRepeatedAtOnce(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	w.introduce(h.id, clients.ViaAdmin)
	h.publish(func() { h.answer = status(http.StatusBadGateway, "") })
	w.Clock.Forward(documentLife)
	for range 10 {
		if err := w.use(h.id); err != nil {
			t.Fatal(err)
		}
		w.Clock.Forward(time.Second)
	}
	if got, want := h.readCount(), 2; got != want {
		t.Errorf("reads: got %d, want %d", got, want)
	}
	if err := w.login(h.sign(w, 0)); err != nil {
		t.Errorf("it cannot sign in any more: %v", err)
	}
	h.publish(func() { h.answer = nil; h.document["client_name"] = "Back" })
	w.Clock.Forward(refreshPause)
	if err := w.use(h.id); err != nil {
		t.Fatal(err)
	}
	if got, want := w.Kept(h.id).Name, "Back"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestARequestDoesNotWaitForARefresh(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	w.introduce(h.id, clients.ViaAdmin)
	entered, release := make(chan struct{}), make(chan struct{})
	h.publish(func() {
		h.answer = func(http.ResponseWriter, *http.Request) { close(entered); <-release }
	})
	w.Clock.Forward(documentLife)
	if _, err := w.Get(t.Context(), h.id); err != nil { // would hang if it waited
		t.Fatal(err)
	}
	<-entered
	close(release)
	w.rest()
}

func TestAServerWhoseKeysAreAllNewMustBeApprovedAgain(t *testing.T) {
	for name, notice := range map[string]func(w *world, h *hub){
		"noticed by refresh": func(w *world, h *hub) {
			w.Clock.Forward(documentLife - 30*time.Minute) // its keys were read later and still count as fresh
			if err := w.use(h.id); err != nil {
				w.Fatal(err)
			}
		},
		"noticed by an assertion": func(w *world, h *hub) {
			w.Clock.Forward(10 * time.Second)
			if got, want := code(w.login(h.sign(w, 0))), clientauth.InvalidClient; got != want {
				w.Errorf("the new key: got %q, want %q", got, want)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, w := newHub(t), newWorld(t, allowHTTP)
			w.introduce(h.id, clients.ViaDomain)
			w.approveAs(h.id, "Branch")
			w.Clock.Forward(30 * time.Minute)
			if err := w.login(h.sign(w, 0)); err != nil {
				t.Fatal(err)
			}
			stolen := h.keys[0]
			h.publish(func() { h.keys = []jose.JSONWebKey{keytest.New(t, "2", jose.ES256), keytest.New(t, "3", jose.RS256)} })
			notice(w, h)

			server := w.Kept(h.id).Server
			if server.State != clients.Pending || !server.IsHeld() || len(server.KeyThumbprints) != 2 {
				t.Fatalf("got %+v", server)
			}
			w.nothingSaidOf(h.id)
			for _, cred := range []clientauth.Credentials{h.sign(w, 0), byKey(h.id, keytest.Sign(t, stolen, keytest.Assertion(h.id, issuer, w.Clock.Now()), nil))} {
				if got, want := code(w.login(cred)), clientauth.InvalidClient; got != want {
					t.Errorf("while held: got %q, want %q", got, want)
				}
			}
			if got := w.introduce(h.id, clients.ViaDomain).Server.State; got != clients.Pending {
				t.Errorf("the domain alone lifted the hold: %s", got)
			}
			w.decide(h.id, clients.Active)
			if got, want := code(w.login(byKey(h.id, keytest.Sign(t, stolen, keytest.Assertion(h.id, issuer, w.Clock.Now()), nil)))), clientauth.InvalidClient; got != want {
				t.Errorf("the old key: got %q, want %q", got, want)
			}
			if err := w.login(h.sign(w, 0)); err != nil {
				t.Errorf("approved again: %v", err)
			}
			if got := w.Kept(h.id).Server; got.IsHeld() {
				t.Errorf("still held: %v", got.HeldWhy)
			}
			w.nothingSaidOf(h.id)
		})
	}
}

func TestAnotherProcessForgetsTheKeysOfAPreviousOwner(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	elsewhere := w.elsewhere()
	w.introduce(h.id, clients.ViaAdmin)
	w.Clock.Forward(30 * time.Minute)
	if _, err := elsewhere.Authenticate(t.Context(), h.sign(w, 0), ""); err != nil {
		t.Fatal(err)
	}
	stolen := h.keys[0]
	h.publish(func() { h.keys = []jose.JSONWebKey{keytest.New(t, "2", jose.ES256)} })
	w.Clock.Forward(documentLife - 30*time.Minute)
	if err := w.use(h.id); err != nil {
		t.Fatal(err)
	}
	w.decide(h.id, clients.Active)

	if _, err := elsewhere.Authenticate(t.Context(), byKey(h.id, keytest.Sign(t, stolen, keytest.Assertion(h.id, issuer, w.Clock.Now()), nil)), ""); code(err) != clientauth.InvalidClient {
		t.Errorf("the old key: got %v, want %s", err, clientauth.InvalidClient)
	}
	w.Clock.Forward(10 * time.Second)
	if _, err := elsewhere.Authenticate(t.Context(), h.sign(w, 0), ""); err != nil {
		t.Errorf("the new key: %v", err)
	}
}

func TestAFreshInviteLiftsAHold(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	w.introduce(h.id, clients.ViaDomain)
	h.publish(func() { h.keys = []jose.JSONWebKey{keytest.New(t, "2", jose.ES256)} })
	w.Clock.Forward(documentLife)
	if err := w.use(h.id); err != nil {
		t.Fatal(err)
	}
	if got := w.introduce(h.id, clients.ViaInvite).Server; got.State != clients.Active || got.IsHeld() {
		t.Errorf("got %+v", got)
	}
}

func TestKeysThatChangeOneAfterTheOtherNeedNoApproval(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	w.introduce(h.id, clients.ViaAdmin)
	for n := range 4 {
		next := keytest.New(t, fmt.Sprint("next", n), jose.ES256)
		h.publish(func() { h.keys = append(h.keys, next) })
		w.Clock.Forward(time.Hour)
		if err := w.login(h.sign(w, 1)); err != nil {
			t.Fatalf("round %d: %v", n, err)
		}
		h.publish(func() { h.keys = h.keys[1:] })
		w.Clock.Forward(time.Hour)
		if err := w.login(h.sign(w, 0)); err != nil {
			t.Fatalf("round %d: %v", n, err)
		}
		w.rest()
	}
	if got := w.state(h.id); got != clients.Active {
		t.Errorf("got %s, want %s", got, clients.Active)
	}
}

func TestASuspendedServerWithNewKeysIsHeldWhenItComesBack(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	known := w.introduce(h.id, clients.ViaAdmin).Server.KeyThumbprints
	w.decide(h.id, clients.Suspended)
	h.publish(func() { h.keys = []jose.JSONWebKey{keytest.New(t, "2", jose.ES256)} })
	if _, err := w.VerifyKey(t.Context(), h.sign(w, 0), issuer); code(err) != clientauth.InvalidClient {
		t.Errorf("prove with unknown keys: got %v", err)
	}
	if got := w.Kept(h.id).Server; got.State != clients.Suspended || !slices.Equal(got.KeyThumbprints, known) {
		t.Errorf("got %+v", got)
	}
	w.decide(h.id, clients.Active)
	if got, want := code(w.login(h.sign(w, 0))), clientauth.InvalidClient; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := w.state(h.id); got != clients.Pending {
		t.Errorf("got %s, want %s", got, clients.Pending)
	}
}

func TestAServerThatMovesItsRedirectURIsMustBeApprovedAgain(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	w.introduce(h.id, clients.ViaAdmin)
	w.approveAs(h.id, "Branch")
	h.publish(func() { h.document["redirect_uris"] = []string{"https://evil.example/cb"} })
	w.Clock.Forward(documentLife)
	if err := w.use(h.id); err != nil {
		t.Fatal(err)
	}
	w.nothingSaidOf(h.id)
	c := w.Kept(h.id)
	if c.Server.State != clients.Pending || c.Server.HeldWhy.Code != "hub.held.redirect" || c.AllowsRedirect("https://evil.example/cb") {
		t.Errorf("got %+v", c)
	}
	if err := w.use(h.id); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}

func TestAClosedRegistryRefreshesNothing(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	w.introduce(h.id, clients.ViaAdmin)
	w.Close()
	w.Clock.Forward(documentLife)
	if err := w.use(h.id); err != nil {
		t.Fatal(err)
	}
	if got, want := h.readCount(), 1; got != want {
		t.Errorf("reads: got %d, want %d", got, want)
	}
}
