package oauth

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Params are the parameters of one protocol request. Each is sent at most once,
// except the repeatable ones, which All reads.
type Params map[string]string

// repeatable are the parameters that may be sent more than once: resource
// (RFC 8707 §2) and audience (RFC 8693 §2.1).
var repeatable = []string{"resource", "audience"}

// between separates the values of a repeatable parameter. No value contains it.
const between = "\x00"

// Limits of one request. They are far above what real clients send.
const (
	maxParams = 100
	maxEncode = 64 << 10 // bytes, of a query or body as sent
)

// ParseParams reads a query string or form body. A repeated parameter is an
// error (RFC 6749 §3.1, §3.2): if the first one counted, a proxy and the hub
// could see two different requests. A parameter without a value counts as
// omitted (same sections), but Has still reports it: an empty code_challenge
// must not mean "no PKCE".
func ParseParams(encoded string) (Params, error) {
	if len(encoded) > maxEncode {
		return nil, InvalidRequest("oauth.request.large")
	}
	params := Params{}
	var repeated RepeatedError
	for pair := range strings.SplitSeq(encoded, "&") {
		if pair == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err := unescape(rawName)
		if err != nil {
			return nil, err
		}
		value, err := unescape(rawValue)
		if err != nil {
			return nil, err
		}
		if params.Has(name) && slices.Contains(repeatable, name) {
			params[name] += between + value
			continue
		}
		if params.Has(name) {
			repeated.Names = append(repeated.Names, name)
			continue
		}
		params[name] = value
		if len(params) > maxParams {
			return nil, InvalidRequest("oauth.parameters.many")
		}
	}
	for _, name := range repeated.Names {
		delete(params, name) // neither value can be trusted
	}
	if len(repeated.Names) > 0 {
		return params, &repeated
	}
	return params, nil
}

// A RepeatedError names the parameters that were sent twice. ParseParams
// returns it together with the other parameters, so that the authorization
// endpoint can still answer the client if client_id and redirect_uri are clear.
type RepeatedError struct{ Names []string }

func (e *RepeatedError) Error() string { return e.protocol().Error() }

// Unwrap gives the responder the protocol error to answer with.
func (e *RepeatedError) Unwrap() error { return e.protocol() }

func (e *RepeatedError) protocol() *Error {
	return InvalidRequest("oauth.parameter.twice", "name", short(e.Names[0]))
}

func unescape(s string) (string, error) {
	out, err := url.QueryUnescape(s)
	if err != nil {
		return "", InvalidRequest("oauth.request.form").Because(err)
	}
	if !utf8.ValidString(out) || strings.ContainsRune(out, 0) {
		return "", InvalidRequest("oauth.request.text")
	}
	return out, nil
}

// short shortens an untrusted name for a message.
func short(s string) string {
	const most = 40
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}

// Encode is the inverse of ParseParams.
func (p Params) Encode() string {
	v := url.Values{}
	for name, value := range p {
		v[name] = strings.Split(value, between)
	}
	return v.Encode()
}

// All returns every value of a repeatable parameter, in the order sent. Empty
// ones count as omitted.
func (p Params) All(name string) []string {
	return slices.DeleteFunc(strings.Split(p[name], between), func(s string) bool { return s == "" })
}

// SetAll sets a repeatable parameter.
func (p Params) SetAll(name string, values []string) { p[name] = strings.Join(values, between) }

// Has reports whether the parameter was sent, even if it is empty.
func (p Params) Has(name string) bool { _, ok := p[name]; return ok }

// Require returns the value, or an error that names the missing parameter.
func (p Params) Require(name string) (string, error) {
	if p[name] == "" {
		return "", InvalidRequest("oauth.parameter.missing", "name", name)
	}
	return p[name], nil
}
