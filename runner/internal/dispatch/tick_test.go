package dispatch_test

import (
	"strings"
	"testing"
	"time"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
)

const fast = "CF/2026-11-23T10:00"

// tick is one tick of CF at a local time.
func (o *office) tick(at string) []dispatch.Report {
	o.Helper()
	reports, err := o.desk.Tick(o.Context(), o.book, o.campaign("CF"), local(o, at))
	must(o, err)
	return reports
}

// ticked tells how many calls a tick injected.
func ticked(reports []dispatch.Report) (n int) {
	for _, r := range reports {
		for _, g := range r.Groups {
			n += g.New
		}
	}
	return n
}

func TestTick(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.seven()
	o.start("PVI", "2026-11-23T09:30:00")
	same(t, "nobody is new", ticked(o.tick("2026-11-23T10:00:00")), 0)
	o.receive("2026-11-23T10:01:10", lead("L9", 9, given("RDVVQ", "PVI_NOW", 90), postal("92300")))
	reports := o.tick("2026-11-23T10:02:00")
	same(t, "groups", reports[0].Groups, []dispatch.Started{{
		Campaign: "CF", Group: "IDF", Slot: reports[0].Slot, New: 1,
		Files: []string{"CF/20261123-100200-IDF.csv"}, Waited: []time.Duration{50 * time.Second},
	}})
	same(t, "lines", o.lines()["CF/20261123-100200-IDF.csv"], []string{
		"L9;33199000009;;;10;a2;2026-11-23T09:00:00Z;2026-11-23T12:00:00Z;CF;PVI_NOW;90",
	})
	// The maximum of PVI is reached and does not count; nor do these calls there.
	same(t, "ledger", o.ledger(morning).Runs[0].Files, 1)
	for _, at := range []string{"2026-11-23T10:02:00", "2026-11-23T10:03:00", "2026-11-23T10:04:00"} {
		before := o.ledger(fast)
		same(t, at, ticked(o.tick(at)), 0)
		same(t, "ledger after "+at, o.ledger(fast), before)
	}
	same(t, "after the slot", o.tick("2026-11-23T13:00:00"), []dispatch.Report(nil))
	same(t, "before the slot", o.tick("2026-11-23T09:59:59"), []dispatch.Report(nil))
	same(t, "on a sunday", o.tick("2026-11-22T11:00:00"), []dispatch.Report(nil))
}

// Who came in too late for the last tick of a slot is taken by the next start.
func TestLeadOfTheLastMinute(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-23T12:59:30", lead("L10", 10))
	same(t, "outside", len(o.tick("2026-11-23T13:00:00")), 0)
	same(t, "due", o.plans("L10"), map[string]string{"L10": "23 Nov 10:00 plan  "})
	same(t, "the next tick", ticked(o.tick("2026-11-23T14:00:00")), 0)
	o.start("PVI", "2026-11-23T14:00:00")
	same(t, "decision", o.decisions(afternoon)["L10"], "injected")
}

// Each tick has its own maximum for each group, and each file its own name.
func TestMaximumOfATick(t *testing.T) {
	t.Parallel()
	o := f0Office(t, "max_per_tick: 10", "max_per_tick: 2", "max_rows: 300", "max_rows: 1")
	leads := []dispatch.Incoming{lead("sud", 100, postal("13001"))}
	for i := range 5 {
		leads = append(leads, lead("L"+string(rune('1'+i)), i+1))
	}
	o.receive("2026-11-23T10:01:00", leads...)
	report := o.tick("2026-11-23T10:02:00")[0]
	same(t, "first", []int{report.Groups[0].New, report.Groups[0].OverCapacity, report.Groups[1].New}, []int{2, 3, 1})
	report = o.tick("2026-11-23T10:02:00")[0]
	same(t, "second", []int{report.Groups[0].New, report.Groups[0].Already, report.Groups[0].OverCapacity}, []int{2, 2, 1})
	same(t, "third", ticked(o.tick("2026-11-23T10:04:00")), 1)
	var names []string
	for _, name := range []string{
		"CF/20261123-100200-IDF.csv", "CF/20261123-100200-IDF-02.csv", "CF/20261123-100200-IDF-03.csv", "CF/20261123-100200-IDF-04.csv",
		"CF/20261123-100200-SUD.csv", "CF/20261123-100400-IDF.csv",
	} {
		if len(o.lines()[name]) != 1 {
			names = append(names, name)
		}
	}
	same(t, "files that are missing", names, []string(nil))
	same(t, "files", len(o.lines()), 6)
}

// The slot of each group follows its own calendar.
func TestTickOnAHolidayOfOneGroup(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2027-03-26T10:01:00", lead("L1", 1), lead("est", 2, postal("67000")))
	o.tick("2027-03-26T10:02:00")
	same(t, "decisions", o.decisions("CF/2027-03-26T10:00"), map[string]string{"L1": "injected"})
}

// A stop of PVI ends the ticks of its slot, whether PVI ran or not.
func TestStopEndsTicks(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]bool{"with a run of PVI": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := f0Office(t)
			o.receive("2026-11-22T20:00:00", lead("L1", 1))
			want := [3]int{1, 1, 0}
			signals := []string{"STOP/20261123-1259-CF-IDF.csv"}
			if start {
				o.start("PVI", "2026-11-23T09:30:00")
				want, signals = [3]int{2, 2, 0}, append(signals, "STOP/20261123-1259-PVI-IDF.csv")
			}
			o.receive("2026-11-23T10:01:00", lead("L2", 2))
			o.tick("2026-11-23T10:02:00")
			o.handOver()
			report := o.stop("2026-11-23T12:59:00", dispatch.StopOptions{Types: []string{"PVI"}})
			same(t, "counts", counted(report), want)
			same(t, "signals", report.Signals, signals)
			same(t, "plan", o.plans("L2"), map[string]string{"L2": "23 Nov 14:00 plan PVI a" + map[bool]string{true: "2", false: "1"}[start]})
			o.receive("2026-11-23T12:59:10", lead("L3", 3))
			same(t, "a tick after it", len(o.tick("2026-11-23T12:59:20")), 0)
			o.start("PVI", "2026-11-23T14:00:00")
			same(t, "afternoon", o.decisions(afternoon)["L2"]+o.decisions(afternoon)["L3"], "injectedinjected")
		})
	}
}

// A stop of CF alone leaves PVI running.
func TestStopOfTicksAlone(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-22T20:00:00", lead("L1", 1))
	o.start("PVI", "2026-11-23T09:30:00")
	o.receive("2026-11-23T10:01:00", lead("L2", 2))
	o.tick("2026-11-23T10:02:00")
	o.handOver()
	same(t, "counts", counted(o.stop("2026-11-23T11:00:00", dispatch.StopOptions{Types: []string{"CF"}})), [3]int{1, 1, 0})
	same(t, "PVI", o.ledger(morning).Runs[0].State, crm.RunRunning)
	same(t, "ticks", len(o.tick("2026-11-23T11:02:00")), 0)
}

// A rehearsed tick tells the same as the tick and leaves nothing.
func TestRehearsedTick(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-23T10:01:00", lead("L1", 1))
	before := o.ledger(fast)
	at := local(t, "2026-11-23T10:02:00")
	rehearsed, err := o.desk.Rehearsal().Tick(t.Context(), o.book, o.campaign("CF"), at)
	must(t, err)
	same(t, "ledger", o.ledger(fast), before)
	same(t, "report", rehearsed, o.tick("2026-11-23T10:02:00"))
}

func TestTickOfACampaignOfItsOwn(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	_, err := o.desk.Tick(t.Context(), o.book, o.campaign("PVI"), local(t, "2026-11-23T10:02:00"))
	if err == nil || !strings.Contains(err.Error(), "PVI") {
		t.Errorf("a tick of PVI is %v, want an error that names it", err)
	}
}

func TestNextTick(t *testing.T) {
	t.Parallel()
	b := f0(t)
	seven := f0(t, "every: 2m", "every: 7m")
	tests := []struct {
		book        *engine.RuleBook
		after, want string
	}{
		{b, "2026-11-23T09:00:00", "2026-11-23T10:00:00"},
		{b, "2026-11-23T09:59:59", "2026-11-23T10:00:00"},
		{b, "2026-11-23T10:00:00", "2026-11-23T10:02:00"},
		{b, "2026-11-23T10:20:30", "2026-11-23T10:22:00"},
		{b, "2026-11-23T12:57:59", "2026-11-23T12:58:00"},
		{b, "2026-11-23T12:58:00", "2026-11-23T14:00:00"},
		{b, "2026-11-23T16:58:00", "2026-11-23T17:00:00"},
		{b, "2026-11-27T19:58:00", "2026-11-30T10:00:00"},
		{b, "2027-03-26T10:00:00", "2027-03-26T10:02:00"}, // a holiday of one group only
		{b, "2027-03-26T19:59:00", "2027-03-30T10:00:00"},
		{seven, "2026-11-23T10:00:00", "2026-11-23T10:07:00"},
		{seven, "2026-11-23T12:55:00", "2026-11-23T14:00:00"}, // 12:55 is a tick, 13:02 would be after the slot
		{seven, "2026-11-23T12:54:59", "2026-11-23T12:55:00"},
	}
	for _, test := range tests {
		c, _ := test.book.Campaign("CF")
		next, ok := dispatch.NextTick(test.book, c, local(t, test.after))
		same(t, "after "+test.after, []any{next.In(test.book.Zone).Format("2006-01-02T15:04:05"), ok}, []any{test.want, true})
	}
}
