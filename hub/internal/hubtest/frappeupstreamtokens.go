package hubtest

import (
	"strings"

	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

// Identity is the user's identity at the site.
func (s *SiteAbove) Identity() linking.Identity {
	s.Helper()
	all, err := s.Hub.Users(s.Context(), "", 10)
	if err != nil {
		s.Fatal(err)
	}
	for _, u := range all {
		if linked, err := s.Hub.Identities(s.Context(), u.ID); err == nil && len(linked) == 1 {
			return linked[0]
		}
	}
	s.Fatal("nobody has one")
	return linking.Identity{}
}

func (s *SiteAbove) Asked(method string) (n int) {
	s.Site.Edit(func(site *frappetest.Site) {
		for _, a := range site.Asked {
			if strings.HasSuffix(a, "."+method) {
				n++
			}
		}
	})
	return n
}
