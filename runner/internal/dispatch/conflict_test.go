package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// overtaken is a store in which somebody else does something before the first
// claims.
type overtaken struct {
	dispatch.Store
	first func()
	times int
}

func (s *overtaken) Claim(ctx context.Context, c crm.Claim) error {
	if s.times > 0 {
		s.times--
		s.first()
	}
	return s.Store.Claim(ctx, c)
}

func TestStartBeginsAgainWhenSomebodyElseWasFaster(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.OnPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, open(t), f0(t))
			o.seven()
			slow := *o.desk
			slow.Store = &overtaken{o.store, func() { o.start("PVI", "2026-11-23T09:30:00") }, 1}
			reports, err := slow.Start(t.Context(), o.book, o.campaign("PVI"), local(t, "2026-11-23T09:30:00"))
			must(t, err)
			same(t, "groups", reports[0].Groups, []dispatch.Started{{
				Campaign: "PVI", Group: "IDF", Slot: reports[0].Slot, Already: 3, OverCapacity: 1,
			}})
			same(t, "files", len(o.lines()), 1)
			same(t, "injected", len(o.lines()[idfFile]), 3)
		})
	}
}

// A call that goes away between choice and claim is left out, the others are
// injected.
func TestStartWithoutTheCallThatWentAway(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-22T20:00:00", append(queue(2), lead("pqsc", 100, given("PQSC", "PVI_NOW", 50)))...)
	slow := *o.desk
	slow.Store = &overtaken{o.store, func() { o.start("PQSC", "2026-11-23T14:00:00") }, 1}
	_, err := slow.Start(t.Context(), o.book, o.campaign("PVI"), local(t, "2026-11-23T14:00:00"))
	must(t, err)
	same(t, "decisions", o.decisions(afternoon), map[string]string{"L1": "phone_open: PQSC/2026-11-23T14:00/IDF", "L2": "injected"})
}

// Who leaves a lead out does not speak over who has called it meanwhile.
func TestStartDoesNotDenyWhatSomebodyElseInjected(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	all := queue(2)
	o.receive("2026-11-22T20:00:00", all[0])
	o.start("PVI", "2026-11-23T09:30:00")
	o.receive("2026-11-22T20:00:00", all[1])
	slow := *o.desk
	slow.Store = &overtaken{o.store, func() { o.start("PVI", "2026-11-23T09:30:00") }, 1}
	strict := f0(t, "max_per_slot: 3", "max_per_slot: 1")
	c, _ := strict.Campaign("PVI")
	_, err := slow.Start(t.Context(), strict, c, local(t, "2026-11-23T09:30:00"))
	must(t, err)
	same(t, "decisions", o.decisions(morning), map[string]string{"L1": "injected", "L2": "injected"})
	stored := o.ledger(morning)
	same(t, "versions", stored.Runs[0].Versions, []string{o.book.Version})
	same(t, "funnel", stored.Funnel.Steps[0], crm.Step{Name: "planned", Left: 2})
}

// A start that loses again and again gives up and says so, with nothing
// stored.
func TestStartGivesUp(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.seven()
	before := o.ledger(morning)
	slow := *o.desk
	slow.Store = loser{o.store}
	_, err := slow.Start(t.Context(), o.book, o.campaign("PVI"), local(t, "2026-11-23T09:30:00"))
	if !errors.Is(err, crm.ErrConflict) || !strings.HasPrefix(err.Error(), "start PVI in the slot of 2026-11-23 10:00: ") {
		t.Errorf("start is %v, want crm.ErrConflict with campaign and slot", err)
	}
	same(t, "ledger", o.ledger(morning), before)
}

type loser struct{ dispatch.Store }

func (loser) Claim(context.Context, crm.Claim) error { return crm.ErrConflict }

// Two processes start the same campaigns on one database, over and over, while
// leads come in.
func TestTwoDesksOnOneDatabase(t *testing.T) {
	t.Parallel()
	places := map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return filepath.Join(t.TempDir(), "callsheet.db") },
		"postgres": storetest.Postgres,
	}
	for name, place := range places {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := place(t)
			b := f0(t, "max_per_slot: 3", "max_per_slot: 10000", "max_rows: 300", "max_rows: 7")
			var desks [2]*office
			for i := range desks {
				st, err := store.Open(t.Context(), dsn)
				must(t, err)
				t.Cleanup(func() { must(t, st.Close()) })
				desks[i] = newOffice(t, st, b)
			}
			const rounds, batch = 6, 20
			desks[0].receive("2026-11-22T20:00:00", crowd(0, batch)...)
			var both sync.WaitGroup
			var errs [2]error
			for i, o := range desks {
				both.Go(func() { errs[i] = o.race(rounds, batch, i) })
			}
			both.Wait()
			must(t, errors.Join(errs[:]...))
			desks[0].start("PVI", "2026-11-23T14:00:00")
			desks[0].start("PQSC", "2026-11-23T14:00:00")
			desks[0].nobodyLostOrTwice(rounds * batch)
		})
	}
}

// crowd are n leads, the first of number from; every fourth is for another
// campaign and shares its phone with the one before.
func crowd(from, n int) []dispatch.Incoming {
	leads := make([]dispatch.Incoming, n)
	for i := range leads {
		id := fmt.Sprintf("C%03d", from+i)
		leads[i] = lead(id, 1000+from+i, postal([]string{"75011", "13001", "67000"}[i%3]))
		if i%4 == 3 {
			leads[i] = lead(id, 1000+from+i-1, given("PQSC", "PVI_NOW", 50))
		}
	}
	return leads
}

// race starts both campaigns in every round; the first desk receives leads in
// between. A start that had to give up is what the next round is for.
func (o *office) race(rounds, batch, desk int) error {
	at := local(o, "2026-11-23T14:00:00")
	receiver := o.desk.Receiver(o.book)
	for round := range rounds {
		for _, name := range []string{"PVI", "PQSC"} {
			if _, err := o.desk.Start(o.Context(), o.book, o.campaign(name), at); err != nil && !errors.Is(err, crm.ErrConflict) {
				return err
			}
		}
		if desk == 0 && round+1 < rounds {
			if _, err := receiver.Receive(o.Context(), crowd((round+1)*batch, batch), at); err != nil {
				return err
			}
		}
	}
	return nil
}

// nobodyLostOrTwice looks at all files: each lead stands in one of them or is
// still planned behind an open phone, no phone and no lead stands there twice,
// and the numbers of files have no gap.
func (o *office) nobodyLostOrTwice(leads int) {
	o.Helper()
	files, err := o.store.UnpublishedFiles(o.Context())
	must(o, err)
	called, phones := map[string]bool{}, map[string]bool{}
	sequence := map[string]int{}
	for _, f := range files {
		sequence[f.RunID]++
		for _, l := range f.Lines {
			number := strings.Split(l.Text, ";")[1]
			if called[l.LeadID] || phones[number] {
				o.Errorf("%s calls %s (%s) a second time", f.Name, l.LeadID, number)
			}
			called[l.LeadID], phones[number] = true, true
		}
	}
	for run, n := range sequence {
		last := fmt.Sprintf("%s-%02d.csv", run[strings.LastIndex(run, "/")+1:], n)
		found := false
		for _, f := range files {
			found = found || f.RunID == run && strings.HasSuffix(f.Name, last)
		}
		if !found {
			o.Errorf("run %s has %d files, but none ends with %s", run, n, last)
		}
	}
	all := o.ledger(afternoon)
	same(o, "leads", len(all.Leads), leads)
	for _, l := range all.Leads {
		planned := all.Planned[l.ID].State == crm.CallPlanned
		if called[l.ID] == planned {
			o.Errorf("lead %s: in a file %v, planned %v", l.ID, called[l.ID], planned)
		}
		if !called[l.ID] && !phones[strings.TrimPrefix(l.Phone, "+")] {
			o.Errorf("lead %s is not called and nobody else on its phone is", l.ID)
		}
	}
}

// A start that looked before a stop and claims after it finds that the slot is
// over, also for groups that nothing ran for, and takes the next one; a tick
// does nothing.
func TestStartThatAStopOvertakes(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.OnPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, open(t), f0(t))
			o.receive("2026-11-22T20:00:00", lead("north", 1, given("RDVVQ", "PVI_NOW", 50)))
			o.start("PVI", "2026-11-23T10:30:00")
			o.receive("2026-11-23T10:31:00", lead("south", 2, given("RDVVQ", "PVI_NOW", 50), postal("13001")))
			slow := *o.desk
			slow.Store = &overtaken{o.store, func() { o.stop("2026-11-23T10:32:00", dispatch.StopOptions{}) }, 1}
			ticks, err := slow.Tick(t.Context(), o.book, o.campaign("CF"), local(t, "2026-11-23T10:32:00"))
			must(t, err)
			same(t, "calls of the tick", ticked(ticks), 0)

			slow.Store = &overtaken{o.store, func() { o.stop("2026-11-23T14:32:00", dispatch.StopOptions{}) }, 1}
			o.receive("2026-11-23T14:00:00", lead("west", 3, given("RDVVQ", "PVI_NOW", 50)))
			o.start("PVI", "2026-11-23T14:31:00")
			o.receive("2026-11-23T14:31:00", lead("east", 4, given("RDVVQ", "PVI_NOW", 50), postal("67000")))
			reports, err := slow.Start(t.Context(), o.book, o.campaign("PVI"), local(t, "2026-11-23T14:32:00"))
			must(t, err)
			same(t, "slots", []any{len(reports), reports[0].Slot.Start}, []any{1, local(t, "2026-11-23T17:00:00")})
			open, err := o.store.OpenRuns(t.Context())
			must(t, err)
			for _, r := range open {
				if r.SlotStart.Time().Before(local(t, "2026-11-23T17:00:00")) {
					t.Errorf("%s runs in a slot that is over", r.ID)
				}
			}
		})
	}
}

// A stop that looked before a start and commits after it stops that run too.
func TestStopThatAStartOvertakes(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-22T20:00:00", lead("north", 1, given("RDVVQ", "PVI_NOW", 50)))
	o.start("PVI", "2026-11-23T10:30:00")
	slow := *o.desk
	slow.Store = &stoppedFirst{o.store, func() {
		o.receive("2026-11-23T10:31:00", lead("south", 2, given("RDVVQ", "PVI_NOW", 50), postal("13001")))
		o.start("PVI", "2026-11-23T10:32:00")
	}}
	report, err := slow.Stop(t.Context(), o.book, local(t, "2026-11-23T10:33:00"), dispatch.StopOptions{})
	must(t, err)
	open, err := o.store.OpenRuns(t.Context())
	must(t, err)
	same(t, "open runs", len(open), 0)
	same(t, "stopped and recycled", []int{len(report.Runs), report.Recycled}, []int{2, 2})
	same(t, "plans", o.plans("north", "south"), map[string]string{"north": "23 Nov 14:00 plan PVI a1", "south": "23 Nov 14:00 plan PVI a3"})
}
