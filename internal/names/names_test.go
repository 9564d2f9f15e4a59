package names

import "testing"

// A sealed value opens in its own place only, so no two places may be named
// alike.
func TestNoTwoPlacesAreNamedAlike(t *testing.T) {
	seen := map[string]bool{}
	for _, place := range []string{
		Stop("a", "b"), Carried("a"), Carried("b"), Tie("a"), SigningKey("a"), LoginKeySecret("a"), LoginKeySiteKey("a"),
		ClientSecret("a", "b"), ClientSecret("b", "a"), Notification("a"), SessionUpstream("a", "b"), SessionUpstream("b", "a"), SecondFactor("a"), Outbox("a"),
	} {
		if seen[place] {
			t.Errorf("two places are called %q", place)
		}
		seen[place] = true
	}
}
