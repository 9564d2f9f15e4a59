package onetime

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"testing"

	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/testkit/mailtest"
)

var errDisk = errors.New("the disk is full")

func status(err error) int {
	if p, ok := errors.AsType[*web.ErrorPage](err); ok {
		return p.Status
	}
	return 0
}

func TestALinkThatIsOfNoUseSaysSo(t *testing.T) {
	d := &Handler{MailLinks: &maillinks.Service{}}
	for what, row := range map[string]struct {
		problem func(error) error
		known   map[error]int
	}{
		"an invitation": {invitationError, map[error]int{users.ErrInvitation: http.StatusGone, fs.ErrExist: http.StatusConflict}},
		"a setup link":  {setupError, map[error]int{users.ErrSetUp: http.StatusGone, users.ErrSetupLink: http.StatusGone}},
		"a reset":       {d.deadReset, map[error]int{maillinks.ErrLink: http.StatusGone}},
	} {
		row.known[errDisk] = 0
		for err, want := range row.known {
			got := row.problem(fmt.Errorf("open: %w", err))
			if status(got) != want || want == 0 && !errors.Is(got, err) {
				t.Errorf("%s, %v: got %v, want %d", what, err, got, want)
			}
		}
	}
	offers := func(d *Handler) string {
		p, _ := errors.AsType[*web.ErrorPage](d.deadReset(maillinks.ErrLink))
		return p.Action.URL
	}
	if got := offers(d); got != "" {
		t.Errorf("a new email is offered where none are sent: %q", got)
	}
	if got := offers(&Handler{MailLinks: &maillinks.Service{Mailer: mailtest.Mailer(&mailtest.Box{})}}); got != "/password/forgot" {
		t.Errorf("a new email is not offered: %q", got)
	}
}
