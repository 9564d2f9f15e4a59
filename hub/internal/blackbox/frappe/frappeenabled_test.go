package frappe_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

const siteKey = "0a1b2c3d4e5f6a7:b8c9d0e1f2a3b4c"

// asked is a hub with a login key that has an API key of the site, and an app
// with ada's tokens.
func asked(t *testing.T, g frappetest.Generation) (s *hubtest.SiteAbove, a *hubtest.App, r hubtest.Reply) {
	t.Helper()
	s = hubtest.Above(t, g, hubtest.Keeping, func(k *federation.LoginKey) { k.NewSiteKey = siteKey })
	s.Site.Edit(func(site *frappetest.Site) { site.APIKey = siteKey })
	a = s.App()
	return s, a, s.SignIn(s.Browser(), a, "scope", "openid offline_access")
}

func TestWhoIsDisabledAtASiteIsNoticedByItsAPIKey(t *testing.T) {
	for _, g := range frappetest.Generations() {
		s, a, r := asked(t, g)
		s.Clock.Skip(10 * time.Minute)
		r = a.Refresh(r.Str("refresh_token"))
		hubtest.Want(t, g.String()+": while enabled", r.Status, 200)
		s.There(func(u *frappetest.Person) { u.Disabled = true })
		s.Clock.Skip(10 * time.Minute)
		hubtest.Refused(t, g.String()+": once disabled", a.Refresh(r.Str("refresh_token")), 400, "invalid_grant")
		hubtest.Want(t, g.String()+": the access token", s.Userinfo(r.Str("access_token")).Status, 401)
		hubtest.Want(t, g.String()+": pairs alive at the site", s.Alive(), 0)
		if text := hubtest.Dump(t, s.World) + s.Logs.String(); strings.Contains(text, siteKey) {
			t.Errorf("%s: the API key lies open", g)
		}
	}
}

// If a site refreshes tokens without saying whether the user is enabled, sessions
// continue for a day, as with an unreachable site, and then end.
func TestWhatIsNoAnswerSaysNeitherEnabledNorDisabled(t *testing.T) {
	answer := func(status int, kind, body string) func(*frappetest.Site) {
		return func(site *frappetest.Site) {
			site.Before = func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.HasPrefix(r.URL.Path, "/api/resource/User/") {
					return false
				}
				w.Header().Set("Content-Type", kind)
				w.WriteHeader(status)
				fmt.Fprint(w, body)
				return true
			}
		}
	}
	for name, edit := range map[string]func(*frappetest.Site){
		"its key may not read Users": func(site *frappetest.Site) { site.APIBlind = true },
		"its key is gone":            func(site *frappetest.Site) { site.APIKey = "" },
		"there is no such User":      answer(404, "application/json", `{"exc_type":"DoesNotExistError"}`),
		"it fails":                   answer(500, "application/json", `{"exc_type":"InternalError"}`),
		"a proxy answers":            answer(502, "text/html", "<html>"),
		"a page answers":             answer(200, "text/html", "<html>"),
		"no JSON":                    answer(200, "application/json", "no"),
		"the field is missing":       answer(200, "application/json", `{"data":{"name":"asha@example.com"}}`),
		"the field is another thing": answer(200, "application/json", `{"data":{"enabled":2}}`),
		"the field is null":          answer(200, "application/json", `{"data":{"enabled":null}}`),
		"no data":                    answer(200, "application/json", `{}`),
	} {
		s, a, r := asked(t, frappetest.G2a)
		s.Site.Edit(edit)
		s.Clock.Skip(10 * time.Minute)
		r = a.Refresh(r.Str("refresh_token"))
		hubtest.Want(t, name+": at first", r.Status, 200)
		hubtest.Want(t, name+": the new pair is kept", s.Alive(), 1)
		if n := strings.Count(s.Logs.String(), "msg=upstream.error"); n != 1 {
			t.Errorf("%s: the log names it %d times", name, n)
		}
		s.Clock.Skip(25 * time.Hour)
		if got := a.Refresh(r.Str("refresh_token")); got.Status == 200 {
			t.Errorf("%s: after a day people still go on", name)
		}
		s.Site.Edit(func(site *frappetest.Site) { site.APIKey, site.APIBlind, site.Before = siteKey, false, nil })
		s.Clock.Skip(10 * time.Minute)
		hubtest.Want(t, name+": when it answers again", a.Refresh(r.Str("refresh_token")).Status, 200)
	}
}

func TestTheAPIKeyOfASiteIsKeptByItsPageAndNeverShown(t *testing.T) {
	s := hubtest.Above(t, frappetest.G2a, hubtest.Keeping)
	admin := s.Operator()
	const path = "/admin/providers/erp"
	p := admin.Submit(admin.Open(path), path, "site_key", "half a key")
	if p.Status != 422 || !strings.Contains(p.Body, "API key, a colon and its API secret") {
		t.Errorf("half a key: got %d", p.Status)
	}
	admin.Submit(admin.Open(path), path, "site_key", siteKey)
	p = admin.Open(path)
	if k := s.LoginKey("erp"); k.SiteKey == "" || strings.Contains(k.SiteKey, "0a1b2c") || strings.Contains(p.Body, "0a1b2c") || !strings.Contains(p.Body, "A key is saved") {
		t.Errorf("kept as %q, shown on\n%s", k.SiteKey, p.Body)
	}
	admin.Submit(p, path, "name", "Another name")
	if s.LoginKey("erp").SiteKey == "" {
		t.Error("saving something else forgot the API key")
	}
	p = admin.Submit(admin.Open(path), path, "base_url", "http://127.0.0.1:1", "client_secret", "another")
	if p.Status != 422 {
		t.Errorf("the API key went along to another address: got %d", p.Status)
	}
	admin.Submit(admin.Open(path), path, "site_key_remove", "yes")
	if s.LoginKey("erp").SiteKey != "" {
		t.Error("it was not forgotten")
	}
}
