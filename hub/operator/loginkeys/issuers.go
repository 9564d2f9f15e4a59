package loginkeys

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/addresses"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/place"
)

// An IdentityChoice decides about the identities of an issuer that a login key
// no longer has. The zero value is no choice.
type IdentityChoice struct {
	Move, Leave bool
	// Address is the new address, typed again. It is required for a move if
	// nothing proves that the same provider is there.
	Address string
}

// made reports whether a choice was made.
func (c IdentityChoice) made() bool { return c.Move != c.Leave }

// MustDecide is the error of an address change until the administrator decides
// about the identities. It holds what they need to know.
type MustDecide struct {
	KeyID      string
	Former     []string // issuers
	To         string   // the issuer at the new address; empty: it does not say
	Address    string   // the new address
	Identities int
	Privileged int  // of them, those of administrators and of users with their rights
	Same       bool // the new address publishes a signing key that was published before
	Unfinished bool // a move of all of them to that issuer began and did not finish
}

// Error is for the log. Pages and commands have their own text.
func (m *MustDecide) Error() string {
	return fmt.Sprintf("%d identities belong to another issuer of login key %q: first choose to move or leave them", m.Identities, m.KeyID)
}

// lookAtIssuer is how long an address change waits for the new issuer.
const lookAtIssuer = 5 * time.Second

// Undecided returns what must be decided about identities of issuers that a key
// no longer has; nil if nothing. It removes the warning then.
func (s *Service) Undecided(ctx context.Context, keyID string) (*MustDecide, error) {
	key, err := s.parts.Upstreams.Fresh(ctx, keyID)
	if err != nil {
		return nil, err
	}
	m, err := s.undecided(ctx, key, key)
	if err == nil && m == nil {
		err = s.parts.Monitor.Settled(ctx, health.IssuerWarning(keyID))
	}
	return m, err
}

// undecided does the same for a change that is not saved yet.
func (s *Service) undecided(ctx context.Context, before, after federation.LoginKey) (*MustDecide, error) {
	if !before.OneIssuer() {
		return nil, nil
	}
	all, privileged, err := s.parts.Linking.OfIssuers(ctx, before.ID)
	if err != nil || len(all) == 0 && !before.HalfMoved() {
		return nil, err
	}
	m := &MustDecide{KeyID: before.ID, Address: after.BaseURL, To: after.Issuer}
	moves := before.BaseURL != after.BaseURL
	if moves {
		m.To = ""
	}
	var published []federation.PublishedKey
	if !after.NamesItself() {
		m.To = after.BaseURL
	} else if m.To == "" || !moves {
		looking, cancel := context.WithTimeout(ctx, lookAtIssuer)
		defer cancel()
		published = after.Published
		if card, err := s.parts.Upstreams.Describe(looking, after); err == nil {
			m.To, published = card.Issuer, card.Published
		}
	}
	decided := before.DecidedIssuers()
	m.Same, m.Unfinished = true, true
	typed := true // as at the beginning, unless a key proves who is there
	for issuer, count := range all {
		here := !moves && place.Same(issuer, after.BaseURL) // linked in advance, never used
		if issuer == m.To || here || slices.Contains(decided, issuer) {
			continue
		}
		former := before.FormerIssuer(issuer)
		if moves && (issuer == before.Issuer || issuer == before.BaseURL) {
			former.Published = before.Published
		}
		m.Former = append(m.Former, issuer)
		m.Identities += count
		m.Privileged += privileged[issuer]
		m.Same = m.Same && federation.SharesKey(former.Published, published)
		m.Unfinished, typed = m.Unfinished && former.MovesTo(m.To, m.Address), typed && former.Careful
	}
	for _, f := range before.Former {
		if f.Decided == federation.Moving && !slices.Contains(m.Former, f.Issuer) { // a move of all users continues, and includes those of the earlier issuer
			m.Former = append(m.Former, f.Issuer)
			m.Unfinished, typed = m.Unfinished && f.MovesTo(m.To, m.Address), typed && f.Careful
		}
	}
	m.Unfinished = m.Unfinished && (m.Same || typed)
	if len(m.Former) == 0 {
		return nil, nil
	}
	slices.Sort(m.Former)
	return m, nil
}

// check returns, as forms.Problems, why a choice cannot be carried out.
func (m *MustDecide) check(c IdentityChoice) error {
	switch {
	case !c.made():
		return m
	case c.Move && m.To == "":
		return forms.New("identities", "provider.issuer.silent", "address", m.Address).Err()
	case c.Move && !m.Same && !m.Unfinished && addresses.Tidy(c.Address) != m.Address:
		return forms.New("identities_address", "provider.issuer.typed", "address", m.Address).Err()
	}
	return nil
}

// ForeseeMove returns what must be decided before a key is changed; nil if
// nothing.
func (s *Service) ForeseeMove(ctx context.Context, before, after federation.LoginKey) (*MustDecide, error) {
	after.Tidy()
	if after.BaseURL == before.BaseURL {
		return nil, nil
	}
	return s.undecided(ctx, before, after)
}

// foreseeMove does the same for an edit, and checks the choice.
func (s *Service) foreseeMove(ctx context.Context, id string, c IdentityChoice, edit func(*federation.LoginKey)) (*MustDecide, error) {
	before, err := s.parts.Upstreams.Fresh(ctx, id)
	if err != nil {
		return nil, err
	}
	after := before
	edit(&after)
	if err := s.sameSource(ctx, before, after); err != nil {
		return nil, err
	}
	m, err := s.ForeseeMove(ctx, before, after)
	if err != nil || m == nil {
		return nil, err
	}
	return m, m.check(c)
}

// DecideIdentities carries out the choice for the identities of issuers that a
// key no longer has. A move that failed half-way continues where it stopped. It
// returns how many were moved. If nothing was done, the error is *MustDecide or
// forms.Problems.
func (s *Service) DecideIdentities(ctx context.Context, by audit.Actor, keyID string, c IdentityChoice) (int, error) {
	m, err := s.Undecided(ctx, keyID)
	if err != nil || m == nil {
		return 0, err
	}
	if err := m.check(c); err != nil {
		return 0, err
	}
	if err := s.distrustNewcomer(ctx, by, m, c); err != nil {
		return 0, err
	}
	return s.decideIdentities(ctx, by, m, c)
}

func (s *Service) decideIdentities(ctx context.Context, by audit.Actor, m *MustDecide, c IdentityChoice) (moved int, err error) {
	ctx = lasting.ToDeadline(ctx)
	for _, issuer := range m.Former {
		n, err := s.decideIssuer(ctx, by, m, issuer, c)
		moved += n
		if err != nil {
			return moved, err
		}
	}
	return moved, s.parts.Monitor.Settled(ctx, health.IssuerWarning(m.KeyID))
}

func (s *Service) decideIssuer(ctx context.Context, by audit.Actor, m *MustDecide, issuer string, c IdentityChoice) (moved int, err error) {
	key, err := s.parts.Upstreams.Fresh(ctx, m.KeyID)
	if err != nil {
		return 0, err
	}
	f := key.FormerIssuer(issuer)
	if c.Leave {
		f.Decided = federation.Left
		err := s.parts.Upstreams.DecideIssuer(ctx, m.KeyID, f)
		s.parts.Audit.Steps(ctx, by.Did(audit.Event{Kind: audit.KeyIdentities, LoginKey: m.KeyID, Detail: map[string]string{"which": "left", "issuer": issuer}}), err)
		return 0, err
	}
	if f.MovesTo(m.To, m.Address) {
		f.Careful = f.Careful || !m.Same // never less careful than at the beginning
	} else {
		if f.Batch == "" || f.To != m.To { // identities that an earlier move took there are undone together with these
			f.Batch = uuid.Must(uuid.NewV7()).String()
		}
		f.Careful, f.At = !m.Same, time.Time{}
	}
	f.Decided, f.To, f.Address = federation.Moving, m.To, m.Address
	if err := s.parts.Upstreams.DecideIssuer(ctx, m.KeyID, f); err != nil {
		return 0, err
	}
	// Users who signed in by the old address must sign in at the new one. Their
	// sessions end first, because a move may fail half-way and the moved users
	// must be notified.
	if err := s.endBefore(ctx, by, m.KeyID); err != nil {
		return 0, err
	}
	stay := 0
	defer func() {
		s.parts.Audit.Steps(ctx, by.Did(audit.Event{Kind: audit.KeyIdentities, LoginKey: m.KeyID, Detail: map[string]string{"which": "moved", "issuer": issuer, "to": m.To,
			"moved": strconv.Itoa(moved), "left": strconv.Itoa(stay), "batch": f.Batch}}), err)
	}()
	moved, stay, err = s.parts.Linking.Move(ctx, linking.Move{KeyID: m.KeyID, KeyName: key.Name, From: issuer, To: m.To, By: by.ID, Batch: f.Batch, Careful: f.Careful})
	if err != nil {
		return moved, err
	}
	if err = s.endBefore(ctx, by, m.KeyID); err != nil { // sign-ins meanwhile, by a process that still used the old address
		return moved, err
	}
	f.Decided = federation.Moved
	return moved, s.parts.Upstreams.DecideIssuer(ctx, m.KeyID, f)
}

// endBefore ends what was issued to users of a login key under another issuer
// than the current one.
func (s *Service) endBefore(ctx context.Context, by audit.Actor, keyID string) error {
	if _, err := s.endSignedInBy(ctx, by, keyID); err != nil {
		return err
	}
	return s.parts.UpstreamTokens.ForgetProvider(ctx, keyID)
}

// UndoMove takes back a move of a key's identities, except those that were
// changed since, and returns their number. The decision is open again after
// that.
func (s *Service) UndoMove(ctx context.Context, by audit.Actor, keyID, batch string) (undone int, err error) {
	key, err := s.parts.Upstreams.Fresh(ctx, keyID)
	if err != nil {
		return 0, err
	}
	at := slices.IndexFunc(key.Former, func(f federation.FormerIssuer) bool { return f.Batch == batch && batch != "" })
	if at < 0 {
		return 0, linking.ErrUndone
	}
	ctx = lasting.ToDeadline(ctx)
	f := key.Former[at]
	f.Decided = "" // a half-undone move must not sign users in
	if err := s.parts.Upstreams.DecideIssuer(ctx, keyID, f); err != nil {
		return 0, err
	}
	defer func() {
		s.parts.Audit.Steps(ctx, by.Did(audit.Event{Kind: audit.KeyIdentities, LoginKey: keyID, Detail: map[string]string{"which": "undone", "issuer": f.Issuer, "moved": strconv.Itoa(undone), "batch": batch}}), err)
	}()
	events, err := s.parts.Linking.Batch(ctx, batch)
	if err != nil {
		return 0, err
	}
	for _, r := range events {
		r, u, err := s.parts.Linking.Undo(ctx, r.ID, by.ID)
		if errors.Is(err, linking.ErrUndone) || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
			continue // it was changed since
		}
		if err != nil {
			return undone, err
		}
		undone++
		if err := s.endUndone(ctx, r, u); err != nil {
			return undone, err
		}
	}
	f.Batch = ""
	return undone, s.parts.Upstreams.DecideIssuer(ctx, keyID, f)
}

// reopen makes the decision about a former issuer open again. Otherwise its
// users would get a second account without notice.
func (s *Service) reopen(ctx context.Context, keyID, issuer string) error {
	key, err := s.parts.Upstreams.Fresh(ctx, keyID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it has no users
	}
	f := key.FormerIssuer(issuer)
	if err != nil || f.Decided != federation.Moved {
		return err
	}
	f.Decided = ""
	return s.parts.Upstreams.DecideIssuer(ctx, keyID, f)
}
