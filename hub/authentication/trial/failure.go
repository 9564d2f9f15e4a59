package trial

import (
	"errors"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Failure is the step at which a test ended, and what to do about it.
type Failure struct {
	Step    string // "" if nothing failed
	Why     texts.Text
	Setting string // control of the key's form that it is about, if one is
}

// Failed finds the sentence for an error.
func Failed(key federation.LoginKey, last Step, err error) Failure {
	f := Failure{Step: last.Name}
	var refusal *federation.Refusal
	var fault *federation.Fault
	switch {
	case errors.As(err, &refusal):
		f.Why, f.Setting = adviceOnRefusal(key, refusal.Code)
	case errors.As(err, &fault):
		f.Why, f.Setting = adviceOnFault(key, last.Name, fault.Kind)
	default:
		f.Why = texts.New("tryfail.this-hub-itself-failed-its")
	}
	return f
}

// adviceOnRefusal is about the codes of RFC 6749 §4.1.2.1 and §5.2.
func adviceOnRefusal(key federation.LoginKey, code string) (advice texts.Text, setting string) {
	switch code {
	case "access_denied":
		return texts.New("tryfail.you-said-no-there-or"), ""
	case "invalid_client", "unauthorized_client":
		if key.Kind == federation.KindPeer {
			return texts.New("tryfail.the-other-hub-does-not"), ""
		}
		return texts.New("tryfail.the-provider-does-not-accept"), "client_secret"
	case "invalid_scope":
		if key.KeepTokens && key.AskOffline {
			return texts.New("tryfail.the-provider-refuses-a-scope"), "ask_offline"
		}
		return texts.New("tryfail.the-provider-does-not-know"), "scopes"
	case "invalid_grant":
		return texts.New("tryfail.the-provider-did-not-take"), ""
	case "invalid_request", "unsupported_response_type":
		return texts.New("tryfail.the-provider-does-not-understand"), "params"
	case "temporarily_unavailable", "server_error":
		return texts.New("tryfail.the-provider-had-a-problem"), ""
	}
	return texts.New("tryfail.the-provider-refused-what-it"), ""
}

func adviceOnFault(key federation.LoginKey, step string, kind federation.FaultKind) (advice texts.Text, setting string) {
	where := "base_url"
	if key.Kind == federation.KindOAuth2 {
		where = "endpoints.authorize"
	}
	switch {
	case kind == federation.Unreachable && step == "discovery":
		return texts.New("tryfail.nothing-answers-at-the-base"), where
	case kind == federation.Unreachable:
		return texts.New("tryfail.the-provider-did-not-answer"), ""
	case kind == federation.Misconfigured && key.Kind == federation.KindFrappe:
		return texts.New("tryfail.what-the-site-calls-itself"), "options.issuer"
	case kind == federation.Misconfigured && step == "discovery":
		return texts.New("tryfail.the-provider-is-not-what"), "hosts"
	case kind == federation.Misconfigured:
		return texts.New("tryfail.a-setting-does-not-fit"), ""
	case kind == federation.Untrusted && step == "id_token" && key.Kind == federation.KindFrappe:
		return texts.New("tryfail.the-id-token-did-not"), "client_secret"
	case kind == federation.Untrusted && step == "id_token":
		return texts.New("tryfail.the-id-token-did-not-2"), "client_id"
	case kind == federation.Untrusted:
		return texts.New("tryfail.the-answer-did-not-pass"), where
	case kind == federation.Unexpected:
		return texts.New("tryfail.the-answer-belongs-to-another"), ""
	case kind == federation.Circular:
		return texts.New("tryfail.the-hubs-send-people-round"), ""
	}
	return texts.New("tryfail.what-went-wrong-is-below"), ""
}
