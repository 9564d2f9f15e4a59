package authorize

import (
	"errors"
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/internal/texts"
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

// mismatch tells an administrator how the redirect URI in the request differs from
// the registered one that is closest to it.
func mismatch(sent string, registered []string) texts.Text {
	for _, d := range differences {
		for _, want := range registered {
			if d.only(sent, want) {
				return texts.New(d.code, "address", bareAddress(want))
			}
		}
	}
	if len(registered) == 0 {
		return texts.New("redirect.none")
	}
	return texts.New("redirect")
}

// differences are the usual ones, the smallest first.
var differences = []struct {
	code string
	only func(sent, want string) bool
}{
	{"redirect.slash", func(a, b string) bool { return strings.TrimRight(a, "/") == strings.TrimRight(b, "/") }},
	{"redirect.capitals", strings.EqualFold},
	{"redirect.scheme", but(func(u *url.URL) { u.Scheme = "" })},
	{"redirect.query", but(func(u *url.URL) { u.RawQuery, u.ForceQuery = "", false })},
	{"redirect.fragment", but(func(u *url.URL) { u.Fragment, u.RawFragment = "", "" })},
	{"redirect.port", but(func(u *url.URL) { u.Host = u.Hostname() })},
	{"redirect.www", but(func(u *url.URL) { u.Host = strings.TrimPrefix(u.Host, "www.") })},
	{"redirect.host", but(func(u *url.URL) { u.Host = "" })},
	{"redirect.path", but(func(u *url.URL) { u.Path, u.RawPath = "", "" })},
}

// but compares two URIs after drop has removed a part of them.
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
