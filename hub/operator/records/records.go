// Package records looks at the stored records and repairs them, whatever their
// kind. operator.Service embeds it.
package records

import (
	"context"
	"errors"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/store"
)

// An Inspector reads and deletes stored records.
type Inspector struct {
	sets    []store.Browsable
	signing *signing.Service
	audit   *audit.Recorder
}

// New returns an Inspector of these sets.
func New(sets []store.Browsable, keys *signing.Service, recorder *audit.Recorder) *Inspector {
	return &Inspector{sets, keys, recorder}
}

// Most bounds the counts of records.
const Most = 10_000

// A RecordSet is one kind of record and its count, at most Most.
type RecordSet struct {
	Name    string
	Records int
}

// RecordSets lists what the database holds.
func (s *Inspector) RecordSets(ctx context.Context) ([]RecordSet, error) {
	all := make([]RecordSet, 0, len(s.sets))
	for _, set := range s.sets {
		n, err := set.Amount(ctx, Most)
		if err != nil {
			return nil, err
		}
		all = append(all, RecordSet{set.Name(), n})
	}
	return all, nil
}

// ErrNoSet means that there is no set with this name.
var ErrNoSet = errors.New("there is no set with this name")

// Records lists up to limit records of a set in the order of ids, after the id
// `after`.
func (s *Inspector) Records(ctx context.Context, set, after string, limit int) ([]store.Glance, error) {
	of, err := s.recordSet(set)
	if err != nil {
		return nil, err
	}
	return of.Browse(ctx, after, limit)
}

// ShowRecord returns the readable fields of a record, see store.Browsable.
func (s *Inspector) ShowRecord(ctx context.Context, set, id string) (map[string]any, error) {
	of, err := s.recordSet(set)
	if err != nil {
		return nil, err
	}
	return of.Show(ctx, id)
}

// DeleteRecord deletes one record and nothing else: what belongs to it stays,
// and no client is notified. It is for repair.
func (s *Inspector) DeleteRecord(ctx context.Context, by audit.Actor, set, id string) error {
	of, err := s.recordSet(set)
	if err != nil {
		return err
	}
	if err := of.Delete(ctx, id); err != nil {
		return err
	}
	s.audit.Record(ctx, by.Did(audit.Event{Kind: audit.RecordDeleted, Target: id, Detail: map[string]string{"set": set}}))
	return nil
}

func (s *Inspector) recordSet(name string) (store.Browsable, error) {
	for _, set := range s.sets {
		if set.Name() == name {
			return set, nil
		}
	}
	return nil, ErrNoSet
}

// A DamagedRecord is a record that cannot be read.
type DamagedRecord struct {
	store.Damage
	Reason string
}

// DamagedRecords reads the whole database, page by page, and also checks keys
// that cannot be opened.
func (s *Inspector) DamagedRecords(ctx context.Context) ([]DamagedRecord, error) {
	var all []DamagedRecord
	for _, set := range s.sets {
		for damage, err := range set.Damaged(ctx) {
			if !errors.Is(err, store.ErrDamaged) {
				return nil, err
			}
			all = append(all, DamagedRecord{damage, errors.Unwrap(err).Error()})
		}
	}
	for _, lost := range s.signing.LookForLost(ctx) {
		all = append(all, DamagedRecord{lost.Damage, lost.Cause.Error()})
	}
	return all, nil
}
