package dispatch_test

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// Labels whose outcomes do not depend on the order in which reports arrive:
// the call that came last decides. After the others (a wrong number, say) only
// an explicit event moves the lead.
var ordered = []string{"Occupé", "Pas de réponse", "Répondeur", "Échec technique", "Rappel", "Qualifié", "Pas intéressé"}

// randomReports are calls to leads between 9 and 20 November, in order of
// their ids, some of which were corrected.
func randomReports(r *rapid.T, t testing.TB, prefix string, leads int, labels []string) (reports []crm.Record) {
	monday := local(t, "2026-11-09T10:00:00")
	for i := range rapid.IntRange(1, 5*leads).Draw(r, "calls") {
		contact := fmt.Sprint(prefix, rapid.IntRange(0, leads-1).Draw(r, "lead"))
		start := monday.Add(time.Duration(rapid.IntRange(0, 11*24*60).Draw(r, "minute")) * time.Minute)
		id := fmt.Sprint(prefix, "-call-", i)
		for version := range 1 + rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(r, "corrections") {
			label := rapid.SampledFrom(labels).Draw(r, "label")
			change := func(c *crm.Record) {
				c.Comment = fmt.Sprint("version ", version) // what is word for word the same again is no correction
				c.TalkSeconds = crm.Some(int64(rapid.SampledFrom([]int{0, 0, 90}).Draw(r, "talk")))
				if label == "Rappel" {
					hour := rapid.IntRange(10, 19).Draw(r, "hour")
					c.CallbackText = start.AddDate(0, 0, rapid.IntRange(1, 30).Draw(r, "days")).Format("02/01/2006 ") + fmt.Sprintf("%02d:30:00", hour)
				}
			}
			text := func(at time.Time) string { return at.Format("2006-01-02T15:04:05") }
			reports = append(reports, report(t, id, contact, text(start), text(start.Add(time.Minute)), label, change))
		}
	}
	return reports
}

// shuffled is the reports in another order, in which those of one call keep
// theirs.
func shuffled(r *rapid.T, reports []crm.Record) []crm.Record {
	places := make([]int, len(reports))
	byID := map[string][]crm.Record{}
	for i, c := range reports {
		places[i], byID[c.ID] = i, append(byID[c.ID], c)
	}
	var mixed []crm.Record
	for _, i := range rapid.Permutation(places).Draw(r, "arrival") {
		id := reports[i].ID
		mixed, byID[id] = append(mixed, byID[id][0]), byID[id][1:]
	}
	return mixed
}

// hearAll applies reports in batches of random sizes.
func (o *office) hearAll(r *rapid.T, reports []crm.Record) {
	o.Helper()
	for len(reports) > 0 {
		n := rapid.IntRange(1, len(reports)).Draw(r, "batch")
		o.hears("2026-11-20T21:00:00", reports[:n]...)
		reports = reports[n:]
	}
}

// fleeting is an office that keeps nothing.
func fleeting(t testing.TB) *office {
	st, err := store.OpenMemory(t.Context(), "random")
	must(t, err)
	t.Cleanup(func() { must(t, st.Close()) })
	return newOffice(t, st, f0(t))
}

// Whatever is reported and in whatever order it arrives: the counters of a
// lead equal a plain recount of its history, no call is lost, a lead has at
// most one planned call, and its last call is the one that came last.
func TestReportsInAnyOrder(t *testing.T) {
	t.Parallel()
	o := fleeting(t)
	labels := append([]string{"Faux numéro", "Raccroche", "Blabla", "support", "Ne plus appeler", "Vendu", "Erreur agent", ""}, ordered...)
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		prefix := fmt.Sprintf("R%d.", round)
		o := &office{drawn{t, r}, o.store, o.desk, o.book}
		var leads []dispatch.Incoming
		for i := range 4 {
			leads = append(leads, lead(fmt.Sprint(prefix, i), 10*round+i/2)) // two on a phone
		}
		o.receive("2026-11-08T09:00:00", leads...)
		reports := randomReports(r, o, prefix, 4, labels)
		o.hearAll(r, shuffled(r, reports))
		last := map[string]crm.Record{}
		for _, c := range reports {
			last[c.ID] = c
		}
		o.rescore("2026-11-20T21:30:00")
		told := 0
		for i := range 4 {
			told += o.recount(fmt.Sprint(prefix, i), last)
		}
		same(o, "calls in the histories", told, len(last))
		before := o.hears("2026-11-20T22:00:00", reports...)
		for _, e := range before {
			same(o, "heard again", e.Report, dispatch.ReportDuplicate)
		}
	})
}

// recount compares a lead with its history and says how many calls that has.
func (o *office) recount(id string, last map[string]crm.Record) int {
	o.Helper()
	records, err := o.store.LeadRecords(o.Context(), id)
	must(o, err)
	personal := "callback thinking intermediate hung_up not_target refused do_not_call qualified appointment won already_client support language deceased"
	var attempts, recent, reached, refusals, callbacks int64
	since := crm.At(local(o, "2026-10-22T00:00:00"))
	for _, c := range records {
		same(o, "newest revision of "+c.ID, c.Hash, last[c.ID].Hash)
		if c.Attempt {
			attempts++
		}
		if c.TalkSeconds.V > 0 || slices.Contains(strings.Fields(personal), c.Outcome) {
			reached++
		}
		if c.Outcome == "refused" || c.Outcome == "do_not_call" || c.Outcome == "not_target" {
			refusals++
		}
		if c.CallbackAt.Valid {
			callbacks++
		}
	}
	l := o.lead(id)
	phone, err := o.store.PhoneRecords(o.Context(), []string{l.Phone})
	must(o, err)
	for _, c := range phone[l.Phone] {
		if c.Attempt && c.At() >= since {
			recent++
		}
	}
	same(o, "counters of "+id, []int64{l.Attempts, l.Reached, l.Refusals, l.Callbacks}, []int64{attempts, reached, refusals, callbacks})
	same(o, "attempts in 30 days of "+id, l.Attempts30d, recent)
	if n := len(records); n > 0 {
		newest := slices.MaxFunc(records, func(a, b crm.Record) int { return cmp.Or(cmp.Compare(a.At(), b.At()), cmp.Compare(a.ID, b.ID)) })
		same(o, "last call of "+id, []any{l.LastCallAt.V, l.LastOutcome}, []any{newest.At(), newest.Outcome})
	}
	planned := 0
	for _, state := range o.states(id) {
		if state == crm.CallPlanned {
			planned++
		}
	}
	if planned > 1 || (planned == 1) != l.NextCallAt.Valid {
		o.Errorf("lead %s has %d planned calls, next_call_at %v", id, planned, l.NextCallAt)
	}
	return len(records)
}

// The order of arrival makes no difference where the last call decides.
func TestTheOrderOfArrivalMakesNoDifference(t *testing.T) {
	t.Parallel()
	o := fleeting(t)
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		o := &office{drawn{t, r}, o.store, o.desk, o.book}
		reports := randomReports(r, o, "x", 1, ordered)
		once := slices.CompactFunc(slices.Clone(reports), func(a, b crm.Record) bool { return a.ID == b.ID })
		slices.SortFunc(once, func(a, b crm.Record) int { return cmp.Compare(a.At(), b.At()) })
		var ends []string
		for i, order := range [][]crm.Record{once, shuffled(r, once)} {
			id := fmt.Sprintf("O%d.%d", round, i)
			o.receive("2026-11-08T09:00:00", lead(id, 500_000+2*round+i))
			for k := range order {
				order[k].ContactID = id
				order[k].ID = id + order[k].ID
				o.hears("2026-11-20T21:00:00", order[k])
			}
			l := o.lead(id)
			ends = append(ends, fmt.Sprint(l.Status, " ", l.LastOutcome, " ", l.LastCallAt, " ", l.Attempts, " ", l.Attempts30d, " ", o.plan(id)))
		}
		same(o, "end, in order and as it came", ends[1], ends[0])
	})
}

// Two processes apply the same reports while campaigns are started: every call
// is in the history once, counted once, and nobody has two planned calls.
func TestReportsWhileCampaignsStart(t *testing.T) {
	t.Parallel()
	places := map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return filepath.Join(t.TempDir(), "callsheet.db") },
		"postgres": storetest.Postgres,
	}
	for name, place := range places {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := place(t)
			b := f0(t, "max_per_slot: 3", "max_per_slot: 10000")
			var desks [3]*office
			for i := range desks {
				st, err := store.Open(t.Context(), dsn)
				must(t, err)
				t.Cleanup(func() { must(t, st.Close()) })
				desks[i] = newOffice(t, st, b)
			}
			const leads = 60
			desks[0].receive("2026-11-22T20:00:00", crowd(0, leads)...)
			var reports []crm.Record
			last := map[string]crm.Record{}
			for i := range 3 * leads {
				label := []string{"Occupé", "Pas de réponse", "Qualifié", "Ne plus appeler"}[i%7%4]
				start := local(t, "2026-11-23T14:05:00").Add(time.Duration(i) * time.Second)
				id, text := fmt.Sprintf("C%03d", i%leads), start.Format("2006-01-02T15:04:05")
				r := report(t, fmt.Sprint("call-", i), id, text, text, label)
				reports, last[r.ID] = append(reports, r), r
			}
			var all sync.WaitGroup
			var errs [3]error
			for i, o := range desks {
				all.Go(func() {
					if i == 2 {
						errs[i] = o.race(6, leads, 1)
						return
					}
					for chunk := range slices.Chunk(reports, 10) {
						for {
							_, err := o.desk.CallsEnded(t.Context(), b, chunk, local(t, "2026-11-23T14:30:00"))
							if err == nil {
								break
							}
							if !errors.Is(err, crm.ErrConflict) {
								errs[i] = err
								return
							}
						}
					}
				})
			}
			all.Wait()
			must(t, errors.Join(errs[:]...))
			desks[0].rescore("2026-11-23T14:40:00")
			told := 0
			for i := range leads {
				told += desks[0].recount(fmt.Sprintf("C%03d", i), last)
			}
			same(t, "calls", told, len(reports))
		})
	}
}
