package signin_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// The cost of a password sign-in while a provider hangs and all its places are
// taken, against a hub with healthy providers: the ratio is the result. The
// password hash is the cheap one of the tests, so that it hides no difference.
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
