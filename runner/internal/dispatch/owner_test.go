package dispatch_test

import (
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store/storetest"
)

// An owner who sells alone is called at the time asked for; asking again after
// that call gets another one, unless the lead is done with.
func TestOwnersMayAskAgain(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status string
		want   string // due time of the next call; empty when there is none
	}{
		"nobody answered":    {crm.NotQualified, "2026-11-25T15:30:00"},
		"a callback is over": {crm.Callback, "2026-11-25T15:30:00"},
		"refused":            {crm.Refused, ""},
		"won":                {crm.Qualified, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, storetest.SQLite(t), shipped(t))
			asks := func(at string) dispatch.Incoming {
				return lead("L", 1, func(l *crm.Lead) {
					l.Source, l.Custom, l.CallbackAt = "fsbo", nil, crm.Some(crm.At(local(t, at)))
				})
			}
			o.receive("2026-11-23T09:00:00", asks("2026-11-23T11:00:00"))
			o.start("DDR", "2026-11-23T10:00:00")
			lines := o.lines()["DDR/20261123-1000-IDF-01.csv"]
			same(t, "called", ids(lines), "L")

			called := o.ledger("DDR/2026-11-23T10:00").Calls[0][0]
			same(t, "not before", called.NotBefore, crm.Some(crm.At(local(t, "2026-11-23T11:00:00"))))
			called.State = crm.CallEnded
			l := *o.lead("L")
			l.Status = test.status
			must(t, o.store.Apply(t.Context(), crm.Change{Leads: []crm.Lead{l}, Calls: []crm.Call{called}}))
			o.receive("2026-11-23T12:00:00", asks("2026-11-23T11:00:00"))
			same(t, "asks for nothing new", o.planned("L"), crm.Call{})

			o.receive("2026-11-24T09:00:00", asks("2026-11-25T15:30:00"))
			next := o.planned("L")
			if test.want == "" {
				same(t, "planned", next, crm.Call{})
				return
			}
			same(t, "planned", []any{next.ID, next.Kind, next.DueAt}, []any{"L#2", crm.KindCallback, crm.At(local(t, test.want))})
		})
	}
}
