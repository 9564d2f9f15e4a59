package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// ClientLogouts is the delivery of logout notices to an app (OIDC Back-Channel
// Logout). Its button posts to Try.
type ClientLogouts struct {
	Told    time.Time    // the last delivery
	Failed  time.Time    // the last failure
	Error   locales.Text // its error; empty after a success
	Waiting locales.Text // number of pending notices
	Next    time.Time    // next attempt
	Try     string       // path to post to; empty if nothing waits
}
