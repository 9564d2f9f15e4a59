package hubtest

import "github.com/fedhub/fedhub/internal/testkit/faultstore"

// OfIssuing counts the writes of what is issued; what the hub writes beside the
// requests must not use the failure up.
func OfIssuing(c faultstore.Call) bool {
	return c.Writes() && (c.Set == "grants" || c.Set == "families" || c.Set == "opaques")
}
