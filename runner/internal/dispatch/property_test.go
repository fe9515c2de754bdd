package dispatch_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
)

// drawn lets a random case fail as rapid wants it, so that it is made smaller
// and its seed printed.
type drawn struct {
	testing.TB
	r *rapid.T
}

func (d drawn) Errorf(format string, args ...any) { d.r.Errorf(format, args...) }
func (d drawn) Fatalf(format string, args ...any) { d.r.Fatalf(format, args...) }
func (d drawn) Fatal(args ...any)                 { d.r.Fatal(args...) }

// Whatever comes in and in whatever order campaigns are started: a lead and a
// phone have at most one open call, no run is above its maximum but for
// callbacks, every due lead is decided, the counts add up, and starting again
// changes nothing.
func TestStartsInAnyOrder(t *testing.T) {
	t.Parallel()
	b := f0(t)
	rapid.Check(t, func(r *rapid.T) {
		st, err := store.OpenMemory(t.Context(), "random")
		must(t, err)
		defer st.Close()
		o := newOffice(drawn{t, r}, st, randomMaxima(r, b))
		if rapid.Bool().Draw(r, "nobody in the south") {
			must(t, st.PutAgents(t.Context(), []crm.Agent{{Username: "a3", Weight: 1}}))
		}
		count := 0
		for range rapid.IntRange(1, 3).Draw(r, "steps") {
			n := rapid.IntRange(0, 9).Draw(r, "leads")
			o.receiveRandom(r, count, n)
			count += n
			name := rapid.SampledFrom([]string{"PVI", "PVB", "PQSC"}).Draw(r, "campaign")
			at := rapid.SampledFrom([]string{"2026-11-23T09:00:00", "2026-11-23T13:00:00", "2026-11-23T14:30:00"}).Draw(r, "clock")
			o.checkedStart(name, at)
		}
	})
}

// randomMaxima is a copy of the book with other maxima of campaigns and files.
func randomMaxima(r *rapid.T, b *engine.RuleBook) *engine.RuleBook {
	random := *b
	random.Campaigns = nil
	for _, c := range b.Campaigns {
		c, d := *c, *c.Dialer
		c.Dialer, d.MaxRows = &d, rapid.IntRange(1, 3).Draw(r, "rows of "+c.Name)
		c.MaxPerSlot = rapid.IntRange(0, 4).Draw(r, "maximum of "+c.Name)
		random.Campaigns = append(random.Campaigns, &c)
	}
	return &random
}

// receiveRandom stores n leads from a number on, one in four with a callback.
func (o *office) receiveRandom(r *rapid.T, from, n int) {
	leads := make([]dispatch.Incoming, n)
	for i := range leads {
		basis := rapid.SampledFrom([]string{crm.BasisRequest, crm.BasisContract, crm.BasisNone}).Draw(r, "basis")
		leads[i] = lead(fmt.Sprintf("L%02d", from+i), rapid.IntRange(1, 15).Draw(r, "phone"),
			given(rapid.SampledFrom([]string{"RDVVQ", "DIRECT", "PQSC"}).Draw(r, "type"),
				rapid.SampledFrom([]string{"PVI_NOW", "PVM", "PVB"}).Draw(r, "segment"), rapid.Int64Range(0, 3).Draw(r, "score")),
			postal(rapid.SampledFrom([]string{"75011", "92100", "13001", "67000", "69003"}).Draw(r, "postal code")),
			func(l *crm.Lead) { l.LegalBasis = basis })
	}
	o.receive("2026-11-22T20:00:00", leads...)
	for _, l := range leads {
		if rapid.IntRange(0, 3).Draw(r, "callback") == 0 {
			o.asCallback(l.ID, rapid.SampledFrom([]string{"2026-11-20T11:00:00", "2026-11-23T11:00:00", "2026-11-23T16:00:00"}).Draw(r, "asked"))
		}
	}
}

// checkedStart starts a campaign and checks what a start promises.
func (o *office) checkedStart(name, at string) {
	before := o.ledger("")
	reports := o.start(name, at)
	same(o, "reports", len(reports), 1)
	report := reports[0]
	key := crm.SlotKey(name, report.Slot.Start.In(o.book.Zone))
	after := o.ledger(key)
	o.onceEach(after)
	o.withinMaximum(after, o.campaign(name).MaxPerSlot)
	o.addsUp(report)

	told := o.decisions(key)
	for id, call := range before.Planned {
		if due := call.DueAt < crm.At(report.Slot.End); due != (told[id] != "") {
			o.Errorf("lead %s: due %v, decided %q", id, due, told[id])
		}
	}
	o.start(name, at)
	same(o, "ledger after starting again", o.ledger(key), after)
}

// onceEach checks that calls, files and decisions agree, and that no lead and
// no phone has a second call.
func (o *office) onceEach(l ledger) {
	leads, phones := map[string]bool{}, map[string]bool{}
	for _, f := range l.Files {
		for _, line := range f.Lines {
			call := l.Open[callPhone(l, line.LeadID)]
			if call.ID != line.CallID || call.File != f.Name || leads[line.LeadID] || phones[call.Phone] {
				o.Errorf("%s: call %s stands there, open is %s of %s", f.Name, line.CallID, call.ID, call.File)
			}
			leads[line.LeadID], phones[call.Phone] = true, true
		}
	}
	injected := 0
	for _, d := range l.Decisions {
		if d.Injected {
			injected++
		}
	}
	calls := 0
	for _, of := range l.Calls {
		calls += len(of)
	}
	same(o, "injected decisions", injected, calls)
	same(o, "lines of all slots", len(leads), len(l.Open))
}

func callPhone(l ledger, lead string) string {
	for _, stored := range l.Leads {
		if stored.ID == lead {
			return stored.Phone
		}
	}
	return ""
}

func (o *office) withinMaximum(l ledger, most int) {
	for i, calls := range l.Calls {
		callbacks := 0
		for _, c := range calls {
			if c.Kind == crm.KindCallback {
				callbacks++
			}
		}
		if len(calls)-callbacks > most || len(calls) > most && callbacks == 0 {
			o.Errorf("run %s has %d calls and %d callbacks, the maximum is %d", l.Runs[i].ID, len(calls), callbacks, most)
		}
	}
}

func (o *office) addsUp(report dispatch.Report) {
	sum := 0
	for _, g := range report.Groups {
		sum += g.New + g.Already
	}
	steps := report.Funnel.Steps
	same(o, "injected", steps[len(steps)-1].Left, sum)
	for _, n := range report.Reasons {
		sum += n
	}
	same(o, "planned", steps[0].Left, sum)
	for i, step := range steps[1:] {
		if step.Left > steps[i].Left {
			o.Errorf("the funnel grows from %v to %v", steps[i], step)
		}
	}
}
