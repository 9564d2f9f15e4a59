package operator

import (
	"context"
	"errors"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/store"
)

// MostRecords bounds the counts of records.
const MostRecords = 10_000

// A RecordSet is one kind of record and its count, at most MostRecords.
type RecordSet struct {
	Name    string
	Records int
}

// RecordSets lists what the database holds.
func (s *Service) RecordSets(ctx context.Context) ([]RecordSet, error) {
	all := make([]RecordSet, 0, len(s.parts.Records))
	for _, set := range s.parts.Records {
		n, err := set.Amount(ctx, MostRecords)
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
func (s *Service) Records(ctx context.Context, set, after string, limit int) ([]store.Glance, error) {
	of, err := s.recordSet(set)
	if err != nil {
		return nil, err
	}
	return of.Browse(ctx, after, limit)
}

// ShowRecord returns the readable fields of a record, see store.Browsable.
func (s *Service) ShowRecord(ctx context.Context, set, id string) (map[string]any, error) {
	of, err := s.recordSet(set)
	if err != nil {
		return nil, err
	}
	return of.Show(ctx, id)
}

// DeleteRecord deletes one record and nothing else: what belongs to it stays,
// and no client is notified. It is for repair.
func (s *Service) DeleteRecord(ctx context.Context, by audit.Actor, set, id string) error {
	of, err := s.recordSet(set)
	if err != nil {
		return err
	}
	if err := of.Delete(ctx, id); err != nil {
		return err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.RecordDeleted, Target: id, Detail: map[string]string{"set": set}}))
	return nil
}

func (s *Service) recordSet(name string) (store.Browsable, error) {
	for _, set := range s.parts.Records {
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
func (s *Service) DamagedRecords(ctx context.Context) ([]DamagedRecord, error) {
	var all []DamagedRecord
	for _, set := range s.parts.Records {
		for damage, err := range set.Damaged(ctx) {
			if !errors.Is(err, store.ErrDamaged) {
				return nil, err
			}
			all = append(all, DamagedRecord{damage, errors.Unwrap(err).Error()})
		}
	}
	for _, lost := range s.parts.Signing.LookForLost(ctx) {
		all = append(all, DamagedRecord{lost.Damage, lost.Cause.Error()})
	}
	return all, nil
}
