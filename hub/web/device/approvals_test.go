package device

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/sessions"
)

func TestAWishForAnotherSignInIsTriedOnce(t *testing.T) {
	asked := time.Unix(1000, 0)
	for _, tt := range []struct {
		name, wish, acr string
		signedIn        time.Time
		want            bool
	}{
		{"no wish", "", "elsewhere", asked.Add(-time.Minute), false},
		{"met", "other " + sessions.ACROneFactor, sessions.ACROneFactor, asked.Add(-time.Minute), false},
		{"not met, and a password would", "other " + sessions.ACROneFactor, "elsewhere", asked.Add(-time.Minute), true},
		{"not met by a new sign-in either", sessions.ACROneFactor, "elsewhere", asked.Add(time.Second), false},
		{"a way that this hub lacks", "other", "elsewhere", asked.Add(-time.Minute), false},
	} {
		got := couldBeBetter(pending.Request{ACRValues: tt.wish, Created: asked}, sessions.Session{SignIn: grants.SignIn{ACR: tt.acr}, Created: tt.signedIn})
		if got != tt.want {
			t.Errorf("%s: got %v", tt.name, got)
		}
	}
}
