package federation_test

import (
	"net/http"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

func TestAnExaminationIsFresh(t *testing.T) {
	o := newOffice(t)
	u := o.upstream()
	key := o.add(keyAt(u), "secret")
	if _, err := o.signIn(key.ID, u); err != nil {
		t.Fatal(err)
	}
	sight, err := o.Examine(t.Context(), key.ID)
	if err != nil || len(sight.Card.Fingerprints) != 1 || sight.Certificates["127.0.0.1"].IsZero() {
		t.Fatalf("got %+v and %v", sight, err)
	}
	u.Set(func(s *federationtest.Script) {
		s.Discovery = func(doc map[string]any) { doc["token_endpoint"] = "https://elsewhere.example/token" }
	})
	if sight, err := o.Examine(t.Context(), key.ID); err != nil || len(sight.Card.ForeignHosts) != 1 {
		t.Errorf("an endpoint has moved: got %+v and %v", sight, err)
	}
	u.Set(func(s *federationtest.Script) {
		s.Replace = map[string]http.HandlerFunc{federationtest.PathDiscovery: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }}
	})
	if _, err := o.Examine(t.Context(), key.ID); federationtest.Fault(err) != federation.Unreachable {
		t.Errorf("it is silent: got %v", err)
	}
	// The sign-ins go on with what they know.
	if got := o.State(key.ID); got.Silent != 0 {
		t.Errorf("a look counts as a sign-in: %+v", got)
	}
}
