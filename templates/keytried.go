package templates

import (
	"slices"
	"strconv"
	"time"
)

// AdminKeyTried is what came of testing a login key. Its forms post to
// /admin/keys/{ID}/switch and …/try.
type AdminKeyTried struct {
	ID, Name string
	Kind     string
	Enabled  bool
	Steps    []TriedStep

	// Where it failed.
	Failed  bool
	Advice  string // what to do
	Setting string // control of the key's form that it is about

	// Where it did not.
	Claims   []Pair // what the provider said, without secrets
	Row      string // of the rule that would decide
	Decision string // what would follow, in words
	Reason   string
	Refused  bool
	Passed   []Pair // rows that were looked at before, and why they did not apply
	Warnings []string
	Warning  string // about the secret
}

func (p AdminKeyTried) look() look { return look{"keytried", desk, "Test of " + p.Name, p.Failed} }

// Cautions are all warnings.
func (p AdminKeyTried) Cautions() []string {
	if p.Warning == "" {
		return p.Warnings
	}
	return append([]string{p.Warning}, p.Warnings...)
}

// A TriedStep is one step of a sign-in that was tested.
type TriedStep struct {
	Step
	Took  string
	Facts []Pair
	Error string
}

// stepTexts are what the steps are called, in their order.
var stepTexts = []struct{ name, title, text string }{
	{"discovery", "Discovery", "What the provider says about itself was read from its Base URL."},
	{"authorize", "Authorization request", "Your browser was sent there with a fresh state, nonce and code challenge."},
	{"answer", "Answer", "Your browser came back to the callback URL with this very request's answer."},
	{"token", "Token", "The code was exchanged, with this hub's credentials."},
	{"id_token", "ID token checks", "Signature, issuer, audience, times and nonce are right."},
	{"userinfo", "User information", "The description of the person was read."},
	{"claims", "Mapping", "Claims and roles were turned into those of this hub."},
	{"policy", "Policy", "The rules of this hub were asked; nothing was changed."},
}

// NewTriedStep puts one step into words.
func NewTriedStep(name string, took time.Duration, failed string) TriedStep {
	step := TriedStep{Step: Step{Mark: "done", Title: name}, Took: milliseconds(took), Error: failed}
	for _, known := range stepTexts {
		if known.name == name {
			step.Title, step.Text = known.title, known.text
		}
	}
	if failed != "" {
		step.Mark, step.Text = "failed", ""
	}
	return step
}

func milliseconds(d time.Duration) string {
	if d < time.Millisecond {
		return "under 1 ms"
	}
	return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
}

// NeverTried are the steps behind one that failed, for a key of this kind.
func NeverTried(kind, failed string) []TriedStep {
	var left []TriedStep
	after := false
	for _, known := range stepTexts {
		if known.name == failed {
			after = true
			continue
		}
		if after && !(known.name == "id_token" && slices.Contains([]string{"social", "oauth2"}, kind)) {
			left = append(left, TriedStep{Step: Step{Mark: "later", Title: known.title}})
		}
	}
	return left
}
