package signin

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// Tried is GET /admin/keys/{id}/tried: what came of a test. The settings are
// looked at as they are now, so one can change them and open the page again.
func (d *Handler) Tried(c *gin.Context) error {
	var result tried
	err := d.Stops.Peek(c.Request.Context(), stopTried, c.Query("stop"), d.Sessions.BoundToBrowser(c.Request), &result)
	if err != nil {
		return triedGone(c, err)
	}
	person, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	if result.KeyID != c.Param("id") || result.Session != person.Session.ID {
		return triedGone(c, flows.ErrGone)
	}
	key, err := d.Upstreams.Get(c.Request.Context(), result.KeyID)
	if err != nil {
		return err
	}
	page := templates.AdminKeyTried{ID: key.ID, Name: key.Name, Enabled: key.Enabled, Kind: key.Kind, Warning: key.SecretWarning(d.Now())}
	for _, s := range result.Steps {
		page.Steps = append(page.Steps, shownStep(s))
	}
	if f := result.Failure; f.Step != "" {
		page.Failed, page.Advice, page.Setting = true, f.Advice, f.Setting
		page.Steps = append(page.Steps, templates.NeverTried(key.Kind, f.Step)...)
		return d.Responder.Show(c, http.StatusOK, page)
	}
	if err := d.judge(c, &page, key, result.Identity); err != nil {
		return err
	}
	if result.Bare && key.KeepTokens {
		page.Warnings = append(page.Warnings, "No refresh token came, so nobody can be looked at again. If the provider wants the scope offline_access for one, the key's page has a tick for it.")
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

func triedGone(c *gin.Context, cause error) error {
	if !errors.Is(cause, flows.ErrGone) {
		return cause
	}
	return &web.ErrorPage{Status: http.StatusGone, Heading: "This test is over.", Text: "What came of it is kept for ten minutes, for the browser and session it was made in.", Cause: cause,
		Action: templates.Action{Label: "Back to the login key", URL: "/admin/keys/" + url.PathEscape(c.Param("id"))}}
}

func shownStep(s triedStep) templates.TriedStep {
	step := templates.NewTriedStep(s.Name, s.Took, s.Error)
	for _, f := range s.Facts {
		step.Facts = append(step.Facts, templates.Pair{Name: f.Name, Value: f.Value})
	}
	return step
}

// judge says who this would be here.
func (d *Handler) judge(c *gin.Context, page *templates.AdminKeyTried, key federation.LoginKey, identity federation.Identity) error {
	policy := authentication.PolicyOf(key)
	policy.Enabled = true // what would be if it were
	began := d.Now()
	decision, over, err := d.Linking.Would(c.Request.Context(), authentication.ClaimOf(identity), policy)
	if err != nil {
		return err
	}
	step := templates.NewTriedStep("policy", d.Now().Sub(began), "")
	step.Facts = []templates.Pair{{Name: "rule", Value: decision.Row}, {Name: "what follows", Value: string(decision.Action)}}
	page.Steps = append(page.Steps, step)
	page.Row, page.Decision, page.Reason = decision.Row, inWords(decision), decision.Why.In(templates.Sentence, "")
	page.Refused = decision.Action == linking.Refuse
	for _, p := range over {
		page.Passed = append(page.Passed, templates.Pair{Name: p.Row, Value: templates.Sentence(p.Code, nil)})
	}
	page.Claims = shownClaims(identity)
	page.Warnings = append(page.Warnings, cautions(key, identity, policy)...)
	return nil
}

// inWords is what would become of you, the one who tests.
func inWords(d linking.Decision) string {
	switch account := (templates.Person{Name: d.User.Name, Email: d.User.Email, Username: d.User.Username}).Account(); d.Action {
	case linking.SignIn:
		return "You would be signed in as " + account + "."
	case linking.Link:
		return "You would be connected to the account of " + account + " and signed in."
	case linking.Confirm:
		return "You would be asked to sign in to the account of " + account + " once, to connect the two."
	case linking.ConfirmByMail:
		return "You would get an email at " + account + " to prove that the account is yours."
	case linking.Create:
		return "You would get a new account with this email address."
	case linking.CreateUnverified:
		return "You would get a new account whose email address counts for nothing yet."
	}
	return "You would be turned away."
}

// shownClaims are what the provider says, without what could be used.
func shownClaims(i federation.Identity) []templates.Pair {
	var out []templates.Pair
	add := func(name, value string) {
		if value != "" {
			out = append(out, templates.Pair{Name: name, Value: federation.CleanText(value, 200)})
		}
	}
	add("Issuer", i.Issuer)
	add("Subject", redacted(i.Subject))
	add("Email", i.Email)
	if i.Email != "" {
		add("Email verified", map[bool]string{true: "yes", false: "no"}[i.EmailVerified])
	}
	add("Name", i.Name)
	add("Given name", i.GivenName)
	add("Family name", i.FamilyName)
	add("User name", i.PreferredUsername)
	add("Picture", i.Picture)
	add("Language", i.Locale)
	add("Roles here", strings.Join(i.Roles, ", "))
	add("Signed in by", strings.TrimSpace(i.ACR+" "+strings.Join(i.AMR, " ")))
	return out
}

// redacted shows enough of a subject to recognise it.
func redacted(s string) string {
	if r := []rune(s); len(r) > 8 {
		return string(r[:4]) + "… (" + strconv.Itoa(len(r)) + " characters)"
	}
	return s
}

// cautions are what to know before people use the key.
func cautions(k federation.LoginKey, i federation.Identity, p linking.Policy) []string {
	var out []string
	switch {
	case i.Email == "":
		out = append(out, "The provider gave no email address. Accounts made through it have none; see whether a scope like “email” is missing.")
	case !i.EmailVerified && k.Kind == federation.KindFrappe:
		out = append(out, "A Frappe site says of no email address whether it was verified, so it counts for nothing here. Add its domain to the authoritative domains, or trust all addresses of the site, if you want it to count.")
	case !i.EmailVerified:
		out = append(out, "The provider does not say that the email address is verified, so it counts for nothing here.")
	case !p.Believes(i.Email):
		out = append(out, "The email address is verified there, but this key is not trusted with its domain. Add the domain to the authoritative domains, or trust all its addresses, if you want it to count.")
	}
	if k.KeepsAdminsOut() {
		out = append(out, "Administrators of this hub are turned away by this key: a site before 16.29 proves too little for them. If the site is newer, say so under “Version of the site”.")
	}
	if k.SignUps == federation.Allow && k.Kind != federation.KindPeer {
		out = append(out, "Anybody who can sign in there gets an account here.")
	}
	if k.Linking == federation.Auto && len(k.AuthoritativeDomains) == 0 {
		out = append(out, "People are to be connected at once, but there are no authoritative domains, so nobody will be.")
	}
	return out
}
