package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A Schema is the stored form of a program's records, which all programs on one
// database must agree on.
type Schema struct {
	// Major is raised when an earlier program would misread what is written
	// now. A database with a higher one is refused.
	Major int
	// Upgrades convert records of earlier programs, in this order, each once.
	// The list is only extended.
	Upgrades []Upgrade
}

// An Upgrade rewrites the records of one set.
type Upgrade struct {
	Set string
	// Change returns the document in its new form, or nil if nothing changes.
	// After a crash it may run again on its own result. If it renames a field
	// it must remove the old one, which otherwise stays forever.
	Change func(doc bson.Raw) (bson.Raw, error)
	// Add, in place of Change, returns records of the set Into that follow from a
	// record of Set. Records that exist stay as they are.
	Into string
	Add  func(id string, doc bson.Raw) ([]Record, error)
}

// ErrNewer refuses a database that a newer program has upgraded.
var ErrNewer = errors.New("a newer version of fedhub has upgraded this database; start that version, or restore a backup from before the upgrade")

// errUpgrading refuses to start while another process upgrades for a long time.
var errUpgrading = errors.New("another process is upgrading the database; start this one again when it is done")

// progress is the state of the upgrades: the one record of the set "schema".
type progress struct {
	ID     string    `bson:"id"`
	Major  int       `bson:"major"`
	Done   int       `bson:"done"`             // finished upgrades
	Behind string    `bson:"behind,omitempty"` // the next one continues after this record
	Holder string    `bson:"holder,omitempty"` // the process that upgrades now
	Until  time.Time `bson:"until,omitempty"`  // the end of its lease
}

const progressID = "schema"

// Key names the record.
func (progress) Key() string { return progressID }

var schemaSpec = CollectionSpec{Name: "schema"}

// Prepare prepares a database for a program: it refuses one that a newer
// program has upgraded, creates the declared sets and indexes, and runs missing
// upgrades. Of several processes one upgrades and the others wait. If that one
// is killed, another one continues where it stopped. now is the clock for
// leases.
func (s Schema) Prepare(ctx context.Context, b Backend, sets []CollectionSpec, now func() time.Time) error {
	if err := b.Prepare(ctx, []CollectionSpec{schemaSpec}); err != nil {
		return err
	}
	u := upgrader{Schema: s, b: b, state: NewCollection[progress](b, schemaSpec.Name, now), now: now, me: rand.Text()}
	state, err := u.read(ctx)
	if err != nil {
		return err
	}
	if state.Major > s.Major {
		return ErrNewer
	}
	// Before any change, so that older programs can no longer write.
	if err := b.Raise(ctx, s.Major); err != nil {
		return err
	}
	if err := b.Prepare(ctx, append([]CollectionSpec{schemaSpec}, sets...)); err != nil {
		return err
	}
	return u.upgrade(ctx, state)
}

type upgrader struct {
	Schema
	b     Backend
	state *Collection[progress]
	now   func() time.Time
	me    string
}

func (u *upgrader) read(ctx context.Context) (progress, error) {
	state, err := u.state.Get(ctx, progressID)
	if errors.Is(err, fs.ErrNotExist) {
		if err = u.state.Insert(ctx, progress{ID: progressID}); err == nil || errors.Is(err, fs.ErrExist) {
			return u.state.Get(ctx, progressID)
		}
	}
	return state, err
}

const (
	upgradeLease    = 30 * time.Second // longer than a page takes
	upgradePage     = 200
	upgradePause    = 100 * time.Millisecond
	upgradePatience = 2 * time.Minute // how long a start waits for another process
)

func (u *upgrader) upgrade(ctx context.Context, state progress) error {
	giveUp := time.Now().Add(upgradePatience)
	for !u.current(state) {
		ours, err := u.claim(ctx)
		if err != nil {
			return err
		}
		if ours {
			return u.run(ctx)
		}
		if time.Now().After(giveUp) {
			return errUpgrading
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for an upgrade of the database: %w", ctx.Err())
		case <-time.After(upgradePause):
		}
		if state, err = u.read(ctx); err != nil {
			return err
		}
	}
	return nil
}

// current reports whether nothing needs to be done. If the database has more
// upgrades than this program, a compatible newer program ran them.
func (u *upgrader) current(state progress) bool {
	return state.Major >= u.Major && state.Done >= len(u.Upgrades)
}

// claim takes the lease if it is free.
func (u *upgrader) claim(ctx context.Context) (ours bool, err error) {
	err = u.state.Update(ctx, progressID, func(p *progress) error {
		if ours = p.Holder == "" || !u.now().Before(p.Until); !ours {
			return ErrUnchanged
		}
		p.Holder, p.Until = u.me, u.now().Add(upgradeLease)
		return nil
	})
	return ours, err
}

// note stores the progress and extends the lease, unless another process took
// it.
func (u *upgrader) note(ctx context.Context, edit func(*progress)) error {
	return u.state.Update(ctx, progressID, func(p *progress) error {
		if p.Holder != u.me {
			return errUpgrading
		}
		p.Until = u.now().Add(upgradeLease)
		edit(p)
		return nil
	})
}

func (u *upgrader) run(ctx context.Context) error {
	state, err := u.read(ctx)
	if err != nil {
		return err
	}
	behind := state.Behind
	for i := state.Done; i < len(u.Upgrades); i++ {
		if err := u.rewrite(ctx, u.Upgrades[i], behind); err != nil {
			return fmt.Errorf("upgrade %d of the database, set %s: %w", i+1, u.Upgrades[i].Set, err)
		}
		behind = ""
		if err := u.note(ctx, func(p *progress) { p.Done, p.Behind = i+1, "" }); err != nil {
			return err
		}
	}
	return u.note(ctx, func(p *progress) { p.Major, p.Holder, p.Until = u.Major, "", time.Time{} })
}

// rewrite processes a set page by page.
func (u *upgrader) rewrite(ctx context.Context, up Upgrade, behind string) error {
	for {
		page, err := u.b.Find(ctx, up.Set, Query{After: behind, Limit: upgradePage})
		if err != nil {
			return err
		}
		for _, r := range page {
			if err := u.rewriteOne(ctx, up, r); err != nil {
				return fmt.Errorf("record %q: %w", r.ID, err)
			}
		}
		if len(page) < upgradePage {
			return nil
		}
		behind = page[len(page)-1].ID
		if err := u.note(ctx, func(p *progress) { p.Behind = behind }); err != nil {
			return err
		}
	}
}

// addFrom stores the records that follow from one of another set.
func (u *upgrader) addFrom(ctx context.Context, up Upgrade, r Record) error {
	added, err := up.Add(r.ID, r.Doc)
	for _, one := range added {
		if err := u.b.Insert(ctx, up.Into, one); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return err
}

func (u *upgrader) rewriteOne(ctx context.Context, up Upgrade, r Record) error {
	if up.Add != nil {
		return u.addFrom(ctx, up, r)
	}
	for {
		doc, err := up.Change(r.Doc)
		if err != nil || doc == nil {
			return err
		}
		r.Doc = doc
		err = u.b.Replace(ctx, up.Set, r)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted meanwhile
		}
		if !errors.Is(err, ErrLost) {
			return err
		}
		if r, err = u.b.Get(ctx, up.Set, r.ID); errors.Is(err, fs.ErrNotExist) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
