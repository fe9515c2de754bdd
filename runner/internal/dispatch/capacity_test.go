package dispatch_test

import (
	"fmt"
	"strings"
	"testing"

	"callsheet/runner/internal/crm"
)

func TestCallbacksComeFirstAndAreNeverCut(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-22T20:00:00", queue(6)...)
	o.asCallback("L6", "2026-11-23T10:15:00")
	o.asCallback("L5", "2026-11-23T10:30:00")
	o.asCallback("L4", "2026-11-20T10:30:00") // overdue
	report := o.start("PVI", "2026-11-23T09:30:00")[0]
	same(t, "new and over capacity", []int{report.Groups[0].New, report.Groups[0].OverCapacity}, []int{3, 3})
	same(t, "order", ids(o.lines()[idfFile]), "L4 L6 L5")
	same(t, "not before", o.cells(idfFile, fromColumn), map[string]string{
		"L4": "2026-11-23T09:00:00Z", "L6": "2026-11-23T09:15:00Z", "L5": "2026-11-23T09:30:00Z",
	})

	o.asCallback("L1", "2026-11-23T12:00:00")
	o.asCallback("L3", "2026-11-23T11:00:00")
	report = o.start("PVI", "2026-11-23T10:45:00")[0]
	same(t, "above the maximum", []int{report.Groups[0].New, report.Groups[0].Already, report.Groups[0].OverCapacity}, []int{2, 3, 1})
	same(t, "order", ids(o.lines()["PVI/20261123-1000-IDF-02.csv"]), "L3 L1")
	same(t, "rank", rank(o, "L1"), 5)
	same(t, "rank of who waits", rank(o, "L2"), 6)
}

func TestCallbacksDueAtOnceFollowTheOrder(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	o.receive("2026-11-22T20:00:00", queue(3)...)
	for _, id := range []string{"L3", "L2", "L1"} {
		o.asCallback(id, "2026-11-23T10:15:00")
	}
	o.start("PVI", "2026-11-23T09:30:00")
	same(t, "order", ids(o.lines()[idfFile]), "L1 L2 L3")
}

func TestCallbacksSkipIncludeButNotExclude(t *testing.T) {
	t.Parallel()
	o := f0Office(t, "    assign: true\n", "    assign: true\n    include:\n      warm: lead.score >= 20\n    exclude:\n      small: (lead.rooms ?? 0) == 1\n")
	rooms := func(n int64) func(*crm.Lead) { return func(l *crm.Lead) { l.Rooms = crm.Some(n) } }
	cold := given("RDVVQ", "PVI_NOW", 5)
	o.receive("2026-11-22T20:00:00",
		lead("cold", 1, cold, rooms(3)), lead("cold callback", 2, cold, rooms(3)), lead("small callback", 3, rooms(1)),
		lead("lawless callback", 4, rooms(3), func(l *crm.Lead) { l.LegalBasis = crm.BasisNone }))
	for _, id := range []string{"cold callback", "small callback", "lawless callback"} {
		o.asCallback(id, "2026-11-23T10:15:00")
	}
	o.start("PVI", "2026-11-23T09:30:00")
	told := o.decisions(morning)
	for id, why := range map[string]string{
		"cold": "warm", "cold callback": "injected", "small callback": "small", "lawless callback": "FR-5",
	} {
		same(t, id, strings.Split(told[id], ":")[0], why)
	}
}

// Every start counts what the ones before it took.
func TestMaximumOverRepeatedStarts(t *testing.T) {
	t.Parallel()
	o := f0Office(t)
	all := queue(7)
	for i, want := range [][2]int{{2, 0}, {1, 1}, {0, 3}} {
		o.receive("2026-11-22T20:00:00", all[2*i:2*i+2]...)
		g := o.start("PVI", "2026-11-23T09:30:00")[0].Groups[0]
		same(t, fmt.Sprintf("start %d: new and over capacity", i+1), [2]int{g.New, g.OverCapacity}, want)
	}
	same(t, "files", len(o.lines()), 2)
	o.receive("2026-11-22T20:00:00", lead("south", 90, postal("13001")))
	reports := o.start("PVI", "2026-11-23T09:30:00")
	same(t, "each group has its own maximum", reports[0].Groups[1].New, 1)
}

func TestFilesHaveAtMostTheRowsOfTheDialer(t *testing.T) {
	t.Parallel()
	o := f0Office(t, "max_rows: 300", "max_rows: 2", "max_per_slot: 3", "max_per_slot: 100")
	o.receive("2026-11-22T20:00:00", queue(5)...)
	report := o.start("PVI", "2026-11-23T09:30:00")[0]
	name := func(n int) string { return fmt.Sprintf("PVI/20261123-1000-IDF-%02d.csv", n) }
	same(t, "files", report.Groups[0].Files, []string{name(1), name(2), name(3)})
	o.receive("2026-11-22T20:00:00", lead("late", 9))
	o.start("PVI", "2026-11-23T10:30:00")
	lines := o.lines()
	for i, want := range []string{"L1 L2", "L3 L4", "L5", "late"} {
		same(t, name(i+1), ids(lines[name(i+1)]), want)
	}
	stored := o.ledger(morning)
	same(t, "files of the run", stored.Runs[0].Files, 4)
	for _, f := range stored.Files {
		for _, l := range f.Lines {
			same(t, "file of "+l.CallID, callOf(stored, l.CallID).File, f.Name)
		}
		if f.SHA256 == "" || f.Bytes == 0 {
			t.Errorf("%s is not sealed", f.Name)
		}
	}
	same(t, "agents by turns over files", o.cells(name(2), agentColumn), map[string]string{"L3": "a1", "L4": "a2"})
}

// ids are the first cells of the lines of a file.
func ids(lines []string) string {
	var list []string
	for _, line := range lines {
		id, _, _ := strings.Cut(line, ";")
		list = append(list, id)
	}
	return strings.Join(list, " ")
}

func rank(o *office, id string) int {
	for _, d := range o.ledger(morning).Decisions {
		if d.LeadID == id {
			return d.Rank
		}
	}
	return -1
}

func callOf(l ledger, id string) crm.Call {
	for _, calls := range l.Calls {
		for _, c := range calls {
			if c.ID == id {
				return c
			}
		}
	}
	return crm.Call{}
}
