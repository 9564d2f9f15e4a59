package catalog_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/internal/claims"
)

// FuzzUpstreamProfile gives every preset an arbitrary profile. Reading it must
// not panic, and an accepted identity has a subject.
func FuzzUpstreamProfile(f *testing.F) {
	entries := slices.DeleteFunc(catalog.All(), func(e catalog.Entry) bool { return e.Kind != federation.KindSocial })
	recordings := make([]recording, len(entries))
	for i, entry := range entries {
		recordings[i] = load(f, entry)
		f.Add(uint8(i), true, []byte(recordings[i].Answers[1].Body))
		f.Add(uint8(i), false, []byte(recordings[i].Answers[0].Body))
	}
	f.Fuzz(func(t *testing.T, which uint8, profile bool, body []byte) {
		i := int(which) % len(entries)
		s := newStage(t, entries[i], recordings[i])
		s.begin()
		s.instead = func(r *http.Request) *http.Response {
			if profile == (len(s.seen) == 2) {
				return respond(r, 200, "application/json", string(body))
			}
			return nil
		}
		id, err := s.finish()
		fault, refusal := new(federation.Fault), new(federation.Refusal)
		switch {
		case err != nil && !errors.As(err, &fault) && !errors.As(err, &refusal):
			t.Errorf("%s: the error %v is of no kind", entries[i].Preset, err)
		case err == nil && (claims.CheckID(id.Subject) != nil || id.EmailVerified && id.Email == "" || strings.ContainsAny(id.Name, "\x00\n\u202e")):
			t.Errorf("%s: got %+v", entries[i].Preset, id)
		}
	})
}
