package people

import (
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
)

func TestOnlyWhatIsOutOfTheOrdinaryIsSaidOfSomebody(t *testing.T) {
	u := users.User{EmailVerified: true}
	if got := userChips(u); len(got) != 0 {
		t.Errorf("an ordinary person has %v", got)
	}
	u.Roles, u.Disabled, u.EmailVerified = []string{users.AdminRole}, true, false
	var said []string
	for _, chip := range userChips(u) {
		said = append(said, chip.Text.English())
	}
	if len(said) != 3 || userChips(u)[1].Tone != "danger" || said[1] != "Disabled" {
		t.Errorf("said %q", said)
	}
}

func TestWhoDidSomethingIsSaidOnlyOfAnother(t *testing.T) {
	u := users.User{ID: "ada"}
	if got := by(audit.Event{Actor: "ada"}, u); got != "" {
		t.Errorf("their own act is by %q", got)
	}
	if got := by(audit.Event{Actor: "root"}, u); got != "root" {
		t.Errorf("the act of another is by %q", got)
	}
}
