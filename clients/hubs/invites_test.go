package hubs

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// invitesMemory is an InviteStore.
type invitesMemory struct {
	mu   sync.Mutex
	kept map[string]Invite
}

func (m *invitesMemory) Insert(_ context.Context, i Invite) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[i.Key()] = i
	return nil
}

func (m *invitesMemory) Take(_ context.Context, id string) (Invite, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, found := m.kept[id]
	if !found {
		return i, fs.ErrNotExist
	}
	delete(m.kept, id)
	return i, nil
}

func (m *invitesMemory) Delete(ctx context.Context, id string) error {
	_, err := m.Take(ctx, id)
	return err
}

func (m *invitesMemory) All(context.Context) ([]Invite, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []Invite
	for _, i := range m.kept {
		all = append(all, i)
	}
	return all, nil
}

func newInvites() (*Invites, *clock) {
	c := newClock()
	return NewInvites(&invitesMemory{kept: map[string]Invite{}}, c.now), c
}

func TestAnInviteWorksOnce(t *testing.T) {
	invites, clock := newInvites()
	code, made, err := invites.New(t.Context(), "ada", 0)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(code, "fhi_") || strings.Contains(made.ID, code) || made.Hint != code[len(code)-4:] {
		t.Errorf("got %q, kept as %+v", code, made)
	}
	if got, want := made.ExpiresAt(), clock.now().Add(7*24*time.Hour); !got.Equal(want) {
		t.Errorf("expires: got %v, want %v", got, want)
	}
	var won atomic.Int32
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			invite, err := invites.Redeem(t.Context(), " "+code+"\n")
			switch {
			case err == nil && invite.CreatedBy == "ada":
				won.Add(1)
			case !errors.Is(err, fs.ErrNotExist):
				t.Errorf("got %v, want fs.ErrNotExist", err)
			}
		})
	}
	all.Wait()
	if got := won.Load(); got != 1 {
		t.Errorf("redeemed %d times", got)
	}
}

func TestAnInviteExpires(t *testing.T) {
	invites, clock := newInvites()
	code, _, err := invites.New(t.Context(), "ada", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	clock.forward(time.Hour)
	if _, err := invites.Redeem(t.Context(), code); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}

func TestAMadeUpOrWithdrawnInviteDoesNotWork(t *testing.T) {
	invites, _ := newInvites()
	code, made, err := invites.New(t.Context(), "ada", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"", "fhi_", made.ID, strings.ToUpper(code), code + "x", code[:len(code)-1], "fhs_" + code[4:], strings.Repeat("fhi_", 1<<18)} {
		if _, err := invites.Redeem(t.Context(), wrong); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%.40q: got %v, want fs.ErrNotExist", wrong, err)
		}
	}
	if all, err := invites.All(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("open invites: got %v, %v", all, err)
	}
	if err := invites.Delete(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := invites.Redeem(t.Context(), code); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("withdrawn: got %v, want fs.ErrNotExist", err)
	}
}

// A clock is moved by hand.
type clock struct{ at time.Time }

func newClock() *clock { return &clock{at: time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time { return c.at }

func (c *clock) forward(d time.Duration) { c.at = c.at.Add(d) }
