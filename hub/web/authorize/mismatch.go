package authorize

import (
	"errors"
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/hub/authrequest"
)

func unknownClient(err error) bool {
	var unknown *authrequest.Unknown
	return errors.As(err, &unknown)
}

func unregistered(err error) (string, bool) {
	var wrong *authrequest.Unregistered
	if errors.As(err, &wrong) {
		return wrong.Sent, true
	}
	return "", false
}

// mismatch tells an administrator by what an address that was sent differs
// from the one that was probably meant.
func mismatch(sent string, registered []string) string {
	const plain = "The redirect_uri is not registered for this application"
	for _, d := range differences {
		for _, want := range registered {
			if d.only(sent, want) {
				return plain + ": it differs from " + bareAddress(want) + " by " + d.words + "."
			}
		}
	}
	if len(registered) == 0 {
		return plain + ", which has none."
	}
	return plain + "."
}

// differences are the usual ones, the smallest first.
var differences = []struct {
	words string
	only  func(sent, want string) bool
}{
	{"a slash at its end", func(a, b string) bool { return strings.TrimRight(a, "/") == strings.TrimRight(b, "/") }},
	{"capital letters", strings.EqualFold},
	{"its scheme", but(func(u *url.URL) { u.Scheme = "" })},
	{"its query", but(func(u *url.URL) { u.RawQuery, u.ForceQuery = "", false })},
	{"its fragment", but(func(u *url.URL) { u.Fragment, u.RawFragment = "", "" })},
	{"its port", but(func(u *url.URL) { u.Host = u.Hostname() })},
	{"www. before the host", but(func(u *url.URL) { u.Host = strings.TrimPrefix(u.Host, "www.") })},
	{"its host", but(func(u *url.URL) { u.Host = "" })},
	{"its path", but(func(u *url.URL) { u.Path, u.RawPath = "", "" })},
}

// but compares two addresses without the part that drop takes away.
func but(drop func(*url.URL)) func(a, b string) bool {
	return func(a, b string) bool {
		x, err := url.Parse(a)
		if err != nil {
			return false
		}
		y, err := url.Parse(b)
		if err != nil {
			return false
		}
		drop(x)
		drop(y)
		return x.String() == y.String()
	}
}
