package frappe_test

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/fedhub/fedhub/federation"
)

func asFault(err error, fault **federation.Fault) bool { return errors.As(err, fault) }

// badJar brings back what a site takes for a session of somebody else.
type badJar struct{}

func (badJar) SetCookies(*url.URL, []*http.Cookie) {}
func (badJar) Cookies(*url.URL) []*http.Cookie {
	return []*http.Cookie{{Name: "user_id", Value: "asha@example.com"}}
}
