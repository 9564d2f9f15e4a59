package tokenendpoint

import (
	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/pending"
)

// back redeems an auth_req_id, after a poll or a ping (CIBA §10.1).
func (d *Handler) back(c *gin.Context, r request) (answer, error) {
	id, err := r.form.Require("auth_req_id")
	if err != nil {
		return answer{}, err
	}
	agreed, err := d.Pending.Poll(c.Request.Context(), pending.Back, id, r.client.ID)
	if err != nil {
		return answer{}, err
	}
	return d.collect(c, r, agreed)
}
