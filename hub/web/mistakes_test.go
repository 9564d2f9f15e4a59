package web

import (
	"errors"
	"fmt"
	"testing"

	"github.com/fedhub/fedhub/internal/forms"
)

func TestAMistakeStandsAtTheFieldThatTheFormHas(t *testing.T) {
	err := fmt.Errorf("save: %w", forms.New("name", "settings.consent.bad"))
	wrong, ok := Mistakes(err, map[string]string{"name": "app_name"})
	if !ok || len(wrong) != 1 || wrong[0].Field != "app_name" || wrong[0].Text.English() != "Choose when users are asked for consent: every time (Force) or when needed (Auto)." {
		t.Errorf("got %v, %t", wrong, ok)
	}
	if wrong, ok := Mistakes(errors.New("the database is gone"), nil); ok {
		t.Errorf("an error that is nobody's mistake became %v", wrong)
	}
}
