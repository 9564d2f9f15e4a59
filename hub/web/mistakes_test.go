package web

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/templates"
)

func TestAMistakeStandsAtTheFieldThatTheFormHas(t *testing.T) {
	err := fmt.Errorf("save: %w", forms.New("name", "settings.consent.bad"))
	wrong, ok := Mistakes(err, map[string]string{"name": "app_name"})
	if want := (templates.Mistake{Field: "app_name", Text: "Choose Force or Auto."}); !ok || !slices.Equal(wrong, []templates.Mistake{want}) {
		t.Errorf("got %v, %t", wrong, ok)
	}
	if wrong, ok := Mistakes(errors.New("the database is gone"), nil); ok {
		t.Errorf("an error that is nobody's mistake became %v", wrong)
	}
}
