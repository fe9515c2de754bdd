// Package storetest holds what both databases promise, as tests that run on
// either, and opens databases for the tests of other packages.
package storetest

import (
	"path/filepath"
	"testing"

	"callsheet/runner/internal/store"
)

// Run checks every promise of a store, each on a new one from open.
func Run(t *testing.T, open func(t *testing.T) *store.Store) {
	promises := []struct {
		name  string
		check func(*testing.T, *store.Store)
	}{
		{"a lead comes back as it was stored", leadRoundTrip},
		{"random leads come back as they were stored", leadRandom},
		{"empty facts stay empty", leadEmpty},
		{"what cannot be stored is refused", leadRefused},
		{"storing twice changes nothing", leadTwice},
		{"nobody overwrites what they have not read", leadWrittenMeanwhile},
		{"texts are ordered by their bytes", leadOrder},
		{"paging is complete while leads are added", leadPaging},
		{"ranking is by score, estimation, id", ranking},
		{"a range of leads is rescored once", ranges},
		{"of eight workers none does what another does", rangeRace},
		{"a survey counts what is filled and its values", surveys},
		{"any number of ids", manyIDs},
		{"an import moves planned calls only", callUpsert},
		{"a lead has one planned call", onePlanned},
		{"due calls are paged by due time and id", dueCalls},
		{"planned calls of leads are those that are due", plannedOf},
		{"candidates are the callbacks and what a filter takes", candidates},
		{"planned and open calls are paged by lead, with what is asked for", outstandingPages},
		{"a claim is stored whole", claimWhole},
		{"a claim that loses leaves nothing", claimConflicts},
		{"a second start adds to the first", claimAgain},
		{"of eight claimers one wins", claimRace},
		{"files are published once", publishing},
		{"marks of files compare and set", marking},
		{"of many marks one wins", markRace},
		{"steps of one group do not undo each other", groupCommit},
		{"a stop plans again what was not called", stopWhole},
		{"a stop without a further slot parks", stopWithoutSlot},
		{"a stop plans again what it is told was left out", stopNamed},
		{"a stop leaves leads alone that are done with", stopFinal},
		{"a stop keeps the call planned meanwhile", stopKeepsPlanned},
		{"one stop ends several runs", stopSeveral},
		{"a stop cancels files and adds signals", stopFiles},
		{"stopping an unknown run stops nothing", stopUnknown},
		{"runs are found by their time", runTimes},
		{"calls are counted by agent and time", assigned},
		{"a change is stored whole", applyWhole},
		{"what ends makes room for what begins", applyMakesRoom},
		{"a change that loses leaves nothing", applyConflicts},
		{"of sixteen changes to one lead one wins", applyRace},
		{"leads are found by phone", leadsByPhone},
		{"calls of a lead come in their order", leadCalls},
		{"a record comes back as it was stored", recordRoundTrip},
		{"the newest revision counts", recordRevisions},
		{"an erased number is nobody's", erases},
		{"a former number is nobody's either", erasesFormer},
		{"what is older than is kept goes", purges},
		{"what decisions rest on comes back, and goes", facts},
		{"health counts what has gone wrong", health},
		{"records are in the order of their calls", recordOrder},
		{"of revisions that arrive together the newest counts", recordRace},
		{"a suppression is never shortened", suppressions},
		{"leases have one holder", leases},
		{"of eight that want a lease one gets it", leaseRace},
		{"starts, stops, events and imports at once lose nothing", Hammer},
		{"agents keep their last assignment", agents},
		{"wallets mark their leads", wallets},
		{"wallets begin and end", walletTimes},
		{"tasks mark their leads", tasks},
		{"leads and wallets that arrive together see each other", walletRace},
		{"dialer contacts are stored by id", dialerContacts},
		{"rule books and their history", books},
		{"a transfer is settled once", transfers},
		{"the load of an agent counts what was handed over", transferLoads},
		{"the newest retry date is told", retryDates},
		{"recordings are decided about once", transcripts},
		{"of eight that claim a recording one wins", transcriptRace},
		{"an event is stored once and settled once", events},
		{"of eight that apply an event one does", eventRace},
		{"the work of agents adds up", workload},
		{"leads that nobody has called, oldest first", unworked},
		{"leads that are recycled again and again", starving},
	}
	for _, p := range promises {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			p.check(t, open(t))
		})
	}
}

// SQLite is a store in a new file that goes away with the test.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	return opened(t, filepath.Join(t.TempDir(), "callsheet.db"))
}

// OnPostgres is a store in a new PostgreSQL database; see Postgres.
func OnPostgres(t testing.TB) *store.Store {
	t.Helper()
	return opened(t, Postgres(t))
}

func opened(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
