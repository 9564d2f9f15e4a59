package cookies

import (
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	gorilla "github.com/gorilla/sessions"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/internal/names"
)

// MostAccounts is how many accounts can be signed in in one browser.
const MostAccounts = 5

// separator stands between the values of a cookie. No value has it.
const separator = "."

// An other is the session of another account of this browser, with its cookie's value.
type other struct {
	value  string
	person sessions.Person
	over   bool // it can be used no more, as that of an administrator after some hours, but was not ended yet
}

// others are the other accounts that are signed in in this browser, the one that was
// the current one last first. Their ids stand in one cookie. An id is as good as that in the
// cookie of the current session: of a session that ended, or was made up, it is
// ignored, and a session that does not stay needs the browser's own cookie too.
func (k *Service) others(r *http.Request) ([]other, error) {
	all, err := k.kept(r)
	return live(all), err
}

// live are those that can be used.
func live(all []other) []other {
	return slices.DeleteFunc(slices.Clone(all), func(o other) bool { return o.over })
}

// kept are the others together with those that are over. These stay in the cookie
// until a sign-in or a sign-out ends them with what depends on them.
func (k *Service) kept(r *http.Request) ([]other, error) {
	cookie, err := r.Cookie(k.othersCookie())
	if err != nil {
		return nil, nil
	}
	current, err := k.Held(r)
	if err != nil && !errors.Is(err, sessions.ErrNobody) {
		return nil, err
	}
	var all []other
	seen := []string{current.UserID}
	for _, value := range values(cookie.Value) {
		s, err := k.Sessions.Get(r.Context(), sessions.Hash(value))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !s.UsableIn(k.BoundToBrowser(r)) {
			continue
		}
		p, err := k.Look(r.Context(), s)
		if errors.Is(err, sessions.ErrNobody) || err == nil && slices.Contains(seen, s.UserID) {
			all = append(all, other{value, sessions.Person{Session: s}, true})
			continue
		}
		if err != nil {
			return nil, err
		}
		seen = append(seen, s.UserID)
		all = append(all, other{value: value, person: p})
	}
	return all, nil
}

// values are the ids in the cookie, at most as many as it can have.
func values(cookie string) []string {
	all := strings.Split(cookie, separator)
	all = slices.DeleteFunc(all, func(value string) bool { return len(value) != idLength })
	return all[:min(len(all), MostAccounts-1)]
}

// Others are the other accounts that are signed in in this browser.
func (k *Service) Others(r *http.Request) ([]sessions.Person, error) {
	all, err := k.others(r)
	var out []sessions.Person
	for _, o := range all {
		out = append(out, o.person)
	}
	return out, err
}

// All are the sessions of this browser, also those that are over.
func (k *Service) All(r *http.Request) ([]sessions.Session, error) {
	var out []sessions.Session
	held, err := k.Held(r)
	if err == nil {
		out = append(out, held)
	} else if !errors.Is(err, sessions.ErrNobody) {
		return nil, err
	}
	all, err := k.kept(r)
	for _, o := range all {
		out = append(out, o.person.Session)
	}
	return out, err
}

// setOthers stores the ids of the other accounts.
func (k *Service) setOthers(w http.ResponseWriter, r *http.Request, all []other) {
	var ids []string
	lasts := 0
	for _, o := range all {
		ids = append(ids, o.value)
		lasts = max(lasts, life(o.person.Session))
	}
	if len(ids) == 0 {
		if _, err := r.Cookie(k.othersCookie()); err != nil {
			return
		}
		lasts = -1
	}
	k.setCookie(w, k.othersCookie(), strings.Join(ids, separator), lasts)
}

// join makes room for the session of a user who signs in: the session of the account that
// was the current one goes among the others. It returns the session of the same user, if there is
// one, which the new one replaces, the others, and the sessions for which the
// browser has no place any more: the caller must end them.
func (k *Service) join(r *http.Request, userID string) (same *sessions.Session, others []other, over []sessions.Session, err error) {
	all, err := k.kept(r)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, o := range all {
		if o.over {
			over = append(over, o.person.Session)
		}
	}
	all = live(all)
	held, err := k.Held(r)
	switch {
	case errors.Is(err, sessions.ErrNobody):
	case err != nil:
		return nil, nil, nil, err
	case held.UserID == userID:
		same = &held
	default:
		p, err := k.Current(r)
		cookie, cookieErr := r.Cookie(k.Name)
		switch {
		case errors.Is(err, sessions.ErrNobody), err == nil && cookieErr != nil:
			over = append(over, held) // it can be used no more
		case err != nil:
			return nil, nil, nil, err
		default:
			all = append([]other{{value: cookie.Value, person: p}}, all...)
		}
	}
	for _, o := range all {
		if o.person.User.ID == userID {
			same = &o.person.Session
			continue
		}
		others = append(others, o)
	}
	for len(others) > MostAccounts-1 {
		unused := len(others) - 1
		for i, o := range others { // the last use is known to the minute
			if o.person.Session.Seen.Before(others[unused].person.Session.Seen.Add(-time.Minute)) {
				unused = i
			}
		}
		over = append(over, others[unused].person.Session)
		others = slices.Delete(others, unused, unused+1)
	}
	return same, others, over, nil
}

// Switch makes another account of this browser the current one. It is ErrNobody if
// the account is not signed in here.
func (k *Service) Switch(w http.ResponseWriter, r *http.Request, ref string) (sessions.Person, error) {
	current, err := k.Current(r)
	if err == nil && Ref(current.User.ID) == ref {
		return current, nil
	}
	if err != nil && !errors.Is(err, sessions.ErrNobody) {
		return sessions.Person{}, err
	}
	all, err := k.kept(r)
	if err != nil {
		return sessions.Person{}, err
	}
	i := slices.IndexFunc(all, func(o other) bool { return !o.over && Ref(o.person.User.ID) == ref })
	if i < 0 {
		return sessions.Person{}, sessions.ErrNobody
	}
	to := all[i]
	all = slices.Delete(all, i, i+1)
	if cookie, err := r.Cookie(k.Name); err == nil && current.User.ID != "" {
		all = append([]other{{value: cookie.Value, person: current}}, all...)
	} else if s, heldErr := k.Held(r); err == nil && heldErr == nil {
		all = append(all, other{cookie.Value, sessions.Person{Session: s}, true})
	}
	held, err := gorilla.GetRegistry(r).Get(k, k.Name)
	if err != nil {
		return sessions.Person{}, err
	}
	held.ID, held.Values[valueSession], held.Values[valuePerson] = to.person.Session.ID, to.person.Session, to.person
	k.setCookie(w, k.Name, to.value, life(to.person.Session))
	k.setOthers(w, r, all)
	k.NoteSignInMethod(w, to.person.Session.LoginKey)
	k.Touch(r.Context(), to.person.Session)
	return to.person, nil
}

// Account returns the session of an account in this browser, or ErrNobody.
func (k *Service) Account(r *http.Request, ref string) (sessions.Session, error) {
	held, err := k.Held(r)
	if err == nil && Ref(held.UserID) == ref || err != nil && !errors.Is(err, sessions.ErrNobody) {
		return held, err
	}
	all, err := k.others(r)
	for _, o := range all {
		if Ref(o.person.User.ID) == ref {
			return o.person.Session, nil
		}
	}
	if err == nil {
		err = sessions.ErrNobody
	}
	return sessions.Session{}, err
}

// LeaveAll signs this browser out of these accounts. The caller ends what depends on
// the sessions before, as for Leave.
func (k *Service) LeaveAll(w http.ResponseWriter, r *http.Request, ended []sessions.Session) error {
	all, err := k.kept(r)
	if err != nil {
		return err
	}
	held, err := k.Held(r)
	if err != nil && !errors.Is(err, sessions.ErrNobody) {
		return err
	}
	gone := func(s sessions.Session) bool {
		return slices.ContainsFunc(ended, func(e sessions.Session) bool { return e.ID == s.ID })
	}
	stay := slices.DeleteFunc(all, func(o other) bool { return gone(o.person.Session) })
	k.setOthers(w, r, stay)
	states := append(sids(live(stay)), held.SID)
	for _, s := range ended {
		if s.ID == held.ID {
			err = k.Leave(w, r)
		} else {
			err = k.Delete(r.Context(), s)
		}
		if err != nil {
			return err
		}
		states = slices.DeleteFunc(states, func(sid string) bool { return sid == s.SID })
	}
	k.keepState(w, r, states...)
	return nil
}

func sids(all []other) []string {
	var out []string
	for _, o := range all {
		out = append(out, o.person.Session.SID)
	}
	return out
}

func (k *Service) othersCookie() string { return k.Name + names.OthersCookie }
