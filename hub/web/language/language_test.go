package language_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/hub/web/language"
	"github.com/fedhub/fedhub/internal/reader"
)

func init() { gin.SetMode(gin.ReleaseMode) }

func read(t *testing.T, r *http.Request) reader.Preferences {
	t.Helper()
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = r
	language.Handler{Sessions: &cookies.Service{Name: "hub"}}.Read(c)
	return reader.Of(c.Request.Context()).Known()
}

func TestTheRequestSaysWhoReads(t *testing.T) {
	r := httptest.NewRequest("GET", "/oauth2/authorize?client_id=x&ui_locales=de+en", nil)
	r.Header.Set("Accept-Language", "fr;q=0.5")
	r.AddCookie(&http.Cookie{Name: "hub_lang", Value: "ar~de"})
	if got, want := read(t, r), (reader.Preferences{Asked: "de en", Chosen: "ar", Over: "de", Accept: "fr;q=0.5"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := read(t, httptest.NewRequest("GET", "/", nil)); got != (reader.Preferences{}) {
		t.Errorf("got %+v", got)
	}
}

func choose(t *testing.T, form url.Values) (*httptest.ResponseRecorder, error) {
	t.Helper()
	w := httptest.NewRecorder()
	c, _ := gin.CreateTestContext(w)
	c.Request = httptest.NewRequest("POST", "/language", strings.NewReader(form.Encode()))
	c.Request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w, language.Handler{Sessions: &cookies.Service{Name: "hub"}}.Choose(c)
}

func TestAChoiceIsKeptAndGoesBack(t *testing.T) {
	w, err := choose(t, url.Values{"lang": {"en-GB"}, "over": {`"; Path=/admin`}, "to": {"/signin?flow=F"}})
	if err != nil || w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/signin?flow=F" {
		t.Fatalf("got %d to %q (%v)", w.Code, w.Header().Get("Location"), err)
	}
	if got := w.Header().Get("Set-Cookie"); !strings.HasPrefix(got, "hub_lang=en; Path=/; ") {
		t.Errorf("got the cookie %q", got)
	}
}

func TestAChoiceLeadsNowhereElse(t *testing.T) {
	w, err := choose(t, url.Values{"lang": {"en"}, "to": {"//evil.example.org"}})
	if got := w.Header().Get("Location"); err != nil || got != "/" {
		t.Errorf("it leads to %q (%v)", got, err)
	}
}

func TestALanguageThatIsNotOfferedIsNone(t *testing.T) {
	for _, lang := range []string{"", "tlh", "e n", strings.Repeat("a-", 300)} {
		if w, err := choose(t, url.Values{"lang": {lang}}); err == nil || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%q: got %d, cookie %q", lang, w.Code, w.Header().Get("Set-Cookie"))
		}
	}
}
