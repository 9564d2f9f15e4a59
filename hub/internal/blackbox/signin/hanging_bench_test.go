package signin_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// What signing in by password costs while an upstream says nothing and every
// place before it is taken, against a hub whose upstreams are well: the two
// belong together, and their ratio is the result. The password hash is that of
// the tests, so nothing hides a difference.
func BenchmarkSignInByPassword(b *testing.B) {
	for _, name := range []string{"upstreams well", "one upstream hanging"} {
		b.Run(name, func(b *testing.B) {
			w := hubtest.NewWorld(b, hubtest.OpenSQLite(b))
			w.Person("ada@example.org")
			hanging := newHanging(b)
			key := w.OpenIDKey("Hanging", hanging.URL)
			if name == "one upstream hanging" {
				const places = 32
				gone := make(chan struct{}, places)
				for range places {
					visitor := w.Browser()
					signin := visitor.Open("/signin")
					go func() { visitor.Post(signin, "/signin/with/"+key.ID); gone <- struct{}{} }()
				}
				<-hanging.arrived
				defer func() {
					close(hanging.release)
					for range places {
						<-gone
					}
				}()
			}
			for b.Loop() {
				ada := w.Browser()
				ada.SignIn(ada.Open("/signin"), "ada@example.org")
			}
		})
	}
}
