package operator

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
	"github.com/fedhub/fedhub/internal/texts"
)

// An IdentityChoice is what becomes of the identities that hang on an issuer
// which a login key no longer has. The zero one is no choice.
type IdentityChoice struct {
	Move, Leave bool
	// Address is the new address, typed again, for a move where nothing shows
	// that the same provider is there.
	Address string
}

// made tells whether there is one.
func (c IdentityChoice) made() bool { return c.Move != c.Leave }

// MustDecide is the error of a change of address before somebody has chosen what
// becomes of the identities. It says what they have to know.
type MustDecide struct {
	KeyID      string
	Former     []string // issuers
	To         string   // what the new address calls itself; empty: it does not say
	Address    string   // the new address
	Identities int
	Privileged int  // of them of administrators, and of whoever has their rights
	Same       bool // a signing key that was published before is published there
	Unfinished bool // a move of all of them to there began and did not end
}

// Error is for the log; pages and commands say it in their own words.
func (m *MustDecide) Error() string {
	return fmt.Sprintf("%d identities hang on another issuer of login key %q: they are moved or left first", m.Identities, m.KeyID)
}

// lookAtIssuer is how long a change of address waits for the new one.
const lookAtIssuer = 5 * time.Second

// Undecided says what is to be decided about identities of issuers that a key no
// longer has; nil if there is nothing, and no warning says so then.
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

// undecided is the same for a key that would be changed.
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
	typed := true // as it began, wherever no key showed who is there
	for issuer, count := range all {
		here := !moves && place.Same(issuer, after.BaseURL) // linked beforehand, and never met
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
		if f.Decided == federation.Moving && !slices.Contains(m.Former, f.Issuer) { // everybody was moved, and what came before goes on
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

// check says, as forms.Problems, why a choice cannot be carried out.
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

// ForeseeMove says what has to be decided before a key is changed; nil if there is
// nothing.
func (s *Service) ForeseeMove(ctx context.Context, before, after federation.LoginKey) (*MustDecide, error) {
	after.Tidy()
	if after.BaseURL == before.BaseURL {
		return nil, nil
	}
	return s.undecided(ctx, before, after)
}

// foreseeMove is the same for an edit, and checks what was chosen.
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

// DecideIdentities carries out what was chosen for the identities of issuers that
// a key no longer has. A move that ended half-way goes on where it was. It
// returns how many were moved. The error is *MustDecide or forms.Problems where
// nothing was done.
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
		s.record(ctx, by, audit.Event{Kind: audit.KeyIdentities, LoginKey: m.KeyID, Detail: map[string]string{"which": "left", "issuer": issuer}}, err)
		return 0, err
	}
	if f.MovesTo(m.To, m.Address) {
		f.Careful = f.Careful || !m.Same // and never less than when it began
	} else {
		if f.Batch == "" || f.To != m.To { // who was moved there before and not undone goes with the others
			f.Batch = uuid.Must(uuid.NewV7()).String()
		}
		f.Careful, f.At = !m.Same, time.Time{}
	}
	f.Decided, f.To, f.Address = federation.Moving, m.To, m.Address
	if err := s.parts.Upstreams.DecideIssuer(ctx, m.KeyID, f); err != nil {
		return 0, err
	}
	// Whoever was signed in by the address before signs in at the new one. That
	// comes first: a move may end half-way, and who is moved is told that it ended.
	if err := s.endBefore(ctx, by, m.KeyID); err != nil {
		return 0, err
	}
	stay := 0
	defer func() {
		s.record(ctx, by, audit.Event{Kind: audit.KeyIdentities, LoginKey: m.KeyID, Detail: map[string]string{"which": "moved", "issuer": issuer, "to": m.To,
			"moved": strconv.Itoa(moved), "left": strconv.Itoa(stay), "batch": f.Batch}}, err)
	}()
	moved, stay, err = s.parts.Linking.Move(ctx, linking.Move{KeyID: m.KeyID, KeyName: key.Name, From: issuer, To: m.To, By: by.ID, Batch: f.Batch, Careful: f.Careful})
	if err != nil {
		return moved, err
	}
	if err = s.endBefore(ctx, by, m.KeyID); err != nil { // who came meanwhile, by a process that knew the old address still
		return moved, err
	}
	f.Decided = federation.Moved
	return moved, s.parts.Upstreams.DecideIssuer(ctx, m.KeyID, f)
}

// endBefore ends what came by a login key under another issuer than from now on.
func (s *Service) endBefore(ctx context.Context, by audit.Actor, keyID string) error {
	if _, err := s.endSignedInBy(ctx, by, keyID); err != nil {
		return err
	}
	return s.parts.UpstreamTokens.ForgetProvider(ctx, keyID)
}

// UndoMove takes back what a move of a key's identities did, as far as nobody has
// changed it since, and says how many that were. Then it is to be decided anew.
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
	f.Decided = "" // nobody comes in by a half-undone move
	if err := s.parts.Upstreams.DecideIssuer(ctx, keyID, f); err != nil {
		return 0, err
	}
	defer func() {
		s.record(ctx, by, audit.Event{Kind: audit.KeyIdentities, LoginKey: keyID, Detail: map[string]string{"which": "undone", "issuer": f.Issuer, "moved": strconv.Itoa(undone), "batch": batch}}, err)
	}()
	events, err := s.parts.Linking.Batch(ctx, batch)
	if err != nil {
		return 0, err
	}
	for _, r := range events {
		r, u, err := s.parts.Linking.Undo(ctx, r.ID, by.ID)
		if errors.Is(err, linking.ErrUndone) || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
			continue // somebody changed it since
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

// reopen lets it be decided anew about a former issuer whose people were moved, or
// whoever is back there would come to a second account unseen.
func (s *Service) reopen(ctx context.Context, keyID, issuer string) error {
	key, err := s.parts.Upstreams.Fresh(ctx, keyID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nobody comes by it
	}
	f := key.FormerIssuer(issuer)
	if err != nil || f.Decided != federation.Moved {
		return err
	}
	f.Decided = ""
	return s.parts.Upstreams.DecideIssuer(ctx, keyID, f)
}

// IssuerChanged puts on the overview that somebody came who was known under an
// issuer that the key had before.
func IssuerChanged(key federation.LoginKey) health.Warning {
	return health.Warning{ID: health.IssuerWarning(key.ID), About: key.Name, URL: "/admin/keys/" + key.ID + "/identities", Urgent: true, Raised: true,
		Why: texts.New("warning.issuer", "name", key.Name), Advice: texts.New("warning.issuer.do")}
}
