package signin

import (
	"errors"

	"github.com/fedhub/fedhub/federation"
)

// A failure is where a test ended, and what to do about it.
type failure struct {
	Step    string // "" if nothing failed
	Advice  string
	Setting string // control of the key's form that it is about, if one is
}

// failed finds the sentence for an error.
func failed(key federation.LoginKey, last triedStep, err error) failure {
	f := failure{Step: last.Name}
	var refusal *federation.Refusal
	var fault *federation.Fault
	switch {
	case errors.As(err, &refusal):
		f.Advice, f.Setting = adviceOnRefusal(key, refusal.Code)
	case errors.As(err, &fault):
		f.Advice, f.Setting = adviceOnFault(key, last.Name, fault.Kind)
	default:
		f.Advice = "This hub itself failed. Its log says more."
	}
	return f
}

// adviceOnRefusal is about the codes of RFC 6749 §4.1.2.1 and §5.2.
func adviceOnRefusal(key federation.LoginKey, code string) (advice, setting string) {
	switch code {
	case "access_denied":
		return "You said no there, or this account may not use the app. Try again with an account that may, and see at the provider who is allowed to sign in.", ""
	case "invalid_client", "unauthorized_client":
		if key.Kind == federation.KindPeer {
			return "The other hub does not let this one in. Ask its administrator to look under Servers.", ""
		}
		return "The provider does not accept the client ID and secret. Copy both again; a secret may also have ended.", "client_secret"
	case "invalid_scope":
		if key.KeepTokens && key.AskOffline {
			return "The provider refuses a scope: offline_access may be none for this client or this person. Untick it, or allow it there.", "ask_offline"
		}
		return "The provider does not know one of the scopes. Ask for fewer.", "scopes"
	case "invalid_grant":
		return "The provider did not take its own code back. Compare the callback URL there, letter by letter; then try once more.", ""
	case "invalid_request", "unsupported_response_type":
		return "The provider does not understand the request. See whether it is registered there as a web application with the authorization code flow, and what the further parameters say.", "params"
	case "temporarily_unavailable", "server_error":
		return "The provider had a problem of its own. Try again in a moment.", ""
	}
	return "The provider refused. What it gave as its reason is below.", ""
}

func adviceOnFault(key federation.LoginKey, step string, kind federation.FaultKind) (advice, setting string) {
	where := "base_url"
	if key.Kind == federation.KindOAuth2 {
		where = "endpoints.authorize"
	}
	switch {
	case kind == federation.Unreachable && step == "discovery":
		return "Nothing answers at the Base URL. Check it, and that this machine can reach it.", where
	case kind == federation.Unreachable:
		return "The provider did not answer in time. Try again; if it goes on, see whether this machine can reach the address below.", ""
	case kind == federation.Misconfigured && key.Kind == federation.KindFrappe:
		return "What the site calls itself is not what this key expects, or no Frappe site is there. What to enter is below.", "options.issuer"
	case kind == federation.Misconfigured && step == "discovery":
		return "The provider is not what the Base URL says, or its endpoints are on hosts that this key does not allow. Compare its issuer, and look at the other hosts.", "hosts"
	case kind == federation.Misconfigured:
		return "A setting does not fit this provider. What does not is below.", ""
	case kind == federation.Untrusted && step == "id_token" && key.Kind == federation.KindFrappe:
		return "The ID token did not pass a check, so it is not believed. An older site takes any client secret and shows only here that it is the wrong one: copy App Client Secret from its OAuth Client again.", "client_secret"
	case kind == federation.Untrusted && step == "id_token":
		return "The ID token did not pass a check, so it is not believed. Compare the Base URL and the client ID with the provider's; if both are right, do not enable this key and ask the provider.", "client_id"
	case kind == federation.Untrusted:
		return "The answer did not pass a check, so it is not believed. Compare every address with the provider's documentation.", where
	case kind == federation.Unexpected:
		return "The answer belongs to another sign-in, or came a second time. Test again.", ""
	case kind == federation.Circular:
		return "The hubs send people round in a circle: the other hub signs people in through this one. One of the two keys has to go.", ""
	}
	return "What went wrong is below.", ""
}
