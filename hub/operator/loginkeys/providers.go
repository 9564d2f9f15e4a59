package loginkeys

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/texts"
)

// Describe asks a provider for its name and more. Kind and Base URL are enough.
func (s *Service) Describe(ctx context.Context, kind, baseURL string) (federation.ProviderInfo, error) {
	return s.parts.Upstreams.Describe(ctx, federation.LoginKey{ID: "upstream", Kind: kind, Name: "upstream", BaseURL: baseURL})
}

// AddLoginKey adds a Social Login Key. A peer is asked at once to accept this
// hub; invite may be empty.
func (s *Service) AddLoginKey(ctx context.Context, by audit.Actor, k federation.LoginKey, secret, invite string) (federation.LoginKey, error) {
	k, err := s.KeepLoginKey(ctx, by, k, secret)
	if err != nil || k.Kind != federation.KindPeer {
		return k, err
	}
	return s.JoinPrimary(ctx, by, k.ID, invite)
}

// KeepLoginKey adds a Social Login Key without contacting the provider: if
// another process serves the hub, it knows the key only a moment later.
func (s *Service) KeepLoginKey(ctx context.Context, by audit.Actor, k federation.LoginKey, secret string) (federation.LoginKey, error) {
	k, err := s.parts.Upstreams.Add(ctx, k, secret)
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.KeyAdded, LoginKey: k.ID, Target: cmp.Or(k.BaseURL, k.Preset)}))
	}
	return k, err
}

// JoinPrimary asks a peer (again) to accept this hub, and returns the key with
// the answer.
func (s *Service) JoinPrimary(ctx context.Context, by audit.Actor, keyID, invite string) (federation.LoginKey, error) {
	answer, err := s.parts.Upstreams.Join(ctx, keyID, invite)
	if err != nil {
		return federation.LoginKey{}, err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.KeyJoined, LoginKey: keyID, Detail: map[string]string{"status": string(answer.Status)}}))
	return s.parts.Upstreams.Get(ctx, keyID)
}

// ClientMetadata is the client_id of this hub at the peer of a login key: the
// address of its metadata document.
func (s *Service) ClientMetadata(keyID string) string { return s.parts.ClientMetadata(keyID) }

// LoginKeys lists the Social Login Keys.
func (s *Service) LoginKeys(ctx context.Context) ([]federation.LoginKey, error) {
	return s.parts.Upstreams.All(ctx)
}

// LoginKey returns one; fs.ErrNotExist if there is none.
func (s *Service) LoginKey(ctx context.Context, id string) (federation.LoginKey, error) {
	return s.parts.Upstreams.Get(ctx, id)
}

// A Leftover decides about the sessions of users who came by a login key that
// is disabled or removed.
type Leftover bool

// The zero Leftover ends their sessions, and what was issued in them.
const (
	EndSignedIn  Leftover = false
	KeepSignedIn Leftover = true
)

// ChangeLoginKey edits a login key; an empty secret keeps the current one.
// Mistakes are forms.Problems. If the edit disables the key, it returns what
// was ended. A new address for a key that has identities is *MustDecide unless
// a choice is given.
func (s *Service) ChangeLoginKey(ctx context.Context, by audit.Actor, id, secret string, rest Leftover, edit func(*federation.LoginKey), choices ...IdentityChoice) (SignedIn, error) {
	var choice IdentityChoice
	if len(choices) > 0 {
		choice = choices[0]
	}
	must, err := s.foreseeMove(ctx, id, choice, edit)
	if err != nil {
		return SignedIn{}, err
	}
	off := false
	var before, after federation.LoginKey
	err = s.changeLoginKey(ctx, by, id, secret, nil, func(k *federation.LoginKey) {
		before = *k
		edit(k)
		if must != nil && must.newcomer(choice) {
			distrust(k)
		}
		off, after = before.Enabled && !k.Enabled, *k
	})
	if err == nil && must != nil {
		_, err = s.decideIdentities(ctx, by, must, choice)
	}
	if err == nil {
		err = s.keepHosts(ctx, before, after)
	}
	if err != nil || !off || rest == KeepSignedIn {
		return SignedIn{}, err
	}
	return s.endSignedInBy(ctx, by, id)
}

// keepHosts puts back the confirmed hosts of a provider that moved within the
// catalogue, as from one tenant to another: a changed address loses the
// confirmed hosts, but these are in the catalogue.
func (s *Service) keepHosts(ctx context.Context, before, after federation.LoginKey) error {
	entry, _ := catalog.Get(before.Preset)
	hosts := entry.Start(after.Options).Hosts
	if !entry.Placed() || before.BaseURL == after.BaseURL || len(hosts) == 0 {
		return nil
	}
	return s.parts.Upstreams.Update(ctx, before.ID, "", func(k *federation.LoginKey) error {
		k.Hosts = append(k.Hosts, hosts...)
		return nil
	})
}

// foreseeFor bounds the time for counting users while a page waits.
const foreseeFor = 3 * time.Second

// Foresee reports what a change of a key's policy would do to the existing
// users.
func (s *Service) Foresee(ctx context.Context, before, after linking.Policy) (linking.Effects, error) {
	if before.Same(after) {
		return linking.Effects{Whole: true}, nil // no change for any user
	}
	keys, err := s.parts.Upstreams.All(ctx)
	if err != nil {
		return linking.Effects{}, err
	}
	ready := map[string]bool{}
	for _, k := range keys {
		ready[k.ID] = k.Ready()
	}
	return s.parts.Linking.Foresee(ctx, before, after, func(id string) bool { return ready[id] }, foreseeFor)
}

func (s *Service) changeLoginKey(ctx context.Context, by audit.Actor, id, secret string, detail map[string]string, edit func(*federation.LoginKey)) error {
	var changes []audit.Change
	err := s.parts.Upstreams.Update(ctx, id, secret, func(k *federation.LoginKey) error {
		before := audit.FieldsOf(*k)
		edit(k)
		k.Tidy()
		changes = before.To(audit.FieldsOf(*k))
		return nil
	})
	if secret != "" {
		changes = append(changes, audit.Secret("secret"))
	}
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.KeyChanged, LoginKey: id, Detail: detail, Changes: changes}))
	}
	return err
}

// SwitchLoginKey only enables or disables a login key. Disabling it again ends
// what was left.
func (s *Service) SwitchLoginKey(ctx context.Context, by audit.Actor, id string, on bool, rest Leftover) (SignedIn, error) {
	state := map[bool]string{true: "on", false: "off"}[on]
	err := s.changeLoginKey(ctx, by, id, "", map[string]string{"switched": state}, func(k *federation.LoginKey) { k.Enabled = on })
	if err != nil || on || rest == KeepSignedIn {
		return SignedIn{}, err
	}
	return s.endSignedInBy(ctx, by, id)
}

// MoveLoginKey moves a login key by places on the sign-in page; negative is up.
func (s *Service) MoveLoginKey(ctx context.Context, by audit.Actor, id string, places int) error {
	if err := s.parts.Upstreams.Move(ctx, id, places); err != nil {
		return err
	}
	moved := map[bool]string{true: "up", false: "down"}[places < 0]
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.KeyChanged, LoginKey: id, Detail: map[string]string{"moved": moved}}))
	return nil
}

// A Farewell is the primary hub's reaction when this hub disconnects.
type Farewell int

// The farewells.
const (
	NoFarewell Farewell = iota // there is no primary hub to notify
	Told
	NotTold // it will notice later
)

// RemoveLoginKey deletes a login key. A primary hub is notified before: it
// verifies the sender by our metadata document, which is gone after. The key is
// disabled first and deleted last, so that a removal that fails half-way can be
// repeated.
func (s *Service) RemoveLoginKey(ctx context.Context, by audit.Actor, k federation.LoginKey, rest Leftover) (said Farewell, ended SignedIn, err error) {
	said = s.leavePrimary(ctx, by, k)
	if err = s.parts.Upstreams.Retire(ctx, k.ID); err != nil {
		return said, ended, err
	}
	defer func() { s.parts.Audit.Steps(ctx, by.Did(audit.Event{Kind: audit.KeyRemoved, LoginKey: k.ID}), err) }()
	if rest == EndSignedIn {
		if ended, err = s.endSignedInBy(ctx, by, k.ID); err != nil {
			return said, ended, err
		}
	}
	if err = s.parts.UpstreamTokens.ForgetProvider(ctx, k.ID); err != nil {
		return said, ended, err
	}
	if err = s.parts.Health.Forget(ctx, k.ID); err != nil {
		return said, ended, err
	}
	if err = s.parts.Upstreams.Delete(ctx, k.ID); errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return said, ended, err
}

func (s *Service) leavePrimary(ctx context.Context, by audit.Actor, k federation.LoginKey) Farewell {
	if k.Kind != federation.KindPeer || k.Join.Status == "" || k.Join.Status == federation.Unsupported {
		return NoFarewell
	}
	if err := s.parts.Upstreams.Leave(ctx, k.ID); err != nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.KeyChanged, LoginKey: k.ID, Why: texts.Of(err), Detail: map[string]string{"told": "no"}}))
		return NotTold
	}
	return Told
}

// RemoveGroupRules deletes the rules of a login key that make users members of a
// group.
func (s *Service) RemoveGroupRules(ctx context.Context, by audit.Actor, keyID, group string) error {
	return s.changeLoginKey(ctx, by, keyID, "", nil, func(k *federation.LoginKey) {
		k.GroupMap = slices.DeleteFunc(k.GroupMap, func(r mapping.GroupRule) bool { return r.Group == group })
	})
}
