package errorpages

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"testing"

	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/passwords"
)

func TestWhatPeopleSeeOfAnError(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		label  string
	}{
		{fmt.Errorf("read: %w", store.ErrUnavailable), http.StatusServiceUnavailable, "Go to the start page"},
		{&store.DamagedError{}, http.StatusServiceUnavailable, "Go to the start page"},
		{flows.ErrGone, http.StatusBadRequest, "Go to the start page"},
		{&flows.Finished{Request: authrequest.Request{RedirectURI: "https://app.example/back?x=1"}}, http.StatusGone, "Go to app.example"},
		{&flows.Finished{Request: authrequest.Request{RedirectURI: "com.example.app:/back"}}, http.StatusGone, "Go to your account"},
		{pending.ErrGone, http.StatusGone, "Go to the start page"},
		{pending.ErrGuesses, http.StatusTooManyRequests, "Go to the start page"},
		{passwords.ErrBusy, http.StatusServiceUnavailable, "Go to the start page"},
		{maillinks.ErrLink, http.StatusGone, "Go to the start page"},
		{maillinks.ErrOften, http.StatusTooManyRequests, "Go to the start page"},
		{maillinks.ErrAddressTaken, http.StatusConflict, "Go to the start page"},
	} {
		p, known := Of(fmt.Errorf("answer a page: %w", tt.err))
		if !known || p.Status != tt.status || p.Action.Label.English() != tt.label || p.Heading.English() == "" || p.Text.English() == "" {
			t.Errorf("%v: got %+v", tt.err, p)
		}
	}
	for _, err := range []error{fs.ErrNotExist, context.DeadlineExceeded, errors.New("x")} {
		if p, known := Of(err); known {
			t.Errorf("%v: got %+v, which is the responder's to say", err, p)
		}
	}
}
