package linking_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// A mover is a hub with a provider that moves to another address.
type mover struct {
	*hubtest.World
	t        *testing.T
	box      *hubtest.Postbox
	db       *faultstore.Store
	old, new *federationtest.Upstream
	keys     *store.Collection[federation.LoginKey]
	root     *hubtest.Browser
}

const moverKey = "/admin/providers/company"

func newMover(t *testing.T) *mover {
	t.Helper()
	box, backend := &hubtest.Postbox{}, faultstore.New(hubtest.OpenSQLite(t))
	w := hubtest.NewWorldAs(t, backend, hub.Config{Mail: box})
	m := &mover{World: w, t: t, box: box, db: backend, keys: store.NewCollection[federation.LoginKey](backend, "loginkeys", w.Clock.Now), old: federationtest.NewPlainUpstream(t, w.Clock.Now), new: federationtest.NewPlainUpstream(t, w.Clock.Now)}
	for _, u := range []*federationtest.Upstream{m.old, m.new} {
		u.Set(func(s *federationtest.Script) { s.Client = federationtest.Client{ID: "us", Secret: "secret"} })
	}
	_, err := w.Hub.AddLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{
		ID: "company", Kind: federation.KindOpenID, Name: "Company", BaseURL: m.old.URL, ClientID: "us", Enabled: true, Direct: true,
		SignUps: federation.Allow, TrustEmail: true, RoleMap: map[string]string{"boss": "admin"},
	}, "secret", "")
	if err != nil {
		t.Fatal(err)
	}
	w.Person("root@example.org", "admin")
	m.root = m.signedIn("root@example.org")
	return m
}

func (m *mover) signedIn(email string) *hubtest.Browser {
	b := m.Browser()
	b.SignIn(b.Open("/signin?local=1"), email)
	return b
}

// come signs a user in at the provider.
func (m *mover) come(subject string, u *federationtest.Upstream) (*hubtest.Browser, hubtest.Page) {
	return m.comesAs(subject, subject+"@example.org", u)
}

// comesAs signs in with this address.
func (m *mover) comesAs(subject, email string, u *federationtest.Upstream) (*hubtest.Browser, hubtest.Page) {
	u.Set(func(s *federationtest.Script) {
		s.IDToken = func(claims map[string]any) { claims["sub"] = subject }
		s.Userinfo = func(claims map[string]any) {
			claims["sub"], claims["email"] = subject, email
			if subject == "boss" {
				claims["roles"] = []string{"boss"}
			}
		}
	})
	b := m.Browser()
	return b, b.Walk(b.Open("/account"), "", m.World)
}

// account is the email on the account page after a sign-in.
func (m *mover) account(subject string, u *federationtest.Upstream) string {
	_, p := m.come(subject, u)
	if p.Status != 200 || p.URL.Path != "/account" {
		return ""
	}
	return m.UserID(m.t, subject+"@example.org")
}

// changes enters the new address on the key's page.
func (m *mover) changes(pairs ...string) hubtest.Page {
	m.t.Helper()
	return m.root.Submit(m.root.Open(moverKey), moverKey, append([]string{"base_url", m.new.URL, "client_secret", "secret"}, pairs...)...)
}

// issuers counts the key's identities by issuer.
func (m *mover) issuers() map[string]int {
	m.t.Helper()
	all := map[string]int{}
	people, err := m.Hub.Users(m.t.Context(), "", 100)
	if err != nil {
		m.t.Fatal(err)
	}
	for _, u := range people {
		linked, err := m.Hub.Identities(m.t.Context(), u.ID)
		if err != nil {
			m.t.Fatal(err)
		}
		for _, i := range linked {
			all[i.Issuer]++
		}
	}
	return all
}

// people is the number of users.
func (m *mover) people() int {
	all, err := m.Hub.Users(m.t.Context(), "", 100)
	if err != nil {
		m.t.Fatal(err)
	}
	return len(all)
}

func TestAProviderThatKeepsItsKeysTakesItsPeopleAlong(t *testing.T) {
	m := newMover(t)
	ada, boss := m.account("ada", m.old), m.account("boss", m.old)
	carl := m.Person("carl@example.org")
	if _, err := m.Hub.LinkBeforehand(t.Context(), audit.Named("test"), carl, linking.Claim{Key: "company", Issuer: m.old.URL, Subject: "carl"}, authentication.PolicyOf(m.Key("company"))); err != nil {
		t.Fatal(err)
	}
	browser, _ := m.come("ada", m.old)
	m.new.TakeOver(m.old)

	asked := m.changes()
	hubtest.Want(t, "asked first", asked.Status, 409)
	hubtest.Want(t, "nothing is changed before", m.Key("company").BaseURL, m.old.URL)
	if !strings.Contains(asked.Body, "3 users have another issuer") || !strings.Contains(asked.Body, "probably the same provider") || strings.Contains(asked.Body, `name="identities_address"`) {
		t.Errorf("what has to be known is not said:\n%s", asked.Body)
	}
	m.root.Submit(asked, moverKey, "identities", "move", "client_secret", "secret")
	hubtest.Want(t, "moved", m.Key("company").BaseURL, m.new.URL)
	hubtest.Want(t, "under the new issuer", m.issuers()[m.new.URL], 3)
	hubtest.Want(t, "under the old one", m.issuers()[m.old.URL], 0)
	if p := browser.Open("/account"); p.URL.Path == "/account" && p.Status == 200 {
		t.Error("a session that came this way goes on")
	}
	if told := m.box.About("Company has a new web address"); len(told) != 3 {
		t.Errorf("told are %v", told)
	}
	hubtest.Want(t, "ada is who she was", m.account("ada", m.new), ada)
	hubtest.Want(t, "and an administrator is", m.account("boss", m.new), boss)

	// Undo reverts links that have not changed since; carl's has.
	again := m.signedIn("root@example.org")
	linked, err := m.Hub.Identities(t.Context(), carl.ID)
	if err != nil || len(linked) != 1 {
		t.Fatal(linked, err)
	}
	hubtest.Done(t, m.Hub.Unlink(t.Context(), audit.Named("test"), carl.ID, linked[0].ID))
	page := again.Open(moverKey + "/identities")
	if !strings.Contains(page.Body, `id="moves"`) {
		t.Fatalf("the move cannot be undone:\n%s", page.Body)
	}
	again.Submit(page, moverKey+"/identities")
	hubtest.Want(t, "back under the old issuer", m.issuers()[m.old.URL], 2)
	hubtest.Want(t, "under the new one", m.issuers()[m.new.URL], 0)
	if _, p := m.come("ada", m.new); p.Status != 403 || !strings.Contains(p.Body, "has changed its web address") {
		t.Errorf("undone, it is decided anew: got %d\n%s", p.Status, p.Body)
	}
}

func TestWhoMayBeSomebodyElseIsMovedOnlyByWhoTypesTheAddress(t *testing.T) {
	m := newMover(t)
	ada := m.account("ada", m.old)
	m.account("boss", m.old)
	m.new.Rotate("other")

	asked := m.changes()
	hubtest.Want(t, "asked first", asked.Status, 409)
	if !strings.Contains(asked.Body, "The signing keys do not show that") || !strings.Contains(asked.Body, "is an administrator and is not moved") {
		t.Errorf("what it means is not said:\n%s", asked.Body)
	}
	again := m.root.Submit(asked, moverKey, "identities", "move", "client_secret", "secret")
	hubtest.Want(t, "without the address", again.Status, 422)
	hubtest.Want(t, "nothing is changed", m.Key("company").BaseURL, m.old.URL)
	m.root.Submit(again, moverKey, "identities", "move", "identities_address", m.new.URL, "client_secret", "secret")
	hubtest.Want(t, "ada is who she was", m.account("ada", m.new), ada)
	hubtest.Want(t, "the administrator stayed", m.issuers()[m.old.URL], 1)
	if _, p := m.come("boss", m.new); p.Status == 200 {
		t.Errorf("whoever is at the new address administers the hub:\n%s", p.Body)
	}
}

func TestPeopleWhoAreLeftProveTheirAccountsAnew(t *testing.T) {
	m := newMover(t)
	m.account("ada", m.old)
	asked := m.changes()
	m.root.Submit(asked, moverKey, "identities", "leave", "client_secret", "secret")
	hubtest.Want(t, "the new address", m.Key("company").BaseURL, m.new.URL)
	hubtest.Want(t, "left", m.issuers()[m.old.URL], 1)
	if got := m.account("ada", m.new); got != "" {
		t.Error("an address counts that nobody trusts the new provider with")
	}
	m.trusts(func(k *federation.LoginKey) { k.TrustEmail = true })
	_, p := m.come("ada", m.new)
	if !strings.Contains(p.URL.Path, "/signin/link") {
		t.Errorf("ada is not asked to prove her account: %d at %s\n%s", p.Status, p.URL, p.Body)
	}
	_, p = m.come("eve", m.new)
	hubtest.Want(t, "somebody new", p.URL.Path, "/account")
}

// trusts saves the provider's trust settings.
func (m *mover) trusts(edit func(*federation.LoginKey)) {
	m.t.Helper()
	_, err := m.Hub.ChangeLoginKey(m.t.Context(), audit.Named("test"), "company", "", loginkeys.KeepSignedIn, edit)
	hubtest.Done(m.t, err)
}

// keyChanges are the recorded changes of the key, the last of each field.
func (m *mover) keyChanges() map[string]audit.Change {
	m.t.Helper()
	found, err := m.Backend.Find(m.t.Context(), "audit", store.Query{Now: time.Unix(0, 0)})
	hubtest.Done(m.t, err)
	all := map[string]audit.Change{}
	for _, r := range found {
		var e audit.Event
		hubtest.Done(m.t, bson.Unmarshal(r.Doc, &e))
		for _, c := range e.Changes {
			all[c.Field] = c
		}
	}
	return all
}

// The new address may be another provider, so trust in the old one does not apply
// to it, whether that is decided with the change or later.
func TestANewProviderIsNotTrustedWithWhatTheOneBeforeWas(t *testing.T) {
	for _, choice := range []string{"leave", "move"} {
		for _, later := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, later: %v", choice, later), func(t *testing.T) {
				m := newMover(t)
				m.new.Rotate("other")
				m.trusts(func(k *federation.LoginKey) {
					k.Linking, k.AuthoritativeDomains = federation.Auto, []string{"example.org"}
				})
				m.account("ada", m.old)
				page, action := m.root.Open(moverKey), moverKey
				if later {
					m.changedBefore()
					action = moverKey + "/identities"
					page = m.root.Open(action)
				} else {
					page = m.changes()
				}
				if !strings.Contains(page.Body, "automatic linking, verified emails, and roles that make an administrator") {
					t.Errorf("it is not said before:\n%s", page.Body)
				}
				answer := []string{"identities", choice, "identities_address", m.new.URL}
				if !later {
					answer = append(answer, "client_secret", "secret")
				}
				m.root.Submit(page, action, answer...)

				k := m.Key("company")
				if k.BaseURL != m.new.URL || k.Linking != federation.Confirm || k.TrustEmail || len(k.AuthoritativeDomains) != 0 {
					t.Errorf("the key is %+v", k)
				}
				changed := m.keyChanges()
				hubtest.Want(t, "on record", changed["linking"], audit.Change{Field: "linking", Before: federation.Auto, After: federation.Confirm})
				hubtest.Want(t, "on record too", changed["trust_email"], audit.Change{Field: "trust_email", Before: "true"})
				hubtest.Want(t, "the rule on record", changed["role_map.boss"], audit.Change{Field: "role_map.boss", Before: "admin"})
				there := m.issuers()[m.new.URL]
				m.comesAs("fresh", "ada@example.org", m.new)
				hubtest.Want(t, "linked by an address that the new provider says", m.issuers()[m.new.URL], there)
				m.come("boss", m.new)
				hubtest.Want(t, "somebody new of the role administers", m.administrators(), 1)
				m.trusts(func(k *federation.LoginKey) { k.RoleMap = map[string]string{"boss": "admin"} })
				m.come("boss", m.new)
				hubtest.Want(t, "as soon as the rule is saved again", m.administrators(), 2)
			})
		}
	}
}

// administrators counts them.
func (m *mover) administrators() (n int) {
	m.t.Helper()
	all, err := m.Hub.Users(m.t.Context(), "", 100)
	hubtest.Done(m.t, err)
	for _, u := range all {
		if u.Admin() {
			n++
		}
	}
	return n
}

// changedBefore gives the key its new address, without a decision about the
// links.
func (m *mover) changedBefore() {
	m.t.Helper()
	hubtest.Done(m.t, m.keys.Update(m.t.Context(), "company", func(k *federation.LoginKey) error {
		k.Former = []federation.FormerIssuer{{Issuer: m.old.URL, Published: k.Published, At: m.Clock.Now()}}
		k.BaseURL, k.Issuer, k.Published = m.new.URL, "", nil
		return nil
	}))
	m.Clock.Skip(3 * time.Second) // the cached keys are out of date
}

// A change with several questions is saved at once: earlier answers are kept, and
// no secret appears on a page.
func TestARiskyChangeAndANewAddressAreAnsweredOnOnePage(t *testing.T) {
	m := newMover(t)
	m.account("ada", m.old)
	m.Person("eve@example.org")
	m.new.TakeOver(m.old) // otherwise the linking policy is reset

	asked := m.changes("linking", "auto", "authoritative_domains", "example.org")
	hubtest.Want(t, "asked first", asked.Status, 409)
	for _, part := range []string{`id="deciding"`, `id="foreseen"`, `name="sure"`, "Type the client secret again."} {
		if !strings.Contains(asked.Body, part) {
			t.Errorf("the page lacks %s:\n%s", part, asked.Body)
		}
	}
	if _, form, _ := hubtest.Form(asked.Body, moverKey); form.Get("client_secret") != "" {
		t.Error("the secret is on the page")
	}
	for name, answer := range map[string][]string{
		"only that it is risky": {"sure", "1"}, "only what becomes of them": {"identities", "move"},
	} {
		if p := m.root.Submit(asked, moverKey, append(answer, "client_secret", "secret")...); p.Status != 409 || !strings.Contains(p.Body, `id="deciding"`) || !strings.Contains(p.Body, `id="foreseen"`) {
			t.Errorf("%s: got %d\n%s", name, p.Status, p.Body)
		}
	}
	// Without the secret, the answers are kept.
	again := m.root.Submit(asked, moverKey, "sure", "1", "identities", "move")
	hubtest.Want(t, "without the secret", again.Status, 422)
	hubtest.Want(t, "nothing is changed", m.Key("company").BaseURL, m.old.URL)
	m.root.Submit(again, moverKey, "client_secret", "secret")
	hubtest.Want(t, "the new address", m.Key("company").BaseURL, m.new.URL)
	hubtest.Want(t, "linking", m.Key("company").Linking, federation.Auto)
	hubtest.Want(t, "moved", m.issuers()[m.new.URL], 1)
}

// Without a decision, as after an undone move, nobody is linked and no account is
// created.
func TestASubOfAFormerIssuerIsNobodyUntilSomebodyDecides(t *testing.T) {
	m := newMover(t)
	ada := m.account("ada", m.old)
	m.new.TakeOver(m.old)
	m.root.Submit(m.changes(), moverKey, "identities", "move", "client_secret", "secret")
	m.root.Submit(m.root.Open(moverKey+"/identities"), moverKey+"/identities")
	before := m.people()
	_, p := m.come("ada", m.new)
	hubtest.Want(t, "status", p.Status, 403)
	if !strings.Contains(p.Body, "Company has changed its web address.") || !strings.Contains(p.Body, `id="reference"`) {
		t.Errorf("the page is\n%s", p.Body)
	}
	hubtest.Want(t, "people", m.people(), before)
	hubtest.Want(t, "identities", m.issuers()[m.new.URL], 0)
	_, p = m.come("eve", m.new)
	hubtest.Want(t, "somebody whom nobody knew", p.URL.Path, "/account")
	if p := m.root.Open("/admin"); !strings.Contains(p.Body, moverKey+"/identities") {
		t.Errorf("the overview does not say so:\n%s", p.Body)
	}
	at := m.root.Open(moverKey + "/identities")
	hubtest.Want(t, "nothing chosen", m.root.Submit(at, moverKey+"/identities").Status, 422)
	m.root.Submit(at, moverKey+"/identities", "identities", "move")
	hubtest.Want(t, "ada is who she was", m.account("ada", m.new), ada)
	if p := m.root.Open("/admin"); strings.Contains(p.Body, moverKey+"/identities") {
		t.Error("the overview says so still")
	}
}

// A move that was interrupted by a crash can be finished, also if only the last
// step is missing.
func TestAMoveThatBeganIsFinished(t *testing.T) {
	m := newMover(t)
	ada := m.account("ada", m.old)
	begun := func() {
		t.Helper()
		hubtest.Done(t, m.keys.Update(t.Context(), "company", func(k *federation.LoginKey) error {
			k.BaseURL, k.Issuer, k.Published = m.new.URL, "", nil
			k.Former = []federation.FormerIssuer{{Issuer: m.old.URL, Decided: federation.Moving, Batch: "0", Careful: true, To: m.new.URL, Address: m.new.URL, At: m.Clock.Now()}}
			return nil
		}))
		m.Clock.Skip(3 * time.Second) // the cached keys are out of date
	}
	finish := func() {
		t.Helper()
		p := m.root.Open(moverKey + "/identities")
		if !strings.Contains(p.Body, "A move is not complete") {
			t.Fatalf("the page is\n%s", p.Body)
		}
		m.root.Submit(p, moverKey+"/identities", "identities", "move")
		hubtest.Want(t, "how it ended", m.Key("company").FormerIssuer(m.old.URL).Decided, federation.Moved)
	}
	begun()
	if _, p := m.come("ada", m.new); p.Status != 403 {
		t.Errorf("in between ada is %d at %s", p.Status, p.URL)
	}
	finish()
	hubtest.Want(t, "ada is who she was", m.account("ada", m.new), ada)
	begun()
	finish()
	hubtest.Want(t, "and still is", m.account("ada", m.new), ada)
}

// An interrupted move has ended the sessions first, is shown when the key is
// saved again, and can be undone.
func TestAMoveThatEndedHalfWayIsNoSecret(t *testing.T) {
	m := newMover(t)
	m.account("ada", m.old)
	m.account("carl", m.old)
	var signedIn []*hubtest.Browser
	for _, subject := range []string{"ada", "carl"} {
		b, _ := m.come(subject, m.old)
		signedIn = append(signedIn, b)
	}
	m.new.TakeOver(m.old)
	asked := m.changes()
	m.db.Arm(faultstore.Plan{Nth: 2, Counts: func(c faultstore.Call) bool { return c.Verb == "Insert" && c.Set == "identities" }})
	hubtest.Want(t, "half-way", m.root.Submit(asked, moverKey, "identities", "move", "client_secret", "secret").Status, 503)
	m.db.Disarm()
	hubtest.Want(t, "moved", m.issuers()[m.new.URL], 1)
	for _, b := range signedIn {
		if p := b.Open("/account"); p.URL.Path == "/account" && p.Status == 200 {
			t.Error("a session that came by the old address goes on")
		}
	}
	p := m.root.Submit(m.root.Open(moverKey), moverKey)
	if p.URL.Path != moverKey+"/identities" || !strings.Contains(p.Body, "A move is not complete") {
		t.Errorf("saved again, it is %d at %s\n%s", p.Status, p.URL, p.Body)
	}
	m.root.Submit(p, moverKey+"/identities", "identities", "leave")
	undo := m.root.Open(moverKey + "/identities")
	if !strings.Contains(undo.Body, `id="moves"`) {
		t.Fatalf("the half that was moved cannot be undone:\n%s", undo.Body)
	}
	m.root.Submit(undo, moverKey+"/identities")
	hubtest.Want(t, "back under the old issuer", m.issuers()[m.old.URL], 2)
}

// If one user's move is undone on the page of account links, it needs a new
// decision, and the new address's link is deleted.
func TestWhoseMoveIsUndoneAloneGetsNoSecondAccount(t *testing.T) {
	m := newMover(t)
	m.account("carl", m.old)
	m.account("ada", m.old)
	m.new.TakeOver(m.old)
	m.root.Submit(m.changes(), moverKey, "identities", "move", "client_secret", "secret")
	ada := m.account("ada", m.new)
	tied := upstreamtokens.Token{ID: ada + " company", UserID: ada, LoginKey: "company", Subject: "ada", Expires: m.Clock.Now().Add(time.Hour)}
	ties := store.NewCollection[upstreamtokens.Token](m.db, "ties", m.Clock.Now)
	hubtest.Done(t, ties.Insert(t.Context(), tied))
	records, err := store.NewCollection[linking.LinkEvent](m.db, "decisions", m.Clock.Now).List(t.Context(), store.Query{Field: "userId", Equals: ada, Desc: true, Limit: 10})
	if err != nil || len(records) == 0 || records[0].Action != linking.Moved {
		t.Fatal(records, err)
	}
	hubtest.Done(t, m.Hub.UndoLink(t.Context(), audit.Named("test"), records[0].ID))
	if _, err := ties.Get(t.Context(), tied.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what the new address gave is kept: %v", err)
	}
	before := m.people()
	_, p := m.come("ada", m.new)
	hubtest.Want(t, "ada herself", p.Status, 403)
	hubtest.Want(t, "people", m.people(), before)
	if m.account("carl", m.new) == "" {
		t.Error("who stays moved cannot sign in")
	}
	m.root.Submit(m.root.Open(moverKey+"/identities"), moverKey+"/identities", "identities", "move")
	hubtest.Want(t, "moved again", m.account("ada", m.new), ada)
	m.root.Submit(m.root.Open(moverKey+"/identities"), moverKey+"/identities")
	hubtest.Want(t, "and all of them undone", m.issuers()[m.old.URL], 2)
}

// The warning disappears when no user needs a decision.
func TestNobodyLeftIsNothingToDecide(t *testing.T) {
	m := newMover(t)
	ada := m.account("ada", m.old)
	m.new.TakeOver(m.old)
	m.root.Submit(m.changes(), moverKey, "identities", "move", "client_secret", "secret")
	m.root.Submit(m.root.Open(moverKey+"/identities"), moverKey+"/identities")
	m.come("ada", m.new)
	if p := m.root.Open("/admin"); !strings.Contains(p.Body, moverKey+"/identities") {
		t.Fatalf("the overview does not say so:\n%s", p.Body)
	}
	hubtest.Done(t, m.Hub.RemoveUser(t.Context(), audit.Named("test"), ada))
	if p := m.root.Open(moverKey + "/identities"); strings.Contains(p.Body, `id="deciding"`) {
		t.Errorf("the page asks still:\n%s", p.Body)
	}
	if p := m.root.Open("/admin"); strings.Contains(p.Body, moverKey+"/identities") {
		t.Error("the overview says so still")
	}
}

// Evidence about one address does not count for another.
func TestAMoveThatBeganIsNoLeaveForAnotherAddress(t *testing.T) {
	m := newMover(t)
	m.account("ada", m.old)
	m.account("boss", m.old)
	hubtest.Done(t, m.keys.Update(t.Context(), "company", func(k *federation.LoginKey) error {
		k.BaseURL, k.Issuer, k.Published = m.new.URL, "", nil
		k.Former = []federation.FormerIssuer{{Issuer: m.old.URL, Decided: federation.Moving, Batch: "0", To: "https://there.example", Address: "https://there.example", At: m.Clock.Now()}}
		return nil
	}))
	m.Clock.Skip(3 * time.Second) // the cached keys are out of date
	m.new.Rotate("other")
	at := m.root.Open(moverKey + "/identities")
	if strings.Contains(at.Body, "A move is not complete") || !strings.Contains(at.Body, "The signing keys do not show that") {
		t.Errorf("the page is\n%s", at.Body)
	}
	hubtest.Want(t, "without the address", m.root.Submit(at, moverKey+"/identities", "identities", "move").Status, 422)
	hubtest.Want(t, "nobody is moved", m.issuers()[m.new.URL], 0)
	m.root.Submit(at, moverKey+"/identities", "identities", "move", "identities_address", m.new.URL)
	f := m.Key("company").FormerIssuer(m.old.URL)
	if f.Batch == "0" || !f.Careful || f.To != m.new.URL || f.Address != m.new.URL {
		t.Errorf("the other move is %+v", f)
	}
	hubtest.Want(t, "the administrator stayed", m.issuers()[m.old.URL], 1)
}

// A discovery document with another issuer is an error.
func TestAnIssuerThatChangesByItselfIsAnError(t *testing.T) {
	m := newMover(t)
	m.account("ada", m.old)
	m.old.Set(func(s *federationtest.Script) {
		s.Discovery = func(doc map[string]any) { doc["issuer"] = m.new.URL }
	})
	m.Clock.Skip(2 * time.Hour)
	_, p := m.come("ada", m.old)
	if p.Status == 200 {
		t.Errorf("got %d at %s", p.Status, p.URL)
	}
}
