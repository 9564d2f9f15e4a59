package proof

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/web"
)

func TestWhoGuessedIsToldWhereToGoOn(t *testing.T) {
	page, ok := guessed().(*web.ErrorPage) //nolint:errorlint // it is made there
	if !ok || page.Status != http.StatusForbidden || !strings.HasPrefix(page.Action.URL, "/signin?") {
		t.Errorf("got %+v", page)
	}
}
