package signup

import (
	"errors"
	"io/fs"
	"net/http"
	"testing"

	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/users/signup"
	"github.com/fedhub/fedhub/hub/web"
)

// The story of a sign-up is in hub/internal/blackbox/signin.
func TestEveryErrorHasItsPage(t *testing.T) {
	away := errors.New("the database is away")
	for _, tt := range []struct {
		err    error
		status int // 0: it stays as it is
	}{
		{maillinks.ErrLink, http.StatusGone},
		{signup.ErrClosed, http.StatusForbidden},
		{fs.ErrExist, http.StatusConflict},
		{away, 0},
	} {
		got := deadLink(tt.err)
		page, ok := errors.AsType[*web.ErrorPage](got)
		if ok != (tt.status != 0) || ok && page.Status != tt.status {
			t.Errorf("%v: got %v", tt.err, got)
		}
	}
}
