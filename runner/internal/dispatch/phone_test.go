package dispatch_test

import (
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// SC-22: one phone in two campaigns.
func TestOneOpenCallPerPhoneOverCampaigns(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.OnPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, open(t), f0(t))
			o.receive("2026-11-22T20:00:00", lead("L12", 12), lead("L13", 12, given("PQSC", "PVI_SOON", 50)))
			o.start("PVI", "2026-11-23T14:00:00")
			report := o.start("PQSC", "2026-11-23T14:00:00")[0]
			same(t, "PQSC", o.decisions("PQSC/2026-11-23T14:00"), map[string]string{
				"L13": "phone_open: PVI/2026-11-23T14:00/IDF",
			})
			same(t, "new and phone open", []int{report.Groups[0].New, report.Groups[0].PhoneOpen}, []int{0, 1})
			same(t, "files", len(o.lines()), 1)
			same(t, "L13 stays planned", o.planned("L13").State, crm.CallPlanned)
		})
	}
}

func TestOfSeveralLeadsWithOnePhoneTheFirstIsTaken(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-22T20:00:00",
		lead("low", 1, given("RDVVQ", "PVI_NOW", 10)), lead("high", 1, given("RDVVQ", "PVI_NOW", 90)),
		lead("south", 1, given("RDVVQ", "PVI_NOW", 50), postal("13001")),
		// The best lead of the second phone lives in the second group.
		lead("north", 2, given("RDVVQ", "PVI_NOW", 10)), lead("marseille", 2, given("RDVVQ", "PVI_NOW", 50), postal("13002")),
		// A callback comes before any score.
		lead("asked", 3, given("RDVVQ", "PVI_NOW", 5)), lead("better", 3, given("RDVVQ", "PVI_NOW", 99)),
		// An id decides when all else is equal.
		lead("b", 4), lead("a", 4))
	o.asCallback("asked", "2026-11-23T10:30:00")
	want := map[string]string{
		"high": "injected", "low": "phone_open: " + morning + "/IDF", "south": "phone_open: " + morning + "/IDF",
		"marseille": "injected", "north": "phone_open: " + morning + "/SUD",
		"asked": "injected", "better": "phone_open: " + morning + "/IDF",
		"a": "injected", "b": "phone_open: " + morning + "/IDF",
	}
	o.start("PVI", "2026-11-23T09:30:00")
	same(t, "decisions", o.decisions(morning), want)
	before := o.ledger(morning)
	o.start("PVI", "2026-11-23T10:30:00")
	same(t, "ledger after the second start", o.ledger(morning), before)
}

// The phone goes to the first lead in order, also when that one then has to
// wait for room.
func TestThePhoneIsTakenBeforeRoomIsCounted(t *testing.T) {
	t.Parallel()
	o := f0Office(t, "max_per_slot: 3", "max_per_slot: 0")
	o.receive("2026-11-22T20:00:00", lead("first", 1, given("RDVVQ", "PVI_NOW", 90)), lead("second", 1))
	o.start("PVI", "2026-11-23T09:30:00")
	same(t, "decisions", o.decisions(morning), map[string]string{"first": "over_capacity", "second": "phone_open: " + morning + "/IDF"})
}

// A number that has become unusable is not called, even when its call is
// planned.
func TestNoCallWithoutAPhone(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-22T20:00:00", lead("L", 1))
	broken := *o.lead("L")
	noPhone(&broken)
	must(t, o.store.PutLeads(t.Context(), []crm.Arrival{{Lead: broken}}))
	report := o.start("PVI", "2026-11-23T09:30:00")[0]
	same(t, "decisions", o.decisions(morning), map[string]string{"L": "invalid_phone"})
	same(t, "groups", len(report.Groups), 0)
}
