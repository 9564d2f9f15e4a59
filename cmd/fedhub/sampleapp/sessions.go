package sampleapp

import (
	"crypto/rand"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// A person is a user who is signed in to the app. Values are copied and the maps
// are never changed, so handlers can keep one without a lock.
type person struct {
	subject string // of the ID token
	sid     string // session at the hub; may be empty

	raw      string // the encoded ID token, needed for sign-out
	idToken  map[string]any
	userinfo map[string]any
	token    *oauth2.Token
	since    time.Time
	asked    time.Time // of the last call to the hub
}

// Shown is the user's name, email address or subject.
func (p person) Shown() string {
	for _, name := range []string{"name", "email"} {
		if s := p.claim(name); s != "" {
			return s
		}
	}
	return p.subject
}

// claim is a text claim: of UserInfo, else of the ID token.
func (p person) claim(name string) string {
	if s, ok := p.userinfo[name].(string); ok {
		return s
	}
	s, _ := p.idToken[name].(string)
	return s
}

// A visitor is one browser: its sign-ins under way, one for each tab, and the
// signed-in user.
type visitor struct {
	attempts map[string]attempt // by state
	person   *person
	expires  time.Time
}

const (
	stay        = 8 * time.Hour // how long a session lasts
	maxVisitors = 10_000
	maxAttempts = 20 // of one browser at once
)

// visitors keeps all visitors on the server; the cookie contains a random ID.
type visitors struct {
	cookie string
	secure bool
	now    func() time.Time

	mu  sync.Mutex
	all map[string]*visitor // by the cookie's value
	jti map[string]time.Time
}

func newVisitors(address string, now func() time.Time) *visitors {
	u, err := url.Parse(address)
	if err != nil {
		u = &url.URL{}
	}
	return &visitors{
		// Browsers share cookies between the ports of one host.
		cookie: strings.TrimSuffix("sampleapp_"+u.Port(), "_"),
		secure: u.Scheme == "https",
		now:    now,
		all:    map[string]*visitor{},
		jti:    map[string]time.Time{},
	}
}

// begin adds a sign-in attempt of this browser, which gets a cookie if it has
// none. It is false if there are too many visitors.
func (v *visitors) begin(w http.ResponseWriter, r *http.Request, state string, try attempt) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	one, id := v.find(r)
	if one == nil {
		v.sweep()
		if len(v.all) >= maxVisitors {
			return false
		}
		one, id = &visitor{attempts: map[string]attempt{}}, rand.Text()
		v.all[id] = one
	}
	maps.DeleteFunc(one.attempts, func(_ string, t attempt) bool { return v.now().After(t.expires) })
	if len(one.attempts) >= maxAttempts {
		clear(one.attempts)
	}
	one.attempts[state] = try
	if one.expires.Before(try.expires) {
		one.expires = try.expires
	}
	v.setCookie(w, id, one.expires)
	return true
}

// attempt takes the browser's attempt with this state, which works once.
func (v *visitors) attempt(r *http.Request, state string) (attempt, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	one, _ := v.find(r)
	if one == nil {
		return attempt{}, false
	}
	try, ok := one.attempts[state]
	delete(one.attempts, state)
	return try, ok && v.now().Before(try.expires)
}

// welcome signs the browser in with a new cookie, so that a planted old one is
// worthless (session fixation). Attempts in other tabs continue.
func (v *visitors) welcome(w http.ResponseWriter, r *http.Request, p person) {
	v.mu.Lock()
	defer v.mu.Unlock()
	one := &visitor{attempts: map[string]attempt{}, person: &p, expires: v.now().Add(stay)}
	if before, id := v.find(r); before != nil {
		one.attempts = before.attempts
		delete(v.all, id)
	}
	id := rand.Text()
	v.all[id] = one
	v.setCookie(w, id, one.expires)
}

// person returns the signed-in user.
func (v *visitors) person(r *http.Request) (person, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if one, _ := v.find(r); one != nil && one.person != nil {
		return *one.person, true
	}
	return person{}, false
}

// update replaces the data of the signed-in user, unless they were signed out
// meanwhile.
func (v *visitors) update(r *http.Request, p person) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if one, _ := v.find(r); one != nil && one.person != nil && one.person.subject == p.subject {
		one.person = &p
	}
}

// leave signs the browser out and returns the user.
func (v *visitors) leave(w http.ResponseWriter, r *http.Request) (person, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	one, id := v.find(r)
	if one == nil {
		return person{}, false
	}
	delete(v.all, id)
	v.setCookie(w, "", time.Unix(1, 0))
	if one.person == nil {
		return person{}, false
	}
	return *one.person, true
}

// end signs out the users that a logout token names: one session of the subject,
// or all of its sessions if there is no sid.
func (v *visitors) end(subject, sid string) []person {
	v.mu.Lock()
	defer v.mu.Unlock()
	var ended []person
	for id, one := range v.all {
		if one.person == nil || (subject != "" && one.person.subject != subject) || (sid != "" && one.person.sid != sid) {
			continue
		}
		ended = append(ended, *one.person)
		delete(v.all, id)
	}
	return ended
}

// once reports whether a token's id is seen for the first time.
func (v *visitors) once(id string, expires time.Time) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	maps.DeleteFunc(v.jti, func(_ string, until time.Time) bool { return v.now().After(until) })
	if _, seen := v.jti[id]; seen {
		return false
	}
	v.jti[id] = expires
	return true
}

// find returns the request's visitor, nil if it has none. The lock is held.
func (v *visitors) find(r *http.Request) (*visitor, string) {
	c, err := r.Cookie(v.cookie)
	if err != nil {
		return nil, ""
	}
	one := v.all[c.Value]
	if one == nil || v.now().After(one.expires) {
		return nil, ""
	}
	return one, c.Value
}

func (v *visitors) sweep() {
	maps.DeleteFunc(v.all, func(_ string, one *visitor) bool { return v.now().After(one.expires) })
}

func (v *visitors) setCookie(w http.ResponseWriter, value string, expires time.Time) {
	http.SetCookie(w, &http.Cookie{
		Name:     v.cookie,
		Value:    value,
		Path:     "/",
		Expires:  expires,
		Secure:   v.secure,
		HttpOnly: true,
		// Lax and not Strict: the return from the hub is a cross-site navigation.
		SameSite: http.SameSiteLaxMode,
	})
}
