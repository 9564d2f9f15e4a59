package templates

import (
	"slices"
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminKeyTried is the result of testing a login key. Its forms post to
// /admin/providers/{ID}/switch and …/try.
type AdminKeyTried struct {
	ID, Name string
	Kind     string
	Enabled  bool
	Steps    []TriedStep

	// After a failure.
	Failed  bool
	Advice  locales.Text // the fix
	Setting string       // control of the key's form to fix

	// After a success.
	Claims   []Row        // the provider's claims, without secrets
	Rule     RuleRow      // that decides
	Decision locales.Text // the result, in words
	Refused  bool
	Passed   []RuleRow // earlier rows, and why they do not apply
	Warnings []locales.Text
	Warning  locales.Text // about the secret
}

func (p AdminKeyTried) look() look {
	return look{"keytried", desk, locales.Say("keytried.tab", "name", p.Name), p.Failed}
}

// Cautions are all warnings.
func (p AdminKeyTried) Cautions() []locales.Text {
	if p.Warning.IsZero() {
		return p.Warnings
	}
	return append([]locales.Text{p.Warning}, p.Warnings...)
}

// A TriedStep is one step of a tested sign-in.
type TriedStep struct {
	Step
	Took  locales.Text
	Facts []Row
	Error locales.Text
}

// stepTexts are the texts of the steps, in order.
var stepTexts = []struct {
	name        string
	title, text locales.Text
}{
	{"discovery", locales.Say("keytried.discovery"), locales.Say("keytried.discovery-text")},
	{"authorize", locales.Say("keytried.authorize"), locales.Say("keytried.authorize-text")},
	{"answer", locales.Say("keytried.answer"), locales.Say("keytried.answer-text")},
	{"token", locales.Say("keytried.token"), locales.Say("keytried.token-text")},
	{"id_token", locales.Say("keytried.id-token"), locales.Say("keytried.id-token-text")},
	{"userinfo", locales.Say("keytried.userinfo"), locales.Say("keytried.userinfo-text")},
	{"claims", locales.Say("keytried.claims"), locales.Say("keytried.claims-text")},
	{"policy", locales.Say("keytried.policy"), locales.Say("keytried.policy-text")},
}

// NewTriedStep describes one step.
func NewTriedStep(name string, took time.Duration, failed locales.Text) TriedStep {
	step := TriedStep{Step: Step{Mark: "done", Title: locales.Stored(name)}, Took: milliseconds(took), Error: failed}
	for _, known := range stepTexts {
		if known.name == name {
			step.Title, step.Text = known.title, known.text
		}
	}
	if !failed.IsZero() {
		step.Mark, step.Text = "failed", locales.Text{}
	}
	return step
}

func milliseconds(d time.Duration) locales.Text {
	if d < time.Millisecond {
		return locales.Say("time.under-1-ms")
	}
	return locales.Say("time.milliseconds", "count", d.Milliseconds())
}

// NeverTried are the steps after a failed one, for a key of this kind.
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
