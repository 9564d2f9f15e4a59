package admin

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/web"
)

// partTime is how long the browser may take to receive a part of a file.
const partTime = 30 * time.Second

// Download sends a file of any length under a name. write writes to the response and
// calls part after each part. A file that breaks off is aborted, so that it does not
// look whole.
func Download(c *gin.Context, log *slog.Logger, name, mime string, write func(part func() error) error) error {
	h := c.Writer.Header()
	h.Set("Content-Type", mime)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	respond := http.NewResponseController(c.Writer)
	err := write(func() error {
		_ = respond.SetWriteDeadline(time.Now().Add(partTime)) // not every server has one
		return respond.Flush()
	})
	if err != nil && c.Writer.Written() {
		log.ErrorContext(c.Request.Context(), "a download broke off", "file", name, "ref", web.Ref(c), "error", err)
		panic(http.ErrAbortHandler)
	}
	return err
}
