package frappeimport

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/lasting"
)

// Carry carries out the plan. A document that was added or changed here meanwhile
// is not written, and its record says so. Another error stops the import; running
// it again does the rest.
func (p *Plan) Carry(ctx context.Context, by audit.Actor, tell func(done, of int)) error {
	p.Report.DryRun = false
	var stopped error
	for i, s := range p.steps {
		r := &p.Report.Records[s.record]
		if stopped != nil {
			r.Outcome, r.Reason = Failed, "The import stopped before this record. Run it again."
			continue
		}
		err := s.do(ctx, by)
		switch {
		case err == nil:
		case meanwhile(err):
			r.Outcome, r.Reason = Failed, "It was added or changed here during the import. Run the import again."
		default:
			r.Outcome, r.Reason = Failed, "It could not be written. Run the import again."
			stopped = fmt.Errorf("import %s: %w", r.Name, err)
		}
		if (i+1)%tellEvery == 0 && tell != nil {
			tell(i+1, len(p.steps))
		}
	}
	p.Report.count()
	if len(p.steps) > 0 {
		counts := map[string]int{}
		for outcome, n := range p.Report.Summary {
			counts[string(outcome)] = n
		}
		p.hub.Imported(lasting.Of(ctx), by, From, counts)
	}
	return stopped
}

func meanwhile(err error) bool {
	return errors.Is(err, fs.ErrExist) || errors.Is(err, users.ErrTouched) || errors.Is(err, frappe.ErrTouched)
}
