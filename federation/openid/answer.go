package openid

import (
	"net/url"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/secrets"
)

// answer is the part of the browser's query that is used. Other parameters
// (redirect_uri, code_verifier, …) are untrusted and ignored (FE-05).
type answer struct {
	code, state, issuer string
	err, description    string
	handed              object // a name sent beside the answer, by providers with that quirk
}

// maxParameter bounds one parameter, in bytes. Codes of a few KB exist.
const maxParameter = 8 << 10

// readAnswer returns the answer if it belongs to this leg and this connector.
func (c *Connector) readAnswer(leg federation.AuthState, query url.Values) (answer, error) {
	var a answer
	var user string
	wanted := map[string]*string{
		"code": &a.code, "state": &a.state, "iss": &a.issuer,
		"error": &a.err, "error_description": &a.description,
	}
	if c.manners.named {
		wanted["user"] = &user
	}
	for name, target := range wanted {
		values := query[name]
		if len(values) > 1 {
			// RFC 6749 §3.1: no parameter may occur twice, because two readers
			// could read different ones.
			return answer{}, c.faultf(federation.Unexpected, "the answer has %s twice", name)
		}
		if len(values) == 1 {
			*target = values[0]
		}
		if len(*target) > maxParameter {
			return answer{}, c.faultf(federation.Unexpected, "the answer's %s is too long", name)
		}
	}
	if leg.State == "" || leg.Nonce == "" || leg.Verifier == "" {
		return answer{}, c.faultf(federation.Unexpected, "there is no such sign-in")
	}
	// RFC 9700 §4.7: the answer must belong to the request of this browser.
	if !secrets.Same(a.state, leg.State) {
		return answer{}, c.faultf(federation.Unexpected, "the state is not the one that was sent")
	}
	// RFC 9700 §4.4: a leg of one provider must not be finished at another
	// (FE-04).
	if leg.Redirect != c.env.Callback(c.key.ID) {
		return answer{}, c.faultf(federation.Unexpected, "the sign-in belongs to another provider")
	}
	a.handed = handed(user)
	return a, nil
}

// checkAnswer checks who answered, and turns an error answer into a Refusal.
func (c *Connector) checkAnswer(doc Discovery, leg federation.AuthState, a answer) error {
	switch {
	case leg.Issuer != doc.Issuer:
		return c.faultf(federation.Unexpected, "the sign-in began at another issuer, %q", leg.Issuer)
	// RFC 9207 §2.4, also for errors: in a mix-up attack the answer comes from
	// another server than the one that was asked (FE-32).
	case a.issuer != "" && a.issuer != doc.Issuer:
		return c.faultf(federation.Untrusted, "the answer's iss is another issuer")
	case a.issuer == "" && doc.SendsIssuer:
		return c.faultf(federation.Untrusted, "the answer has no iss, although the provider says that it sends one")
	case a.err != "":
		return federation.NewRefusal(c.key.Name, a.err, a.description)
	case a.code == "":
		return c.faultf(federation.Unexpected, "the answer has neither a code nor an error")
	}
	return nil
}
