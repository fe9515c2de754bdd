package dispatch_test

import (
	"context"
	"slices"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

const evening = "PVI/2026-11-23T17:00"

// handOver says that the dialer has got all files.
func (o *office) handOver() {
	o.Helper()
	files, err := o.store.UnpublishedFiles(o.Context())
	must(o, err)
	for _, f := range files {
		must(o, o.store.Published(o.Context(), f.Name, f.At))
	}
}

// stop stops at a local time.
func (o *office) stop(at string, options dispatch.StopOptions) dispatch.StopReport {
	o.Helper()
	report, err := o.desk.Stop(o.Context(), o.book, local(o, at), options)
	must(o, err)
	return report
}

// counted are the numbers of a stop: runs stopped, calls recycled, orphans.
func counted(r dispatch.StopReport) [3]int { return [3]int{r.Stopped, r.Recycled, r.Orphans} }

// plans tells of each lead when its planned call is due, its kind, campaign
// and agent.
func (o *office) plans(leads ...string) map[string]string {
	o.Helper()
	told := map[string]string{}
	for _, id := range leads {
		if c := o.planned(id); c.ID != "" {
			told[id] = c.DueAt.Time().In(o.book.Zone).Format("02 Jan 15:04 ") + c.Kind + " " + c.Campaign + " " + c.Agent
		}
	}
	return told
}

// calls tells the states of a lead's calls.
func (o *office) calls(lead string) (states []string) {
	o.Helper()
	calls, err := o.store.LeadCalls(o.Context(), lead)
	must(o, err)
	for _, c := range calls {
		states = append(states, c.State)
	}
	return states
}

func TestStopInTheSlot(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.seven()
	o.start("PVI", "2026-11-23T09:30:00")
	o.handOver()
	before := o.ledger(morning)
	rehearsed, err := o.desk.Rehearsal().Stop(t.Context(), o.book, local(t, "2026-11-23T12:59:00"), dispatch.StopOptions{})
	must(t, err)
	same(t, "ledger after the rehearsal", o.ledger(morning), before)

	report := o.stop("2026-11-23T12:59:00", dispatch.StopOptions{})
	same(t, "rehearsed", rehearsed, report)
	same(t, "counts", counted(report), [3]int{1, 4, 0})
	same(t, "plans", o.plans("L1", "L2", "L3", "L4", "L5"), map[string]string{
		"L1": "23 Nov 14:00 plan PVI a1", "L2": "23 Nov 14:00 plan PVI a1", "L3": "23 Nov 14:00 plan PVI a2", "L4": "23 Nov 14:00 plan PVI ",
		"L5": "23 Nov 10:00 plan  ",
	})
	l := o.lead("L4")
	same(t, "status", []any{l.Status, l.Recycled, l.Attempts, l.NextCallAt.V}, []any{
		crm.Scheduled, int64(1), int64(0), crm.At(local(t, "2026-11-23T14:00:00")),
	})
	same(t, "recycled from", o.planned("L1").RecycledFrom, "L1#1")
	same(t, "run", o.ledger(morning).Runs[0].State, crm.RunStopped)
	files, err := o.store.UnpublishedFiles(t.Context())
	must(t, err)
	same(t, "files", len(files), 1)
	same(t, "signal", []any{files[0].Name, files[0].Kind, files[0].HasHead, files[0].Header, len(files[0].Lines)}, []any{
		"STOP/20261123-1259-PVI-IDF.csv", crm.FileStop, true,
		"external_id;phone1;last_name;first_name;priority;assigned_agent;min_calling_date_time;max_calling_date_time;campaign;segment;score", 0,
	})
	same(t, "report", report.Signals, []string{files[0].Name})

	again := o.stop("2026-11-23T12:59:30", dispatch.StopOptions{})
	same(t, "stopped again", again, dispatch.StopReport{})
	next := o.start("PVI", "2026-11-23T12:59:40")[0]
	same(t, "the next start", []any{next.Slot.Name, next.Groups[0].New}, []any{"A", 3})
}

// Calls that somebody has begun, and leads that are done with, are left alone.
func TestStopLeavesWhatHasBegun(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.seven()
	o.start("PVI", "2026-11-23T09:30:00")
	o.handOver()
	l1, l2 := *o.lead("L1"), *o.lead("L2")
	call, err := o.store.LeadCalls(t.Context(), "L1")
	must(t, err)
	call[0].State = crm.CallInProgress
	l2.Status = crm.Refused
	must(t, o.store.Apply(t.Context(), crm.Change{Leads: []crm.Lead{l1, l2}, Calls: call}))
	o.stop("2026-11-23T13:05:00", dispatch.StopOptions{})
	same(t, "plans", o.plans("L1", "L2", "L3"), map[string]string{"L3": "23 Nov 14:00 plan PVI a2"})
	same(t, "L1", o.calls("L1"), []string{crm.CallInProgress})
	same(t, "L2", o.lead("L2").Status, crm.Refused)
}

func TestStopChoosesItsRuns(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, at string
		types    []string
		want     [3]int
		signals  []string
		stopped  []string
	}{
		{"before the slot", "2026-11-23T09:59:59", nil, [3]int{}, nil, nil},
		{"in the slot", "2026-11-23T10:00:00", nil, [3]int{1, 1, 0}, []string{"STOP/20261123-1000-PVI-IDF.csv"}, []string{morning + "/IDF"}},
		{"ten minutes after the slot", "2026-11-23T13:10:00", nil, [3]int{1, 1, 0}, []string{"STOP/20261123-1310-PVI-IDF.csv"}, []string{morning + "/IDF"}},
		{"later", "2026-11-23T13:10:01", nil, [3]int{0, 0, 1}, nil, []string{morning + "/IDF"}},
		{"another campaign", "2026-11-23T12:59:00", []string{"PVB"}, [3]int{}, nil, nil},
		{"that campaign", "2026-11-23T12:59:00", []string{"PVB", "PVI"}, [3]int{1, 1, 0}, []string{"STOP/20261123-1259-PVI-IDF.csv"}, []string{morning + "/IDF"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := f0Office(t)
			o.receive("2026-11-22T20:00:00", lead("L1", 1))
			o.start("PVI", "2026-11-23T09:30:00")
			o.handOver()
			report := o.stop(test.at, dispatch.StopOptions{Types: test.types})
			same(t, "counts", counted(report), test.want)
			same(t, "signals", report.Signals, test.signals)
			var stopped []string
			for _, r := range report.Runs {
				stopped = append(stopped, r.ID)
			}
			same(t, "runs", stopped, test.stopped)
		})
	}
}

// Where one slot begins as another ends, the one that ended is stopped, and the dialer keeps what it got for the one that runs.
func TestStopDoesNotStopTheSlotThatRuns(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]string{"in the next slot": "2026-11-23T17:05:00", "before the next slot": "2026-11-23T16:59:00"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := f0Office(t, "assign: true\n", "assign: true\n    min_remaining: 5m\n")
			o.receive("2026-11-22T20:00:00", lead("L1", 1), lead("sud", 2, postal("13001")))
			o.start("PVI", "2026-11-23T14:00:00")
			o.receive("2026-11-22T20:00:00", lead("L2", 3))
			o.start("PVI", "2026-11-23T16:58:00")
			o.handOver()
			report := o.stop(at, dispatch.StopOptions{})
			same(t, "counts", counted(report), [3]int{2, 2, 0})
			same(t, "signals", report.Signals, []string{"STOP/" + map[string]string{
				"in the next slot": "20261123-1705", "before the next slot": "20261123-1659",
			}[name] + "-PVI-SUD.csv"})
			same(t, "why not", report.Runs[0].Silent, "already runs as "+evening+"/IDF")
			same(t, "still running", o.ledger(evening).Runs[0].State, crm.RunRunning)
			same(t, "L2", o.calls("L2"), []string{crm.CallInjected})
		})
	}
}

func TestStopOfOrphans(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-20T09:00:00", lead("L9", 9))
	o.start("PVI", "2026-11-20T14:00:00")
	o.handOver()
	same(t, "sunday", counted(o.stop("2026-11-22T15:00:00", dispatch.StopOptions{})), [3]int{0, 0, 1})
	same(t, "plan", o.plans("L9"), map[string]string{"L9": "23 Nov 10:00 plan PVI a1"})
	same(t, "again", o.stop("2026-11-22T15:00:00", dispatch.StopOptions{}), dispatch.StopReport{})
}

func TestStopBeforeALongWeekend(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2027-03-26T16:00:00", lead("L1", 1), lead("est", 2, postal("67000")))
	o.start("PVI", "2027-03-26T17:00:00")
	o.handOver()
	same(t, "counts", counted(o.stop("2027-03-26T19:58:00", dispatch.StopOptions{})), [3]int{1, 1, 0})
	same(t, "L1", o.planned("L1").DueAt.Time().Format("2006-01-02T15:04Z"), "2027-03-30T08:00Z")
}

func TestForcedStop(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	one := o.stop("2026-11-22T15:00:00", dispatch.StopOptions{Types: []string{"PVI"}, Force: true})
	same(t, "one campaign", one, dispatch.StopReport{Signals: []string{
		"STOP/20261122-1500-PVI-IDF.csv", "STOP/20261122-1500-PVI-SUD.csv", "STOP/20261122-1500-PVI-EST.csv",
	}})
	all := o.stop("2026-11-22T15:01:00", dispatch.StopOptions{Force: true})
	same(t, "all campaigns", len(all.Signals), 4*3)
	same(t, "CF too", slices.Contains(all.Signals, "STOP/20261122-1501-CF-EST.csv"), true)

	o.receive("2026-11-22T20:00:00", lead("L1", 1))
	o.start("PVI", "2026-11-23T14:00:00")
	o.handOver()
	stopped := o.stop("2026-11-23T16:00:00", dispatch.StopOptions{Types: []string{"PVI"}, Force: true})
	same(t, "with a run", stopped.Signals, []string{
		"STOP/20261123-1600-PVI-IDF.csv", "STOP/20261123-1600-PVI-SUD.csv", "STOP/20261123-1600-PVI-EST.csv",
	})

	o.book = f0(t, "stop_signal: header_only", "stop_signal: none")
	same(t, "a dialer without signal", o.stop("2026-11-22T15:02:00", dispatch.StopOptions{Force: true}), dispatch.StopReport{})
}

func TestSignalsOfDialers(t *testing.T) {
	t.Parallel()
	for signal, want := range map[string]int64{"header_only": 131, "zero_bytes": 0} {
		t.Run(signal, func(t *testing.T) {
			t.Parallel()
			o := f0Office(t, "stop_signal: header_only", "stop_signal: "+signal)
			o.receive("2026-11-22T20:00:00", lead("L1", 1))
			o.start("PVI", "2026-11-23T09:30:00")
			o.handOver()
			o.stop("2026-11-23T12:59:00", dispatch.StopOptions{})
			files, err := o.store.UnpublishedFiles(t.Context())
			must(t, err)
			same(t, "bytes", []int64{int64(len(files)), files[0].Bytes}, []int64{1, want})
		})
	}
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		o := f0Office(t, "stop_signal: header_only", "stop_signal: none")
		o.receive("2026-11-22T20:00:00", lead("L1", 1))
		o.start("PVI", "2026-11-23T09:30:00")
		o.handOver()
		report := o.stop("2026-11-23T12:59:00", dispatch.StopOptions{})
		same(t, "report", []any{counted(report), len(report.Signals), report.Runs[0].Silent},
			[]any{[3]int{1, 1, 0}, 0, "dialer diabolocom-csv knows no stop signal"})
	})
}

// A file that the dialer never got is cancelled, and needs no signal.
func TestStopOfWhatWasNeverHandedOver(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-22T20:00:00", lead("L1", 1))
	o.start("PVI", "2026-11-23T09:30:00")
	report := o.stop("2026-11-23T12:59:00", dispatch.StopOptions{})
	same(t, "open", report.Open, true)
	same(t, "counts", counted(report), [3]int{0, 1, 0})
	same(t, "no signal", report.Signals, []string(nil))
	same(t, "cancelled", report.Runs[0].Cancelled, []string{"PVI/20261123-1000-IDF-01.csv"})
	files, err := o.store.UnpublishedFiles(t.Context())
	must(t, err)
	same(t, "files", len(files), 0)
	same(t, "plan", o.plans("L1"), map[string]string{"L1": "23 Nov 14:00 plan PVI a1"})
	o.start("PVI", "2026-11-23T14:00:00")
	report = o.stop("2026-11-23T16:59:00", dispatch.StopOptions{Types: []string{"PVI"}, Force: true})
	same(t, "forced", []any{counted(report), report.Signals}, []any{[3]int{0, 1, 0}, []string{
		"STOP/20261123-1659-PVI-IDF.csv", "STOP/20261123-1659-PVI-SUD.csv", "STOP/20261123-1659-PVI-EST.csv",
	}})
}

// A campaign that the rule book no longer has cannot call again.
func TestStopOfACampaignThatIsGone(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-22T20:00:00", lead("L1", 1), lead("L5", 5, given("RDVVQ", "PVB", 10)))
	o.start("PVB", "2026-11-23T09:30:00")
	o.handOver()
	o.book = f0(t, "\n  PVB:\n", "\n  OTHER:\n")
	report := o.stop("2026-11-23T12:59:00", dispatch.StopOptions{})
	same(t, "counts", counted(report), [3]int{1, 0, 0})
	same(t, "parked", report.Parked, 1)
	same(t, "signals", report.Signals, []string{"STOP/20261123-1259-PVB-IDF.csv"})
	l := o.lead("L5")
	same(t, "lead", []any{l.Status, l.NextCallAt.Valid, o.planned("L5").ID}, []any{crm.Parked, false, ""})
}

// One phone in two campaigns: who was left out for it is planned again too, and
// never are both called.
func TestStopWithOnePhoneInTwoCampaigns(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-23T13:30:00", lead("L12", 12), lead("L13", 12, given("PQSC", "PVI_SOON", 50)))
	o.start("PVI", "2026-11-23T14:00:00")
	o.start("PQSC", "2026-11-23T14:00:00")
	o.handOver()
	same(t, "L13", o.decisions("PQSC/2026-11-23T14:00")["L13"], "phone_open: PVI/2026-11-23T14:00/IDF")
	same(t, "counts", counted(o.stop("2026-11-23T16:59:00", dispatch.StopOptions{})), [3]int{1, 2, 0})
	same(t, "plans", o.plans("L12", "L13"), map[string]string{"L12": "23 Nov 17:00 plan PVI a1", "L13": "24 Nov 14:00 plan PQSC "})
	o.start("PVI", "2026-11-23T17:00:00")
	o.handOver()
	o.start("PQSC", "2026-11-24T14:00:00")
	same(t, "while the evening is open", o.decisions("PQSC/2026-11-24T14:00")["L13"], "phone_open: PVI/2026-11-23T17:00/IDF")
	same(t, "the evening is an orphan", counted(o.stop("2026-11-24T10:00:00", dispatch.StopOptions{Types: []string{"PVI"}})), [3]int{0, 0, 1})
	o.start("PQSC", "2026-11-24T14:00:00")
	same(t, "then", o.decisions("PQSC/2026-11-24T14:00")["L13"], "injected")
}

// stoppedFirst is a store in which somebody else stops first.
type stoppedFirst struct {
	dispatch.Store
	first func()
}

func (s *stoppedFirst) Stop(ctx context.Context, stop crm.Stop) ([]crm.Stopped, error) {
	if first := s.first; first != nil {
		s.first = nil
		first()
	}
	return s.Store.Stop(ctx, stop)
}

// Of two stops at once one counts the run and signals the dialer.
func TestTwoStopsAtOnce(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.OnPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, open(t), f0(t))
			o.receive("2026-11-22T20:00:00", lead("L1", 1))
			o.start("PVI", "2026-11-23T09:30:00")
			o.handOver()
			slow := *o.desk
			slow.Store = &stoppedFirst{o.store, func() {
				same(t, "first", counted(o.stop("2026-11-23T12:58:59", dispatch.StopOptions{})), [3]int{1, 1, 0})
			}}
			report, err := slow.Stop(t.Context(), o.book, local(t, "2026-11-23T12:59:00"), dispatch.StopOptions{})
			must(t, err)
			same(t, "second", report, dispatch.StopReport{})
			files, err := o.store.UnpublishedFiles(t.Context())
			must(t, err)
			same(t, "signals", len(files), 1)
			same(t, "calls", o.calls("L1"), []string{crm.CallRecycled, crm.CallPlanned})
		})
	}
}
