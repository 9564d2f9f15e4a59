package signin

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/users"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.TestMode)
	m.Run()
}

func noon() time.Time { return time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC) }

// get is a request for a page.
func get(t *testing.T, address string) (*gin.Context, *httptest.ResponseRecorder) {
	t.Helper()
	rw := httptest.NewRecorder()
	c, _ := gin.CreateTestContext(rw)
	c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	return c, rw
}

// After the sign-in, the browser must not return to another site's page that
// linked here.
func TestWhoSignedInGoesOnHereAndNowhereElse(t *testing.T) {
	for _, row := range []struct {
		way                method
		next, query, local string
	}{
		{method{}, "/account", "", "?local=1"},
		{method{To: "/account/profile"}, "/account/profile", "?to=%2Faccount%2Fprofile", "?to=%2Faccount%2Fprofile&local=1"},
		{method{Flow: "a flow"}, flows.Back("a flow"), "?flow=a+flow", "?flow=a+flow&local=1"},
		{method{Flow: "flow", To: "/account/profile"}, flows.Back("flow"), "?flow=flow", "?flow=flow&local=1"},
		{method{To: "https://evil.test"}, "/account", "", "?local=1"},
		{method{To: "//evil.test"}, "/account", "", "?local=1"},
		{method{To: `/\evil.test`}, "/account", "", "?local=1"},
	} {
		j := pendingLogin{method: row.way}
		if j.next() != row.next || j.query() != row.query || local(j) != row.local {
			t.Errorf("%+v: next %q, query %q, local %q; want %q, %q, %q", row.way, j.next(), j.query(), local(j), row.next, row.query, row.local)
		}
	}
}

func TestAHintThatIsNoAddressIsNotShown(t *testing.T) {
	long := strings.Repeat("a", 254-len("@example.org")) + "@example.org"
	for in, want := range map[string]string{
		"ada@example.org": "ada@example.org", long: long, "a" + long: "", "ada": "", "a@b@c": "", "ada@example.org>": "", "<ada@example.org": "",
		`"ada"@example.org`: "", "a da@example.org": "", "o'hara@example.org": "", "": "",
	} {
		if got := hint(in); got != want {
			t.Errorf("%q: got %q", in, got)
		}
	}
}

func TestWhatAClientAskedForIsAskedOfTheUpstream(t *testing.T) {
	minute := int64(60)
	for what, row := range map[string]struct {
		edit func(*pendingLogin)
		want federation.AuthRequestOptions
	}{
		"nothing":                {func(*pendingLogin) {}, federation.AuthRequestOptions{}},
		"who":                    {func(j *pendingLogin) { j.flow.Request.LoginHint = "ada" }, federation.AuthRequestOptions{LoginHint: "ada"}},
		"the address as typed":   {func(j *pendingLogin) { j.flow.Request.LoginHint, j.email = "ada", "bob@example.org" }, federation.AuthRequestOptions{LoginHint: "bob@example.org"}},
		"no page":                {func(j *pendingLogin) { j.flow.Request.Prompt.None = true }, federation.AuthRequestOptions{Prompt: "none"}},
		"a new sign-in":          {func(j *pendingLogin) { j.flow.Request.Prompt = oauth.Prompt{Login: true, SelectAccount: true} }, federation.AuthRequestOptions{Prompt: "login", MaxAge: "0"}},
		"a choice":               {func(j *pendingLogin) { j.flow.Request.Prompt.SelectAccount = true }, federation.AuthRequestOptions{Prompt: "select_account"}},
		"consent, which is ours": {func(j *pendingLogin) { j.flow.Request.Prompt.Consent = true }, federation.AuthRequestOptions{}},
		"how sure":               {func(j *pendingLogin) { j.flow.Request.ACRValues, j.flow.Request.ACRs = "mfa", []string{"pwd"} }, federation.AuthRequestOptions{ACRValues: "mfa"}},
		"how sure, by claim":     {func(j *pendingLogin) { j.flow.Request.ACRs = []string{"mfa", "pwd"} }, federation.AuthRequestOptions{ACRValues: "mfa pwd"}},
		"how long ago":           {func(j *pendingLogin) { j.flow.Request.MaxAge = &minute }, federation.AuthRequestOptions{MaxAge: "60"}},
		"the language":           {func(j *pendingLogin) { j.flow.Request.UILocales = "de" }, federation.AuthRequestOptions{UILocales: "de"}},
		"the hubs before":        {func(j *pendingLogin) { j.flow.Request.Via = []string{"https://one.example"} }, federation.AuthRequestOptions{Via: []string{"https://one.example"}}},
	} {
		var j pendingLogin
		row.edit(&j)
		if got := hints(j); !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: got %+v, want %+v", what, got, row.want)
		}
	}
}

func TestNothingButAnAnswerReachesAConnector(t *testing.T) {
	got := answer(oauth.Params{"code": "c", "state": "s", "iss": "i", "error": "", "trace": "t", "flow": "f", "access_token": "a", "id_token": "d"})
	if want := (url.Values{"code": {"c"}, "state": {"s"}, "iss": {"i"}, "error": {""}}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// auth_time, acr and amr of a session are the provider's.
func TestASessionFromAnUpstreamIsWhatItSaid(t *testing.T) {
	when := noon().Add(-time.Hour)
	s := (&Handler{}).started(users.User{ID: "ada"}, federation.LoginKey{}, federation.Identity{Key: "company", Subject: "1", SID: "s1", ACR: "mfa", AMR: []string{"otp"}, AuthTime: when,
		Tokens: federation.Tokens{Refresh: "a refresh token", ID: "an id token"}})
	if s.User.ID != "ada" || s.LoginKey != "company" || s.UpstreamSub != "1" || s.UpstreamSID != "s1" || s.ACR != "mfa" || !slices.Equal(s.AMR, []string{"otp"}) ||
		!s.AuthTime.Equal(when) || s.Upstream != "an id token" {
		t.Errorf("got %+v", s)
	}
}

// OAuth 2.0 Form Post Response Mode: the browser carries the sealed response for
// a moment, and it is valid only at the address it was posted to.
func TestAPostedAnswerIsGoodAtItsOwnAddressForAMoment(t *testing.T) {
	box, err := seal.New([]byte(strings.Repeat("k", seal.KeySize)))
	if err != nil {
		t.Fatal(err)
	}
	now := noon()
	d := &Handler{Stops: &flows.Interruptions{Box: box, Now: func() time.Time { return now }}}
	post := func(form url.Values) string {
		t.Helper()
		c, rw := get(t, "/signin/from/company")
		c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/signin/from/company", strings.NewReader(form.Encode()))
		c.Request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		c.Params = gin.Params{{Key: "key", Value: "company"}}
		if err := d.Posted(c); err != nil || rw.Code != http.StatusSeeOther {
			t.Fatalf("got %d, %v", rw.Code, err)
		}
		return rw.Header().Get("Location")
	}
	arrive := func(address, key string) (oauth.Params, bool, error) {
		c, _ := get(t, address)
		c.Params = gin.Params{{Key: "key", Value: key}}
		return d.arriving(c)
	}
	to := post(url.Values{"code": {"the code"}, "state": {"the state"}, "flow": {"a stranger's"}})
	if strings.Contains(to, "the+code") || strings.Contains(to, "the%20code") {
		t.Errorf("the code is in the address %s", to)
	}
	params, posted, err := arrive(to, "company")
	if want := (oauth.Params{"code": "the code", "state": "the state"}); err != nil || !posted || !reflect.DeepEqual(params, want) {
		t.Errorf("got %v, %v, %v", params, posted, err)
	}
	if _, _, err := arrive(to, "branch"); err != flows.ErrGone { //nolint:errorlint // returned bare
		t.Errorf("at another upstream's address: got %v", err)
	}
	now = now.Add(time.Minute)
	if _, _, err := arrive(to, "company"); err != flows.ErrGone { //nolint:errorlint // returned bare
		t.Errorf("a minute later: got %v", err)
	}
	if params, posted, err := arrive("/signin/from/company?code=c&state=s", "company"); err != nil || posted || params["code"] != "c" {
		t.Errorf("one that was not posted: got %v, %v, %v", params, posted, err)
	}
	if to := post(url.Values{"code": {strings.Repeat("c", 4<<10)}}); to != "/signin/from/company" {
		t.Errorf("one that fits into no address: sent to %.80s", to)
	}
}
