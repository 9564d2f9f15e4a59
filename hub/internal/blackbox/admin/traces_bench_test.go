package admin_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// BenchmarkAuthorizeWithALiveSession is a sign-in without any page, for each mode
// of the sign-in log.
func BenchmarkAuthorizeWithALiveSession(b *testing.B) {
	for _, mode := range []string{settings.TraceOff, settings.TraceFailures, settings.TraceAll} {
		b.Run(mode, func(b *testing.B) {
			w := hubtest.NewWorld(b, hubtest.OpenSQLite(b))
			w.Person("ada@example.org")
			a := w.App()
			person := w.Browser()
			person.SignInTo(a, "ada@example.org")
			if err := w.Hub.ChangeSettings(b.Context(), audit.Named("test"), func(s *settings.Settings) { s.Traces = mode }); err != nil {
				b.Fatal(err)
			}
			here, err := url.Parse(w.URL)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				r := httptest.NewRequest(http.MethodGet, "/oauth2/authorize?"+a.Request().Encode(), nil)
				for _, c := range person.Jar.Cookies(here) {
					r.AddCookie(c)
				}
				answer := &hubtest.Blank{Fields: http.Header{}}
				b.StartTimer()
				w.Hub.ServeHTTP(answer, r)
				if answer.Status != http.StatusSeeOther {
					b.Fatalf("got status %d, want 303", answer.Status)
				}
			}
		})
	}
}
