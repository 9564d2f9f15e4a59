package sessions

import "context"

// Stay is whether the user wants to stay signed in after the browser was closed.
type Stay string

// What a user can choose. A sign-in without the question has the zero value.
const (
	Stays Stay = "yes"
	Ends  Stay = "no"
)

// stays reports whether the session outlives the browser's own. Without a choice
// it is like the session of the same user that it replaces, if there is one.
func (k *Service) stays(ctx context.Context, in Start, old *Session) (bool, error) {
	limits, err := k.limits(ctx)
	switch {
	case err != nil:
		return false, err
	case limits.NeverStay:
		return false, nil
	case in.Stay != "":
		return in.Stay == Stays, nil
	case old != nil && old.UserID == in.User.ID:
		return old.Stays(), nil
	}
	return !limits.Ending, nil
}

// Stays reports whether the session outlives the browser's own.
func (s Session) Stays() bool { return s.Browser == "" }

// UsableIn reports whether the session can be used in a browser with this hash of
// the cookie that lasts until the browser closes.
func (s Session) UsableIn(browser string) bool { return s.Stays() || s.Browser == browser }
