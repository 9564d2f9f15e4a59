package selfservice

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// A Remedy is how a change is undone.
type Remedy int

// The remedies. A password and a second factor have none: whoever changed them
// may be the one who asks for the earlier ones back.
const (
	None       Remedy = iota
	Disconnect        // the provider that was connected
	Reconnect         // the provider that was disconnected
	Restore           // the earlier address
	Withdraw          // the passkey that was added
	Keep              // the account that was to be deleted
)

// disownable are the kinds of events that a user can disown.
var disownable = []string{
	audit.SignInOK, audit.LinkMade, audit.LinkRemoved, audit.ConsentGiven, audit.Collected, audit.EmailVerified, audit.EmailRestored,
	audit.PasswordChanged, audit.PasskeyAdded, audit.PasskeyRemoved, audit.SecondAdded, audit.SecondRemoved, audit.RecoveryMade,
	audit.RecoveryUsed, audit.UserChanged, audit.BrowserConfirmed, audit.DataTaken, audit.DeletionAsked, audit.DeletionCancelled,
}

// Disownable reports whether a user can say of an event "this wasn't me": it
// was done as them.
func Disownable(e audit.Event, userID string) bool {
	did := e.Actor == userID && (e.Target == userID || e.Target == "") || e.Kind == audit.Collected && e.Target == userID
	return did && slices.Contains(disownable, e.Kind)
}

// A Disowning is what follows if a user disowns an event, besides the end of
// everything.
type Disowning struct {
	Event    audit.Event
	Remedy   Remedy
	Name     string // of the passkey, or the earlier address
	Sessions int
	Apps     int

	link    linking.LinkEvent
	address maillinks.AddressChange
}

// Disowning returns what disowning an event does; fs.ErrNotExist if the user
// cannot disown it.
func (s *Service) Disowning(ctx context.Context, u users.User, eventID string) (Disowning, error) {
	e, err := s.Audit.Get(ctx, eventID)
	if err == nil && !Disownable(e, u.ID) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return Disowning{}, err
	}
	d := Disowning{Event: e}
	if err := s.remedy(ctx, u, &d); err != nil {
		return Disowning{}, err
	}
	all, err := s.Sessions.Of(ctx, u)
	if err != nil {
		return Disowning{}, err
	}
	allowed, err := s.Grants.ByUser(ctx, u.ID)
	d.Sessions, d.Apps = len(all), len(allowed)
	return d, err
}

// remedy finds how the event can be undone.
func (s *Service) remedy(ctx context.Context, u users.User, d *Disowning) (err error) {
	switch e := d.Event; e.Kind {
	case audit.LinkMade:
		return s.linkRemedy(ctx, u, d, Disconnect, func(r linking.LinkEvent) bool {
			return r.Action == linking.Linked && r.ID == e.Detail["record"]
		})
	case audit.LinkRemoved:
		return s.linkRemedy(ctx, u, d, Reconnect, func(r linking.LinkEvent) bool {
			// The record is written just before the event.
			return r.Action == linking.Unlinked && !r.ByAdministrator() && r.LoginKey == e.LoginKey && e.Time.Sub(r.Made).Abs() < time.Minute
		})
	case audit.EmailVerified:
		d.address, err = s.MailLinks.AddressChangeTo(ctx, u, e.Detail["email"])
		if errors.Is(err, maillinks.ErrLink) {
			return nil
		}
		d.Remedy, d.Name = Restore, d.address.Before
	case audit.DeletionAsked:
		if u.Leaving() && u.DeletionDue.Format(time.RFC3339) == e.Detail["due"] {
			d.Remedy = Keep
		}
	case audit.PasskeyAdded:
		mine, err := s.Passkeys.Of(ctx, u.ID)
		if err != nil {
			return err
		}
		for _, p := range mine {
			if p.ID == e.Detail["passkey"] {
				d.Remedy, d.Name = Withdraw, p.Name
			}
		}
	}
	return err
}

func (s *Service) linkRemedy(ctx context.Context, u users.User, d *Disowning, remedy Remedy, is func(linking.LinkEvent) bool) error {
	all, err := s.Linking.Records(ctx, u.ID)
	for _, r := range all {
		if r.Standing() && is(r) {
			d.link, d.Remedy = r, remedy
			break
		}
	}
	return err
}

// Disown ends everything of a user, here and in apps, undoes the change, and
// emails a link to a new password. The ends come first, so that they hold if a
// later step fails; it can be repeated. A change that cannot be undone any more
// is not: undone is false.
func (s *Service) Disown(ctx context.Context, by audit.Actor, u users.User, d Disowning) (undone, mailed bool, err error) {
	u, err = s.Users.EndEverything(ctx, u.ID)
	if err != nil {
		return false, false, err
	}
	s.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.SessionsEnded, Target: u.ID, Detail: map[string]string{"which": "disowned", "event": d.Event.ID}}))
	if err := s.EndedForGood(ctx, u); err != nil {
		return false, false, err
	}
	after, undone, err := s.apply(ctx, by, u, d)
	if err != nil {
		return false, false, err
	}
	mailed, err = s.BeginReset(ctx, by, after)
	return undone, mailed, err
}

// apply undoes the change. Each remedy ends everything once more, so what was
// begun in between ends too.
func (s *Service) apply(ctx context.Context, by audit.Actor, u users.User, d Disowning) (after users.User, undone bool, err error) {
	var event audit.Event
	switch d.Remedy {
	case Disconnect, Reconnect:
		// By the email's name: it may take away the last way in.
		_, after, err = s.Linking.Undo(ctx, d.link.ID, linking.ByEmail)
		event = audit.Event{Kind: audit.LinkUndone, LoginKey: d.link.LoginKey, Detail: map[string]string{"record": d.link.ID}}
	case Restore:
		after, err = s.MailLinks.RestoreAddress(ctx, d.address)
		event = audit.Event{Kind: audit.EmailRestored, Detail: map[string]string{"email": after.Email}}
	case Withdraw:
		id := d.Event.Detail["passkey"]
		if after, err = s.Passkeys.Withdraw(ctx, u.ID, id); err == nil {
			err = s.Removed(ctx, u.ID)
		}
		event = audit.Event{Kind: audit.PasskeyRemoved, Detail: map[string]string{"passkey": id, "name": d.Name}}
	case Keep:
		if after, err = s.Users.CancelDeletion(ctx, u.ID); err == nil {
			err = s.MailLinks.Drop(ctx, maillinks.Deletion, u.ID)
		}
		event = audit.Event{Kind: audit.DeletionCancelled}
	default:
		return u, false, nil
	}
	if gone(err) {
		return u, false, nil
	}
	if err != nil {
		return u, false, err
	}
	event.Target = u.ID
	s.Audit.Record(ctx, by.Did(event))
	return after, true, s.EndedForGood(ctx, after)
}

// gone reports whether a change cannot be undone, or was undone meanwhile.
func gone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist) || errors.Is(err, linking.ErrUndone) || errors.Is(err, linking.ErrNotYours) ||
		errors.Is(err, maillinks.ErrLink) || errors.Is(err, users.ErrNotLeaving) || errors.Is(err, maillinks.ErrAddressTaken)
}
