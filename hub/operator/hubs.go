package operator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/hub/audit"
)

// DecideServer approves, refuses or suspends a federated server.
func (s *Service) DecideServer(ctx context.Context, by audit.Actor, id string, state clients.State) error {
	before, err := s.parts.Clients.Lookup(ctx, id)
	if err == nil {
		err = s.parts.Hubs.Decide(ctx, id, state, by.Name)
	}
	if err == nil {
		var changes []audit.Change
		if before.Server != nil && before.Server.State != state {
			changes = []audit.Change{{Field: "server.state", Before: string(before.Server.State), After: string(state)}}
		}
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.ServerDecided, Client: id, Changes: changes, Detail: map[string]string{"decision": string(state)}}))
	}
	return err
}

// ApproveServer approves a federated hub, or changes the settings of an
// approved one.
func (s *Service) ApproveServer(ctx context.Context, by audit.Actor, id string, a hubs.Approval) error {
	before, err := s.parts.Clients.Lookup(ctx, id)
	if err == nil {
		err = s.parts.Hubs.Approve(ctx, id, by.Name, a)
	}
	if err != nil {
		return err
	}
	var changes []audit.Change
	note := func(field, before, after string) {
		if before != after {
			changes = append(changes, audit.Change{Field: field, Before: before, After: after})
		}
	}
	note("server.state", string(before.Server.State), string(clients.Active))
	note("server.display_name", before.Server.DisplayName, strings.TrimSpace(a.Name))
	note("skip_authorization", strconv.FormatBool(before.SkipAuthorization), strconv.FormatBool(a.SkipConsent))
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.ServerDecided, Client: id, Changes: changes, Detail: map[string]string{"decision": string(clients.Active)}}))
	return nil
}

// NewInvite returns a code that approves one hub at once.
func (s *Service) NewInvite(ctx context.Context, by audit.Actor, life time.Duration) (string, hubs.Invite, error) {
	code, invite, err := s.parts.Invites.New(ctx, by.Name, life)
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.InviteMade}))
	}
	return code, invite, err
}

// RemoveServer deletes a federated hub and what users allowed it. It may
// request a connection again and then waits for approval. A client that is not
// a hub is fs.ErrNotExist.
func (s *Service) RemoveServer(ctx context.Context, by audit.Actor, id string) error {
	c, err := s.parts.Clients.Lookup(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, s.forgetClient(ctx, id)) // an earlier removal may have failed half-way
	}
	if err == nil && c.Server == nil {
		err = fmt.Errorf("hub %s: %w", id, fs.ErrNotExist)
	}
	if err != nil {
		return err
	}
	err = s.forgetClient(ctx, id)
	s.parts.Audit.Steps(ctx, by.Did(audit.Event{Kind: audit.ServerRemoved, Client: id, Target: c.Server.Host}), err)
	return err
}
