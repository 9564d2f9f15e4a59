package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// ClientLogouts is how telling an app of logouts went (OIDC Back-Channel
// Logout). Its button posts to Try.
type ClientLogouts struct {
	Told    time.Time    // the last that arrived
	Failed  time.Time    // the last that did not
	Error   locales.Text // why; empty when things are well again
	Waiting locales.Text // how many wait
	Next    time.Time    // when the next of them is tried
	Try     string       // path to post to; empty if nothing waits
}
