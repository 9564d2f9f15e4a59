package e2e_test

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/static"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// galleryPages adds pages that no story reaches quickly: errors that a test
// cannot cause, and pages with very long names and addresses.
func galleryPages(t *testing.T, o *tour) {
	shown := gallery(t)
	address := serveGallery(t, nil, shown)
	b := newWindow(t)
	hung := map[string]bool{} // templates that were seen in every light
	for _, name := range slices.Sorted(maps.Keys(shown)) {
		b.open(address + "/" + slug(name))
		template, _, _ := strings.Cut(name, ":")
		looks := lights()
		if hung[template] && len(looks) == 2 {
			looks = looks[1:] // overflow and weak contrast show on a narrow and dark page
		}
		hung[template] = true
		o.stopIn(looks, b, name)
	}
}

func gallery(t *testing.T) map[string]templates.Page {
	t.Helper()
	shown := map[string]templates.Page{
		"signin: not set up yet":               templates.SignIn{},
		"signin: with long names":              templates.SignIn{Password: true, Client: longClient(), Email: longEmail, Upstreams: longUpstreams()},
		"signin: by other ways":                templates.SignIn{OnlyAdmin: true, Upstreams: longUpstreams(), Local: "/signin?local=1"},
		"signin: for administrators":           templates.SignIn{OnlyAdmin: true, Password: true, Upstreams: longUpstreams()},
		"signin: a warning":                    templates.SignIn{Password: true, Alert: templates.Note{Tone: "warn", Title: locales.Stored("Too many people are signing in right now."), Text: locales.Stored("Try again in a moment.")}},
		"link: with long names":                templates.Link{Stop: "s", Client: longClient(), Provider: longName, Email: longEmail, Password: true, Upstreams: longUpstreams(), Cancel: "/"},
		"consent: with long names":             templates.Consent{Flow: "f", Client: longClient(), Account: templates.Person{Name: longName, Email: longEmail}, Switch: "/", Scopes: []templates.Scope{templates.ScopeInWords(longWord), {Text: locales.Stored("See your email address"), New: true}}, Origin: "https://" + longHost},
		"consent: for nothing":                 templates.Consent{Flow: "f", Client: templates.Client{Name: "Payroll"}, Account: templates.Person{Email: longEmail}, Origin: "org.example.payroll:"},
		"signout: for an app":                  templates.SignOut{Client: "Payroll", Stop: "s", Apps: []string{longName, longHost}, Stay: "/account"},
		"signout: what an app got wrong":       templates.SignOut{Code: "invalid_request", Description: longWord, Stay: "/account"},
		"signingout: to an app":                templates.SigningOut{Client: longName, URL: silent(t) + "/"},
		"signedout: with a way back":           templates.SignedOut{Back: templates.Action{Label: locales.Stored("Back to Payroll"), URL: "/"}},
		"formpost: to an app":                  templates.FormPost{Client: "Payroll", URL: silent(t) + "/answer", Values: []templates.Pair{{Name: "code", Value: "c"}}},
		"continue: to an app with a long name": templates.Continue{Client: longName, URL: silent(t) + "/"},
		"continue: if the person likes":        templates.Continue{Client: longName, URL: silent(t) + "/", Ask: locales.Stored(longHost)},
		"continue: with a form":                templates.Continue{Client: longName, URL: silent(t) + "/answer", Ask: locales.Stored(longHost), Code: "invalid_scope", Description: longWord, Values: []templates.Pair{{Name: "error", Value: "invalid_scope"}}},
		"problem: with everything":             longErrorPage(),
		"waiting: for an administrator":        templates.Waiting{Host: longHost, Again: "/", Review: "/"},
		"account: with long names":             longAccount(),
		"connections: with long names":         templates.Connections{Fresh: true, Linked: []templates.Connection{{ID: "i", Provider: longName, Icon: "openid", Who: longEmail, Trust: locales.Stored("Runs this mailbox"), Since: noon(), LastUsed: noon(), Current: true, Off: true}}, Others: longUpstreams(), Changes: []templates.LinkChange{{ID: "c", Provider: longName, By: locales.Stored("you"), Made: noon(), Until: noon()}, {ID: "d", Provider: longWord, Unlinked: true, By: locales.Stored("an administrator"), Made: noon(), Undone: noon()}}},
		"connections: nothing":                 templates.Connections{Password: true},
		"wasntme: a button":                    templates.WasntMe{Token: "t", Provider: longName, Made: noon(), Until: noon()},
		"wasntmypasskey: added":                templates.WasntMyPasskey{Token: "t", Name: longName, Made: noon(), Until: noon()},
		"deleteaccount: with a lot":            templates.DeleteAccount{Type: longEmail, Typed: longWord, Days: 14, Sessions: 3, Apps: 12, Identities: 2, Passkeys: 4, Mail: true, Mistakes: []templates.Mistake{{Field: "confirm", Text: locales.Say("deleteaccount.not-the-same")}}},
		"keepaccount: a button":                templates.KeepAccount{Token: "t", Email: longEmail, Due: noon()},
		"wasntmyaddress: a button":             templates.WasntMyAddress{Token: "t", Before: longEmail, After: longEmail, Made: noon(), Until: noon()},
		"wasntmyaccount: a second factor":      templates.WasntMyAccount{Token: "t", Text: locales.Say("activity.second-added"), Factor: true, Made: noon(), Until: noon()},
		"activity: with long names":            templates.Activity{Later: true, Older: "o", Rows: []templates.ActivityRow{{ID: "e", Text: locales.Say("activity.passkey-added", "name", longName), App: longName, Provider: longWord, Device: locales.Stored("Firefox on Linux"), IP: "2001:db8:1234:5678:9abc:def0:1234:5678", Time: noon()}, {Text: locales.Say("activity.email-changed", "email", longEmail), By: locales.Say("activity.by-administrator"), Time: noon()}}},
		"activity: nothing":                    templates.Activity{},
		"disown: with something to undo":       templates.Disown{Event: "e", Text: locales.Say("activity.email-changed", "email", longEmail), Undo: locales.Say("disown.restore", "email", longEmail), Sessions: 3, Apps: 12, Mail: true, Email: longEmail, Time: noon()},
		"wasntmypasskey: removed":              templates.WasntMyPasskey{Token: "t", Name: "Laptop", Removed: true, Made: noon(), Until: noon()},
		"passkeys: not at this address":        templates.Passkeys{Off: locales.Say("passkey.off.http")},
		"passkeys: as many as allowed":         templates.Passkeys{Full: true, Fresh: true, List: []templates.Passkey{{ID: "a", Name: longName, Created: noon(), Used: noon(), Synced: true, Elsewhere: "old.example.org"}}},
		"passkeys: to confirm first":           templates.Passkeys{},
		"passkeys: to prove the address first": templates.Passkeys{Fresh: true, AddressFirst: true},
		"proveaddress: at first":               templates.ProveAddress{To: "passkeys", Mail: longEmail},
		"proveaddress: a wrong code":           templates.ProveAddress{To: "passkeys", Mail: longEmail, Sent: true, Mistakes: []templates.Mistake{{Field: "mailed", Text: locales.Say("enrol.mailed-wrong")}}},
		"passkeys: a mistake":                  templates.Passkeys{Fresh: true, Add: templates.Ceremony{Options: "{}", State: "s"}, Mistakes: []templates.Mistake{{Field: "name", Text: locales.Say("passkey.name.bad", "most", 60)}}},
		"wasntme: done":                        templates.WasntMe{Done: true},
		"linkproof: a button":                  templates.LinkProof{Stop: "s", Provider: longName, Email: longEmail, Empties: true},
		"link: by an email":                    templates.Link{Stop: "s", Provider: longName, Email: longEmail, Mail: true, Sent: true, Cancel: "/"},
		"decisions: with long names":           templates.AdminDecisions{User: "u", Next: "n", Decisions: []templates.Decision{{ID: "r", UserID: "u", User: locales.Stored(longEmail), Key: "k", Provider: longName, Emptied: true, Row: "D6", Rule: locales.Of(texts.New("rule.unverified")), Reason: locales.Stored("The provider controls this mailbox and may link users automatically."), Policy: locales.Stored(longWord), Made: noon(), Until: noon()}, {ID: "s", UserID: "u", User: locales.Stored(longWord), Provider: longName, Unlinked: true, Reason: locales.Stored("The identity was unlinked from the user."), Made: noon(), Undone: noon(), UndoneBy: "letter"}}},
		"decisions: none":                      templates.AdminDecisions{},
		"simulator: with long names":           templates.AdminSimulator{ID: "k", Name: longName, Off: true, Claim: templates.SimulatorClaim{Issuer: "https://" + longHost, Subject: longWord, Email: longEmail}, Passed: []templates.RuleRow{{Row: "D0", Title: locales.Of(texts.New("rule.unusable")), Fact: locales.Of(texts.New("link.usable"))}}, Decided: templates.RuleRow{Row: "D7", Title: locales.Of(texts.New("rule.match")), Fact: locales.Of(texts.New("link.local.prove"))}, Action: locales.Stored("They are asked."), User: locales.Stored(longEmail), UserID: "u", Foreseen: &templates.Foreseen{Counted: 1200, Lines: []templates.ForeseenLine{{Tone: "danger", Count: 7, Text: locales.Say("simulator.danger-text", "count", 7), Examples: []string{longEmail, longEmail}}}}},
		"client: with secrets":                 longClientPage(),
		"client: with everything":              fullClientPage(),
		"signin: with a logo":                  templates.SignIn{Password: true, Client: logoClient(), Upstreams: longUpstreams()[2:]},
		"consent: with a logo":                 templates.Consent{Flow: "f", Client: logoClient(), Account: templates.Person{Name: "Ada", Email: longEmail}, Scopes: []templates.Scope{templates.ScopeInWords("profile")}, Origin: "https://" + longHost},
		"signing: keys in every state":         signingPage(),
		"choose: an account": templates.Choose{Flow: "f", Client: longClient(), Switch: "/", Accounts: []templates.ChooseAccount{
			{Ref: "1", Person: templates.Person{Name: longName, Email: longEmail}, SignedIn: true, Current: true},
			{Ref: "2", Person: templates.Person{Name: longName, Email: longEmail}, SignedIn: true},
			{Ref: "3", Person: templates.Person{Email: longEmail}},
		}},
		"security: all is well":          templates.Security{HasPassword: true, Changed: noon(), Checks: []templates.SecurityCheck{{ID: "email", Name: locales.Say("account.profile-email"), State: locales.Say("account.profile-verified"), Good: true, URL: "/account/email"}}},
		"profile: with long names":       templates.Profile{Zones: []templates.Option{{Name: longWord, Value: locales.Stored(longWord)}}, Username: longWord, From: longName, Form: templates.ProfileForm{Name: longName, Nickname: longWord, Phone: "+442079460000", PhoneVerified: true, Picture: "https://" + longHost + "/" + longWord, Street: longName + "\nTop floor"}},
		"approvals: nothing waits":       templates.Approvals{},
		"approvals: with long names":     templates.Approvals{Waiting: []templates.Approval{{ID: "a1", Client: longClient(), Scopes: []templates.Scope{templates.ScopeInWords(longWord), templates.ScopeInWords("profile")}, APIs: []string{"https://" + longHost}, Message: longWord, IP: "192.0.2.1", Asked: noon(), Ends: noon()}, {ID: "a2", Client: templates.Client{Name: "Payroll"}, IP: "192.0.2.1", Asked: noon(), Ends: noon()}}},
		"device: a code":                 templates.Device{Code: "WDJB-MJHT"},
		"deviceconfirm: with long names": templates.DeviceConfirm{Code: "WDJB-MJHT", Client: longClient(), Account: templates.Person{Name: longName, Email: longEmail}, Switch: "/", Scopes: []templates.Scope{templates.ScopeInWords(longWord)}, IP: "192.0.2.1", Asked: noon()},
		"devicedone: allowed":            templates.DeviceDone{Allowed: true},
		"told: with a way on":            templates.Told{Title: locales.Stored("Look into your mail"), Text: locales.Stored(longWord), Action: templates.Action{Label: locales.Stored("Back"), URL: "/"}},
		"email: with a long address":     templates.Email{Current: longEmail},
		"verify: with a long address":    templates.VerifyEmail{Token: longWord, Email: longEmail},
		"password: another one":          templates.ChangePassword{Email: longEmail, Has: true, Shortest: 15},
		"forgot: with a mistake":         templates.Forgot{Mail: true, Email: "x", Mistakes: []templates.Mistake{{Field: "email", Text: locales.Stored("Enter one email address, like ada@example.org.")}}},
		"confirmbrowser: with a mistake": templates.ConfirmBrowser{Email: "x", Mistakes: []templates.Mistake{{Field: "email", Text: locales.Stored("Enter one email address, like ada@example.org.")}}},
		"emailsignin: with a mistake":    templates.EmailSignIn{Email: "x", Cancel: "/signin", Mistakes: []templates.Mistake{{Field: "email", Text: locales.Stored("Enter one email address, like ada@example.org.")}}},
		"emailcode: to be typed":         templates.EmailCode{Ask: longWord, Email: longEmail, Client: longClient(), Cancel: "/signin", Again: "/signin/email"},
		"emailcode: by the link":         templates.EmailCode{Ask: longWord, Code: "ABCD-EFGH", Email: longEmail, Client: longClient(), Cancel: "/signin", Again: "/signin/email"},
		"emailcodeelsewhere: the code":   templates.EmailCodeElsewhere{Code: "ABCD-EFGH", Email: longEmail},
		"signin: with a code by email":   templates.SignIn{Password: true, ByEmail: "/signin/email", Upstreams: longUpstreams()},
		"confirmedbrowser: a button":     templates.ConfirmedBrowser{Token: longWord, Email: longEmail},
		"reset: a new password":          templates.ResetPassword{Token: longWord, Email: longEmail, Shortest: 15},
		"userreceipt: who answered":      templates.UserReceipt{ID: longWord, Open: true, Recipients: []templates.RecipientRow{{ClientID: "1", Name: longName, Server: true, State: templates.Chip{Tone: "warn", Text: locales.Stored("Retrying")}, Last: noon()}}},
		"groups: none":                   templates.AdminGroups{},
		"groups: with long names":        templates.AdminGroups{Groups: []templates.GroupRow{{ID: "1", Name: longName, Description: longName, Parent: longWord, Roles: []string{longWord, "seller"}, Administrators: true, SecondFactor: true}, {ID: "2", Name: "B"}}, Next: "/admin/groups?from=50", Name: longName, Mistakes: []templates.Mistake{{Field: "name", Text: locales.Stored("Another group has this name. Choose a different one.")}}},
		"group: with long names": templates.AdminGroup{ID: "1", Name: longName, Description: longName, Changed: []templates.Row{{Name: locales.Stored("Name"), Value: locales.Stored(longName)}},
			Form: templates.GroupForm{Name: longName, Roles: longWord, Edited: "3", Administrators: true}, Parent: templates.GroupRow{ID: "2", Name: longName}, Parents: []templates.Option{{Value: locales.Stored("No other group")}, {Name: "2", Value: locales.Stored(longName)}},
			Children: []templates.GroupRow{{ID: "3", Name: longName}}, Providers: []templates.GroupProvider{{ID: "x", Name: longName}}, Count: 2, Next: "/admin/groups/1?after=x",
			Members: []templates.MemberRow{{ID: "1", Name: longName, Email: longEmail, Member: true, Provider: longName, Disabled: true}, {ID: "2", Member: true}}},
		"group: a search":  templates.AdminGroup{ID: "1", Name: "Sales", Search: "a", Found: []templates.MemberRow{{ID: "1", Name: "Ada", Member: true}, {ID: "2", Name: "Bo"}}},
		"userfields: none": templates.AdminFields{Most: 50, Types: []templates.Option{{Name: "text", Value: locales.Stored("Text")}}},
		"userfields: some": templates.AdminFields{Most: 50, Types: []templates.Option{{Name: "text", Value: locales.Stored("Text")}},
			Fields: []templates.FieldRow{{Name: longWord, Label: longName, Type: locales.Stored("Text"), Chips: []templates.Chip{{Tone: "info", Text: locales.Stored("Users change it")}}}, {Name: "b", Label: "B"}}},
		"userfields: a mistake":             templates.AdminFields{Types: []templates.Option{{Name: "text", Value: locales.Stored("Text")}}, Mistakes: []templates.Mistake{{Field: "field_name", Text: locales.Stored("This name is taken.")}}},
		"userimport: at first":              templates.AdminUserImport{Columns: []string{"email", "preferred_username"}, Most: 500},
		"userimport: a bad file":            templates.AdminUserImport{Mistakes: []templates.Mistake{{Field: "file", Text: locales.Say("userimport.choose-a-file")}}},
		"userimport: what would change":     templates.AdminUserImport{Stop: "s", Added: 1, Changed: 1, Same: 3, Refused: 1, Rows: []templates.ImportRow{{Line: 2, Email: longEmail, Does: "added"}, {Line: 3, Email: longEmail, Does: "changed", Columns: "groups, name"}, {Line: 4, Email: "–", Does: "refused", Problems: []locales.Text{locales.Say("userfile.twice")}}}},
		"userimport: done":                  templates.AdminUserImport{Done: true, Added: 2},
		"users: nobody found":               templates.AdminUsers{Search: longWord, Later: true},
		"users: with long names":            templates.AdminUsers{Users: []templates.UserRow{{ID: "1", Name: longName, Email: longEmail, Chips: []templates.Chip{{Tone: "info", Text: locales.Stored("Administrator")}, {Tone: "danger", Text: locales.Stored("Disabled")}, {Tone: "warn", Text: locales.Stored("Unverified")}}}, {ID: "2"}}, Next: "/admin/users?after=2"},
		"user: with long names":             longUserPage(),
		"users: somebody is invited":        templates.AdminUsers{Link: "https://" + longHost + "/invite/" + longWord, Invitations: []templates.UserInvitation{{ID: longEmail, Email: longEmail, Roles: []string{"admin", longWord}, By: longEmail, Expires: noon()}}},
		"forgot: without emails":            templates.Forgot{},
		"signup: for an app":                templates.SignUp{Client: longClient(), Email: longEmail, Domains: []string{longHost, "example.org"}, Back: "/", Mistakes: []templates.Mistake{{Field: "email", Text: locales.Stored("Enter one email address, like ada@example.org.")}}},
		"signupform: with long names":       templates.SignUpForm{Token: "t", Email: longEmail, Name: longName, Shortest: 15, Mistakes: []templates.Mistake{{Field: "password", Text: locales.Stored(longWord)}}},
		"users: somebody waits":             templates.AdminUsers{Waiting: []templates.WaitingUser{{ID: "1", Name: longName, Email: longEmail, Since: noon()}, {ID: "2", Name: "Bo", Email: "bo@example.org", Since: noon()}}},
		"invited: with long names":          templates.Invited{Password: true, Token: "t", Email: longEmail, Shortest: 15, Upstreams: longUpstreams()},
		"invited: by other ways":            templates.Invited{Token: "t", Email: longEmail, Shortest: 15, Upstreams: longUpstreams()},
		"settings: an initial access token": templates.AdminSettings{HubName: longName, Registration: "token", Issuer: "https://" + longHost, Token: "fhi_" + longWord, Tokens: []templates.InitialToken{{ID: "1", Hint: "x7Qz", Left: 3, By: longEmail, Expires: noon()}}},
		"settings: set elsewhere":           templates.AdminSettings{HubName: longName, SkipAuthorization: "Force", TrustedDomains: "example.org", Issuer: "https://" + longHost, Locked: map[string]string{"hub_name": "FEDHUB_NAME", "skip_authorization": "FEDHUB_SKIP_AUTHORIZATION", "trusted_domains": "FEDHUB_TRUSTED_DOMAINS"}},
		"signin: the address first":         templates.SignIn{Password: true, EmailFirst: true, Local: "/", Upstreams: longUpstreams()[:1]},
		"signin: many ways":                 manyWays(),
		"keytried: it works":                triedPage(false),
		"keytried: it failed":               triedPage(true),
		"keyidentities: to be decided":      templates.AdminKeyIdentities{ID: "k", Name: longName, Deciding: &templates.Deciding{Former: []string{"https://" + longHost, "https://id.example.org"}, To: "https://" + longHost, Address: "https://" + longHost, Identities: 1200, Privileged: 2}, Moves: []templates.IssuerMove{{Batch: "b", From: "https://" + longHost, Until: noon()}}, Mistakes: []templates.Mistake{{Field: "identities", Text: locales.Stored("Choose to move these users or to leave them.")}}},
		"keyidentities: nothing":            templates.AdminKeyIdentities{ID: "k", Name: "Company"},
		"keys: with warnings":               keysPage(),
		"sitesetup: it works":               longSitePage(templates.FirstLogin{Done: true, Trace: templates.Action{Label: locales.Stored("Open trace"), URL: "/"}, Steps: []templates.Step{{Mark: "done", Title: locales.Stored("Authorize"), Text: locales.Stored("They signed in.")}, {Mark: "done", Title: locales.Stored("Token")}, {Mark: "done", Title: locales.Stored("UserInfo")}}}),
		"sitesetup: with everything wrong":  longSitePage(templates.FirstLogin{Steps: []templates.Step{{Mark: "failed", Title: locales.Stored("Authorize"), Text: locales.Stored(longWord)}, {Mark: "later", Title: locales.Stored("Token")}}, Wrong: &templates.SiteMistake{Title: locales.Stored("The site wants to be answered at another address."), Text: locales.Stored(longWord), Sent: "http://" + longHost + "/" + longWord, Registered: []string{"https://" + longHost + "/" + longWord}, Add: true, Fix: templates.Action{Label: locales.Stored("Open app settings"), URL: "/"}}}),
		"delete: without typing":            templates.ConfirmDelete{Button: locales.Say("keyremove.delete-button"), Name: longName, Text: locales.Stored("214 users will no longer be able to sign in to it."), Action: "/", Cancel: "/"},
	}
	maps.Copy(shown, healthGallery())
	return shown
}

// longSitePage is a site with long names.
func longSitePage(first templates.FirstLogin) templates.AdminSiteSetup {
	return templates.AdminSiteSetup{
		ID: "c", Name: longHost, Site: "https://" + longHost, First: first, Local: true,
		Form: templates.Action{Label: locales.Stored("Open the form at the site"), URL: "/"}, Existing: templates.Action{Label: locales.Stored("Open it on the site"), URL: "/"},
		Fields: []templates.SiteField{{ID: "a", Label: locales.Stored("Enable Social Login"), Value: "ticked", Choice: true}, {ID: "b", Label: locales.Stored("Client ID"), Value: longWord, Hint: locales.Stored(longName)}, {ID: "c", Label: locales.Stored("Client Secret"), Hidden: true}},
		Link: templates.SiteLink{
			Offered: true, Replace: true, Dropped: 2, Note: templates.Note{Tone: "danger", Title: locales.Stored("The site said no."), Text: locales.Stored(longName)}, Said: []locales.Text{locales.Stored(longWord), locales.Stored(longName)},
			Differ: []templates.Row{{Name: locales.Stored("Base URL"), Value: locales.Stored("https://" + longHost + "/" + longWord)}},
		},
	}
}

// longUserPage is a person with everything.
func longUserPage() templates.AdminUser {
	return templates.AdminUser{
		ID: "0b0e2c0e-6f8e-4f43-9d0c-6f1f3f0d7c11", Name: longName, Email: longEmail, Chips: []templates.Chip{{Tone: "info", Text: locales.Stored("Administrator")}},
		Origin: longName, Created: noon(), Password: true, Changed: noon(), CanReset: true, Link: "https://" + longHost + "/password/reset/" + longWord, Roles: "admin, " + longWord,
		Logins:   []templates.UserLogin{{ID: "a", Provider: longName, Issuer: "https://" + longHost, Subject: longWord, Who: longEmail, Since: noon(), Used: noon()}},
		Sessions: []templates.UserSession{{ID: "s", Device: locales.Stored(longWord), Provider: longName, Agent: longWord, IP: "2001:db8:1234:5678:9abc:def0:1234:5678", Started: noon(), Seen: noon()}},
		Apps:     []templates.UserApp{{Name: longName, Scopes: []string{longWord, "profile"}, Since: noon()}},
		Events:   []templates.UserEvent{{Time: noon(), Kind: "signin.ok", Reason: locales.Stored(longName), By: longWord, IP: "192.0.2.1", Ref: "7F3K-QX2M"}},
	}
}

// serveGallery serves the pages as the hub would, under the hub's own policy.
func serveGallery(t *testing.T, words *locales.Words, shown map[string]templates.Page) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /static/", static.Handler())
	// Links of a page do not respond, so that the tab stays on it.
	mux.HandleFunc("/answer", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNoContent) })
	for name, page := range shown {
		frame := templates.Frame{Words: words, Hub: longName, CSRF: "csrf", Nonce: "bm9uY2U", Reference: "7F3K-QX2M", Path: "/account",
			Person: &templates.Person{Name: longName, Email: longEmail, Admin: true}, Waiting: 12, Approvals: 3}
		if template, _, _ := strings.Cut(name, ":"); strings.Contains("client settings delete key keys keytried decisions simulator users user sitesetup", template) {
			frame.Path = "/admin/" + template
		}
		var body bytes.Buffer
		if err := templates.Render(&body, frame, page); err != nil {
			t.Fatal(err)
		}
		mux.HandleFunc("GET /"+slug(name), func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self' 'nonce-bm9uY2U'; img-src 'self' data:; form-action 'self' http://localhost:*") // an app is served from another port
			rw.Header().Set("Content-Type", "text/html; charset=utf-8")
			rw.Write(body.Bytes()) //nolint:errcheck // the browser went away
		})
	}
	return serve(t, mux.ServeHTTP)
}

func slug(name string) string { return strings.NewReplacer(": ", "-", " ", "-").Replace(name) }

const (
	longName  = "Federation of the united northern and western regional hospitals"
	longWord  = "read:patients.medication.prescriptions.history.of.the.last.ten.years"
	longHost  = "identity-provider.northern-and-western-region.hospitals.example.org"
	longEmail = "maximiliana.konstantinopolitana-schwarzenegger@" + longHost
)

func longClient() templates.Client {
	return templates.Client{Name: longName, Host: longHost, Terms: "https://example.org/terms", Policy: "https://example.org/privacy"}
}

func longUpstreams() []templates.Upstream {
	return []templates.Upstream{{Key: "one", Name: longName, Icon: "peer"}, {Key: "two", Name: longHost, Icon: "openid"}, {Key: "three", Name: "Ünïversity"}}
}

func longErrorPage() templates.ErrorPage {
	return templates.ErrorPage{
		Title: locales.Stored(longName + " isn't set up correctly."), Text: locales.Stored("This isn't your fault. Tell the people who run it."),
		Action: templates.Action{Label: locales.Stored("Back to " + longName), URL: "/"}, Admin: templates.Action{Label: locales.Stored("Add this redirect URI"), URL: "/"},
		Time: noon(), Code: "invalid_redirect_uri", Description: "3 URIs are registered and none matches exactly",
		Details: []templates.Row{{Name: locales.Stored("Received"), Value: locales.Stored("https://" + longHost + "/callback/" + longWord)}},
	}
}

func longAccount() templates.Account {
	return templates.Account{
		Name: longName, Email: longEmail, Roles: []string{"admin", longWord}, TokenLife: 15 * time.Minute,
		Apps: []templates.AccountApp{{ID: "1", Client: longClient(), Since: noon(), LastUsed: noon(),
			Scopes: []templates.Scope{templates.ScopeInWords("email"), templates.ScopeInWords(longWord)}}},
		Logins: []templates.AccountLogin{{Provider: longName, Icon: "peer", Who: longEmail, Since: noon()}, {Provider: "Google", Since: noon()}},
		Sessions: []templates.AccountSession{
			{ID: "1", Current: true, Device: locales.Say("account.browser-on-system", "browser", "Firefox", "system", "Linux"), IP: "2001:db8:1111:2222:3333:4444:5555:6666", Started: noon(), Seen: noon()},
			{ID: "2", IP: "192.0.2.1", Started: noon(), Seen: noon()}},
	}
}

func longClientPage() templates.AdminClient {
	return templates.AdminClient{
		ID: "01JCLIENT", Name: longName, Type: "web", State: templates.Chip{Text: locales.Stored("Off")}, Created: noon(), Updated: noon(),
		Issuer: "https://" + longHost, Endpoints: []templates.Row{{Name: locales.Stored("Authorization endpoint"), Value: locales.Stored("https://" + longHost + "/oauth2/authorize")}},
		Form: templates.ClientForm{Name: longName, RedirectURIs: "https://" + longHost + "/one\nhttps://" + longHost + "/two", Scopes: "openid " + longWord, Type: "web"},
		Secrets: []templates.SecretRow{
			{ID: "1", Hint: "x7Qz", Created: noon(), Expires: noon().AddDate(1, 0, 0), LastUsed: noon()},
			{ID: "2", Hint: "p0Lm", Created: noon(), Expires: noon(), Expired: true}},
		Lives: []templates.Option{{Name: "never", Value: locales.Stored("Until it is deleted")}}, People: 214,
		Logouts: &templates.ClientLogouts{Told: noon(), Failed: noon(), Waiting: locales.Stored("1000 or more"), Next: noon(), Try: "/answer",
			Error: locales.Stored(`Post "https://` + longHost + `/backchannel-logout": context deadline exceeded`)},
	}
}

func signingPage() templates.AdminSigning {
	key := templates.SigningKey{KID: longWord, Alg: "ES256", Use: locales.Say("signing.use-signs"), State: templates.Chip{Tone: "ok", Text: locales.Stored("Signing")}, Created: noon(), Retires: noon()}
	next, old := key, key
	next.KID, next.State, next.Starts = "next", templates.Chip{Text: locales.Stored("Waiting")}, noon()
	old.KID, old.State, old.Leaves = "old", templates.Chip{Text: locales.Stored("Leaving")}, noon()
	return templates.AdminSigning{Days: "90", Seen: "next", Keys: []templates.SigningKey{next, key, old}}
}

// logoClient has a logo that needs no network.
func logoClient() templates.Client {
	c := templates.Client{Name: "Payroll", Logo: static.URL("logo.svg"), Terms: "https://example.org/terms", Policy: "https://example.org/privacy"}
	return c
}

// fullClientPage has every section open.
func fullClientPage() templates.AdminClient {
	page := longClientPage()
	page.Form.Open = []string{"connects", "grants", "proof", "tokens", "requests", "people", "signout", "security"}
	page.Form.Responses = []string{"code", "code id_token"}
	page.Form.Grants = []string{templates.GrantChoices()[1].Value}
	page.Form.ExchangeFrom, page.Form.Origins = longHost, "https://"+longHost
	page.Form.HighSecurity, page.Form.AuthMethod = "fapi2", "private_key_jwt"
	page.Form.Names = templates.Names{Signing: []string{"RS256", "ES256"}, Wrapping: []string{"RSA-OAEP"}, Content: []string{"A128GCM"}}
	page.Mistakes = []templates.Mistake{{Field: "response_types", Text: locales.Stored("It needs the grant type too.")}, {Field: "dpop_bound", Text: locales.Stored("Bind them to a key.")}, {Field: "id_token_enc", Text: locales.Stored("To encrypt ID tokens, the hub needs the application's public key. Enter a JWKS URI or a JWKS.")}}
	return page
}

func noon() time.Time { return time.Date(2026, time.March, 14, 12, 0, 0, 0, time.UTC) }

// keysPage is the list with everything that a row can say.
func keysPage() templates.AdminKeys {
	return templates.AdminKeys{Keys: []templates.KeyRow{
		{ID: "a", Name: longName, Icon: "openid", Where: locales.Stored("https://" + longHost), State: templates.Chip{Tone: "ok", Text: locales.Stored("Enabled")}, Facts: []locales.Text{locales.Stored("skips the sign-in page"), locales.Stored("hidden")}, Warning: locales.Stored("Its client secret ends on 17 May 2031. Make a new one at the provider before that."), First: true},
		{ID: "b", Name: "Google", Where: locales.Stored("https://accounts.google.com"), State: templates.Chip{Text: locales.Stored("Draft")}},
		{ID: "c", Name: "Head office", Icon: "peer", Where: locales.Stored("https://id.example.org"), State: templates.Chip{Tone: "danger", Text: locales.Stored("Refused")}, Last: true},
	}}
}

// triedPage is the test of a login key, as it ends well and badly.
func triedPage(failed bool) templates.AdminKeyTried {
	facts := []templates.Row{{Name: locales.Stored("issuer"), Value: locales.Stored("https://" + longHost)}, {Name: locales.Stored("claims"), Value: locales.Stored(longWord)}}
	page := templates.AdminKeyTried{ID: "a", Name: longName, Kind: "openid", Failed: failed}
	for _, name := range []string{"discovery", "authorize", "answer"} {
		step := templates.NewTriedStep(name, 12*time.Millisecond, locales.Text{})
		step.Facts = facts
		page.Steps = append(page.Steps, step)
	}
	if failed {
		page.Advice, page.Setting = locales.Stored("The provider refuses the client ID and secret. Copy both again. The secret may have expired."), "client_secret"
		page.Steps = append(page.Steps, templates.NewTriedStep("token", time.Second, locales.Stored("the upstream refused: invalid_client ("+longWord+")")))
		page.Steps = append(page.Steps, templates.NeverTried("openid", "token")...)
		return page
	}
	page.Steps = append(page.Steps, templates.NewTriedStep("policy", 0, locales.Text{}))
	page.Claims = []templates.Row{{Name: locales.Stored("Subject"), Value: locales.Stored("1068… (21 characters)")}, {Name: locales.Stored("Email"), Value: locales.Stored(longEmail)}}
	page.Decision = locales.Say("tried.you-would-get-a-new")
	page.Rule = templates.RuleRow{Row: "D5", Title: locales.Of(texts.New("rule.create")), Fact: locales.Stored("No user has this identity or its verified email address.")}
	page.Passed = []templates.RuleRow{{Row: "D0", Title: locales.Of(texts.New("rule.unusable")), Fact: locales.Stored("The provider is enabled, and its response names a user.")}}
	page.Warnings = []locales.Text{locales.Stored("All users who can sign in at the provider get an account here.")}
	return page
}

// manyWays is the sign-in page of a hub with more login keys than one sees at
// once, opened by a search.
func manyWays() templates.SignIn {
	page := templates.SignIn{Password: true, Query: "pro", Local: "/", Upstreams: longUpstreams()}
	page.Upstreams[0].Last = true
	for i := range 9 {
		page.More = append(page.More, templates.Upstream{Key: "more-" + string(rune('a'+i)), Name: "Provider " + longName, Icon: "openid"})
	}
	return page
}
