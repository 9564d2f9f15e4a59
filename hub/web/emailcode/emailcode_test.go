package emailcode

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
	"github.com/fedhub/fedhub/hub/web"
)

func TestACodeThatIsOverSaysSo(t *testing.T) {
	disk := errors.New("the disk is full")
	for err, want := range map[error]int{flows.ErrGone: http.StatusGone, secondfactor.ErrWrongCode: http.StatusGone, disk: 0} {
		got := overOr(fmt.Errorf("look: %w", err))
		page, ok := errors.AsType[*web.ErrorPage](got)
		if ok != (want != 0) || ok && page.Status != want || !errors.Is(got, err) && !ok {
			t.Errorf("%v: got %v, want %d", err, got, want)
		}
	}
}
