package accounts

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/internal/testkit/sessiontest"
	"github.com/fedhub/fedhub/templates"
)

func init() { gin.SetMode(gin.ReleaseMode) }

// signIn notes the address with which the sign-in page was opened.
type signIn struct{ email string }

func (*signIn) Waiting(*gin.Context, string, string) (templates.Client, string, error) {
	return templates.Client{}, "", nil
}

func (s *signIn) As(_ *gin.Context, _, _, email string) error {
	s.email = email
	return nil
}

// at is a request with these cookies and this form.
func at(w *sessiontest.World, all map[string]*http.Cookie, form url.Values) (*gin.Context, *httptest.ResponseRecorder) {
	rec := httptest.NewRecorder()
	c, _ := gin.CreateTestContext(rec)
	c.Request = httptest.NewRequestWithContext(w.T.Context(), http.MethodPost, "/signin/choose", strings.NewReader(form.Encode()))
	c.Request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, cookie := range all {
		c.Request.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	}
	return c, rec
}

func TestTheAccountsOfABrowser(t *testing.T) {
	w := sessiontest.NewWorld(t)
	b := w.NewBrowser()
	names := map[string]string{}
	for _, id := range []string{"ada", "bob", "eve"} {
		names[cookies.Ref(id)] = id
		b.SignIn(sessions.Start{User: w.Person(id)})
		w.Pass(time.Minute)
	}
	list := func() string {
		t.Helper()
		d := &Handler{Sessions: w.Service, Users: w.Users, SignIn: &signIn{}}
		c, _ := at(w, b.Cookies, nil)
		all, err := d.accounts(c)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, a := range all {
			state := "out"
			switch {
			case a.Current:
				state = "current"
			case a.SignedIn:
				state = "in"
			}
			out = append(out, names[a.Ref]+" "+state)
		}
		return strings.Join(out, ", ")
	}
	sessiontest.Want(t, "after three sign-ins", list(), "eve current, bob in, ada in")
	b.Visit(func(rw http.ResponseWriter, r *http.Request) {
		if _, err := w.Switch(rw, r, cookies.Ref("ada")); err != nil {
			t.Fatal(err)
		}
	})
	sessiontest.Want(t, "after the choice of Ada", list(), "ada current, eve in, bob in")
	if err := w.People.Update(t.Context(), "bob", func(u *users.User) error { u.SessionGeneration++; return nil }); err != nil {
		t.Fatal(err)
	}
	sessiontest.Want(t, "after Bob was signed out elsewhere", list(), "ada current, eve in, bob out")
	if err := w.People.Delete(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	sessiontest.Want(t, "after Bob was deleted", list(), "ada current, eve in")
	w.Pass(sessions.Idle)
	sessiontest.Want(t, "after a day without use", list(), "eve out, ada out")
}

func TestAnAccountThatIsSignedOutSignsIn(t *testing.T) {
	w := sessiontest.NewWorld(t)
	b := w.NewBrowser()
	ada := w.Person("ada")
	b.SignIn(sessions.Start{User: ada})
	w.Person("bob")
	if err := w.People.Update(t.Context(), "ada", func(u *users.User) error { u.Email = "ada@example.org"; return nil }); err != nil {
		t.Fatal(err)
	}
	w.Pass(sessions.Idle)
	for id, want := range map[string]string{"ada": "ada@example.org", "bob": "", "nobody": "", "": ""} {
		page := &signIn{}
		d := &Handler{Sessions: w.Service, Users: w.Users, SignIn: page}
		c, rec := at(w, b.Cookies, url.Values{"account": {cookies.Ref(id)}, "to": {"/account"}})
		if err := d.Choose(c); err != nil {
			t.Fatal(err)
		}
		sessiontest.Want(t, id+": the address on the page", page.email, want)
		if want == "" {
			sessiontest.Want(t, id+": back to the choice", rec.Header().Get("Location"), "/signin/choose?to=%2Faccount")
		}
	}
}
