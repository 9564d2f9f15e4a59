package authorize_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// A flood is repeated requests from one address.
type flood struct {
	*hubtest.World
	make func() *http.Request

	// singly: each request waits for the one before. A wrong guess counts when
	// its check ends, so parallel guesses all pass the limit.
	singly bool
}

// through is how many of these requests did not get status 429.
func (f *flood) through(count int) int {
	f.Helper()
	var went atomic.Int32
	together := 20
	if f.singly {
		together = 1
	}
	hubtest.AtOnce(together, func(int) {
		for range count / together {
			r := f.make()
			r.RemoteAddr = "192.0.2.1:1234"
			answer := httptest.NewRecorder()
			f.Hub.ServeHTTP(answer, r)
			if answer.Code != http.StatusTooManyRequests {
				went.Add(1)
			}
		}
	})
	return int(went.Load())
}

// allows checks the burst of a limit and then its rate.
func (f *flood) allows(what string, burst int, every time.Duration) {
	f.Helper()
	f.Clock.Stop()
	hubtest.Want(f, what+" at once", f.through(burst+20), burst)
	f.Clock.Skip(10*every + every/2)
	hubtest.Want(f, what+" a little later", f.through(20), 10)
}

// Each request is stored for a while (SECURITY TK-14).
func TestOneAddressBeginsSoManyRequests(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	f := &flood{World: w, make: func() *http.Request {
		r := httptest.NewRequest(http.MethodPost, w.URL+"/oauth2/device_authorization", strings.NewReader("scope=openid"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return r
	}}
	f.allows("requests", 2000, 50*time.Millisecond)
	elsewhere := f.make()
	elsewhere.RemoteAddr = "198.51.100.7:1234"
	answer := httptest.NewRecorder()
	w.Hub.ServeHTTP(answer, elsewhere)
	hubtest.Want(t, "another address", answer.Code, http.StatusUnauthorized) // because client_id is missing, not because of the limit
}

// Each causes the hub to fetch a document.
func TestOneAddressIntroducesSoManyHubs(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	f := &flood{World: w, make: func() *http.Request {
		r := httptest.NewRequest(http.MethodPost, w.URL+"/oauth2/servers", strings.NewReader("client_id=x"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return r
	}}
	f.allows("introductions", 30, 2*time.Second)
}

// A secret cannot be guessed, but attempts cost the hub work (SECURITY TK-14).
func TestOneAddressGuessesSoManySecrets(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.App(hubtest.OnItsOwn)
	f := &flood{World: w, singly: true, make: func() *http.Request {
		r := httptest.NewRequest(http.MethodPost, w.URL+"/oauth2/token", strings.NewReader("grant_type=client_credentials"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(a.ID, "wrong")
		return r
	}}
	f.allows("guesses", 100, time.Second)
}
