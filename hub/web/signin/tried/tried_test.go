package tried

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/web"
)

var errDisk = errors.New("the disk is full")

func TestATestThatIsOverSaysSo(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	page, ok := errors.AsType[*web.ErrorPage](triedGone(c, fmt.Errorf("open: %w", flows.ErrGone)))
	if !ok || page.Status != http.StatusGone {
		t.Errorf("got %v", page)
	}
	if got := triedGone(c, errDisk); got != errDisk { //nolint:errorlint // the same
		t.Errorf("an error of the database became %v", got)
	}
}
