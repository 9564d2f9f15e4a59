package hubtest

import "github.com/fedhub/fedhub/internal/testkit/faultstore"

// OfIssuing counts the writes that issue tokens. Background writes do not count,
// so they do not use up the failure.
func OfIssuing(c faultstore.Call) bool {
	return c.Writes() && (c.Set == "grants" || c.Set == "families" || c.Set == "opaques")
}
