package records_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/operator/records"
)

func TestRecordsAreShownAndDeleted(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ctx, a := t.Context(), w.App()
	sets, err := w.Hub.RecordSets(ctx)
	hubtest.Done(t, err)
	n := -1
	for _, set := range sets {
		if set.Name == "clients" {
			n = set.Records
		}
	}
	hubtest.Want(t, "applications", n, 1)
	page, err := w.Hub.Records(ctx, "clients", "", 10)
	if err != nil || len(page) != 1 || page[0].ID != a.ID {
		t.Errorf("got %v, %v", page, err)
	}
	shown, err := w.Hub.ShowRecord(ctx, "clients", a.ID)
	if err != nil || shown["name"] != a.Name {
		t.Errorf("got %v, %v", shown, err)
	}
	hubtest.Done(t, w.Hub.DeleteRecord(ctx, audit.Named("test"), "clients", a.ID))
	if _, err := w.Hub.ShowRecord(ctx, "clients", a.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("afterwards: got %v", err)
	}
	if _, err := w.Hub.Records(ctx, "nothing", "", 1); !errors.Is(err, records.ErrNoSet) {
		t.Errorf("a set that is not there: got %v", err)
	}
	if damaged, err := w.Hub.DamagedRecords(ctx); err != nil || len(damaged) != 0 {
		t.Errorf("damaged: %v, %v", damaged, err)
	}
}
