package dispatch_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

// A desk that is brief, whose campaigns start together, calls the same leads as
// one that says all and starts them one after the other, and plans the same
// again: over a day with stops, and with phones that several leads share.
func TestBriefDeskDoesTheSame(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	whole, brief := f0Office(t, "max_per_slot: 100", "max_per_slot: 4"), f0Office(t, "max_per_slot: 100", "max_per_slot: 4")
	brief.desk.Brief = &dispatch.Notes{}
	for _, o := range []*office{whole, brief} {
		random := rand.New(rand.NewPCG(seed, 1))
		o.receive("2026-11-22T20:00:00", o.crowd(random, "L", 60)...)
		for i := range 5 {
			if id := fmt.Sprintf("L%02d", i); o.planned(id).ID != "" {
				o.asCallback(id, "2026-11-23T10:30:00")
			}
		}
		o.starts("2026-11-23T10:00:00", "PVI", "PVB")
		o.receive("2026-11-23T10:01:00", o.crowd(random, "M", 30)...)
		for _, at := range []string{"2026-11-23T10:02:00", "2026-11-23T10:04:00"} {
			_, err := o.desk.Tick(t.Context(), o.book, o.campaign("CF"), local(t, at))
			must(t, err)
		}
		o.handOver()
		o.stop("2026-11-23T13:00:00", dispatch.StopOptions{})
		o.starts("2026-11-23T14:00:00", "PVI", "PVB", "PQSC")
		o.stop("2026-11-23T16:59:00", dispatch.StopOptions{})
		o.starts("2026-11-23T17:00:00", "PVI")
	}
	was, is := whole.everything(), brief.everything()
	same(t, "leads", is.leads, was.leads)
	same(t, "calls", is.calls, was.calls)
	same(t, "files", is.lines, was.lines)
	injected, again := 0, 0
	for _, calls := range was.calls {
		for _, c := range calls {
			injected += int(min(1, len(c.File)))
			again += int(min(1, len(c.RecycledFrom)))
		}
	}
	if injected < 20 || again < 20 {
		t.Errorf("%d calls injected and %d planned again: the day of this test tells nothing", injected, again)
	}
	decisions, err := brief.store.Decisions(t.Context(), "PVI/2026-11-23T14:00")
	must(t, err)
	for _, d := range decisions {
		if !d.Injected {
			t.Errorf("the desk that is brief stored that %s was left out: %s", d.LeadID, d.Reason)
		}
	}
}

// crowd are n leads of all kinds, of whom some share a phone.
func (o *office) crowd(random *rand.Rand, prefix string, n int) []dispatch.Incoming {
	pick := func(texts ...string) string { return texts[random.IntN(len(texts))] }
	leads := make([]dispatch.Incoming, n)
	for i := range leads {
		kind := given(pick("RDVVQ", "DIRECT", "PQSC"), pick("PVI_NOW", "PVI_SOON", "PVS", "PVM", "PVB", "PVB_LATER", ""), int64(random.IntN(100)))
		leads[i] = lead(fmt.Sprintf("%s%02d", prefix, i), random.IntN(3*n), kind, postal(pick("75011", "92100", "13001", "67000", "69003")))
	}
	return leads
}

// starts starts campaigns together.
func (o *office) starts(at string, names ...string) {
	o.Helper()
	var campaigns []*engine.Campaign
	for _, name := range names {
		campaigns = append(campaigns, o.campaign(name))
	}
	_, err := o.desk.StartTogether(o.Context(), o.book, campaigns, local(o, at))
	must(o, err)
}

// everything is what matters to people of what a day leaves.
type everything struct {
	leads []crm.Lead
	calls [][]crm.Call
	lines map[string][]string
}

func (o *office) everything() (all everything) {
	o.Helper()
	all.leads, all.lines = o.ledger("").Leads, o.lines()
	for _, l := range all.leads {
		calls, err := o.store.LeadCalls(o.Context(), l.ID)
		must(o, err)
		all.calls = append(all.calls, calls)
	}
	return all
}
