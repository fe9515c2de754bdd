package dispatch

import (
	"context"
	"slices"

	"callsheet/engine"
)

// onePerPhone brings the passing calls into their order and keeps one per
// phone over all campaigns: calls to phones with an open call stay out, and of
// several due calls to one phone the first is taken.
func (sel *selection) onePerPhone(ctx context.Context) error {
	phones := make([]string, len(sel.passing))
	for i, c := range sel.passing {
		phones[i] = c.due.Call.Phone
	}
	open, err := sel.desk.Store.OpenCalls(ctx, phones)
	if err != nil {
		return err
	}
	by := make(map[string]string, len(open)) // run that calls the phone
	for phone, call := range open {
		by[phone] = call.RunID
	}
	slices.SortFunc(sel.passing, sel.order)
	kept := sel.passing[:0]
	for _, c := range sel.passing {
		r := sel.runs[c.group]
		if other, taken := by[c.due.Call.Phone]; taken {
			r.started.PhoneOpen++
			sel.leave(c, engine.PhoneOpen, other, 0)
			continue
		}
		by[c.due.Call.Phone] = r.ID
		kept = append(kept, c)
	}
	sel.passing = kept
	sel.left[engine.GatePhone] += len(kept)
	return nil
}
