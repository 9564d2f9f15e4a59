package frappeimport

import (
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
)

const siteSecret = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==" // Fernet

const system = `[{"doctype": "System Settings", "name": "System Settings", "allow_login_using_user_name": 1, "allow_login_using_mobile_number": 1}]`

func siteUser(email, username, mobile string) string {
	return `{"doctype": "User", "name": "` + email + `", "email": "` + email + `", "enabled": 1, "full_name": "A User", "username": "` + username + `", "mobile_no": "` + mobile +
		`", "roles": [], "social_logins": [{"provider": "frappe", "userid": "` + strings.Repeat("a", 20) + strings.Split(email, "@")[0] + `"}]}`
}

var site = map[string]string{
	"system.json": system,
	"users.json": "[" + strings.Join([]string{
		siteUser("ada@example.org", "Ada", "+49 30 123456"), siteUser("bob@example.org", "twin", "+49 30 777777"),
		siteUser("cid@example.org", "TWIN", "+49 30 777777"), siteUser("dan@example.org", "dän", ""),
	}, ",") + "]",
	"authenticators.json": `[{"defkey": "ada@example.org_otpsecret", "defvalue": "JBSWY3DPEHPK3PXP"}, {"defkey": "ada@example.org_otplogin", "defvalue": "1"},
		{"defkey": "bob@example.org_otpsecret", "defvalue": "JBSWY3DPEHPK3PXP"},
		{"defkey": "cid@example.org_otpsecret", "defvalue": "` + siteSecret + `"}, {"defkey": "cid@example.org_otplogin", "defvalue": "1"}]`,
}

func TestUserNamesAndNumbersComeAsTheSiteAllowedThem(t *testing.T) {
	h := newHouse(t)
	h.carry(h.plan(site))
	now, err := h.Settings(t.Context())
	if err != nil || !now.UserNameSignIn || !now.PhoneSignIn {
		t.Errorf("the settings: %+v, %v", now, err)
	}
	for email, want := range map[string][2]string{
		"ada@example.org": {"ada", "+4930123456"}, "bob@example.org": {"", "+4930777777"}, "cid@example.org": {"", "+4930777777"}, "dan@example.org": {"", ""},
	} {
		u, err := h.FindUser(t.Context(), email)
		if err != nil || u.SignInName != want[0] || u.SignInPhone != want[1] {
			t.Errorf("%s: %q %q, %v", email, u.SignInName, u.SignInPhone, err)
		}
	}
	for name, without := range map[string]string{"the settings": "system.json", "authenticators": "authenticators.json"} {
		part := map[string]string{"users.json": site["users.json"], "system.json": site["system.json"], "authenticators.json": site["authenticators.json"]}
		delete(part, without)
		if r := h.carry(h.plan(part)); r.Summary[Updated] != 0 {
			t.Errorf("without %s: %+v", name, r.Records)
		}
	}
	again := h.plan(site)
	if again.Report.Summary[Created]+again.Report.Summary[Updated] != 0 {
		t.Errorf("again: %+v", again.Report.Records)
	}
}

func TestSavedSettingsOfSignInStay(t *testing.T) {
	h := newHouse(t)
	if err := h.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.HubName = "Mine" }); err != nil {
		t.Fatal(err)
	}
	report := h.carry(h.plan(site))
	now, err := h.Settings(t.Context())
	if err != nil || now.UserNameSignIn || now.PhoneSignIn {
		t.Errorf("the settings: %+v, %v", now, err)
	}
	at := slices.IndexFunc(report.Records, func(r Record) bool { return r.Kind == SystemSettings })
	if at < 0 || !strings.Contains(strings.Join(report.Records[at].Next, " "), "--user-name-sign-in --phone-sign-in") {
		t.Errorf("reported %+v", report.Records)
	}
}

func TestWithoutTheSettingNoNameIsTaken(t *testing.T) {
	h := newHouse(t)
	h.carry(h.plan(map[string]string{"users.json": site["users.json"]}))
	if u, err := h.FindUser(t.Context(), "ada@example.org"); err != nil || u.SignInName != "" || u.SignInPhone != "" {
		t.Errorf("%+v, %v", u, err)
	}
}

func TestAuthenticatorAppsAreTakenOver(t *testing.T) {
	h := newHouse(t)
	p := h.planned(site, Options{Site: "https://erp.example.com"})
	at := slices.IndexFunc(p.Report.Records, func(r Record) bool { return r.Name == "cid@example.org" })
	if notes := strings.Join(append(p.Report.Records[at].Notes, p.Report.Records[at].Next...), " "); !strings.Contains(notes, "--site-config") {
		t.Errorf("of an encrypted secret: %s", notes)
	}
	h.carry(p)
	for email, want := range map[string]bool{"ada@example.org": true, "bob@example.org": false, "cid@example.org": false} {
		u, err := h.FindUser(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		if has, err := h.HasSecondFactor(t.Context(), u.ID); err != nil || has != want {
			t.Errorf("%s has a second factor: %v, %v", email, has, err)
		}
	}
	// Users who came without it get it later, once.
	only := map[string]string{"users.json": site["users.json"], "system.json": system}
	late := newHouse(t)
	late.carry(late.plan(only))
	if r := late.carry(late.plan(site)); r.Summary[Updated] != 1 {
		t.Errorf("later: %+v", r.Records)
	}
	if r := late.carry(late.plan(site)); r.Summary[Updated] != 0 {
		t.Errorf("once more: %+v", r.Records)
	}
}
