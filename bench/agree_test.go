package bench

import (
	"errors"
	"fmt"
	"math/bits"
	"testing"
)

// workloads are leads without and with empty fields, fewer than are measured.
func workloads(t testing.TB, n int) map[string]*Workload {
	t.Helper()
	out := map[string]*Workload{}
	for name, share := range map[string]float64{"no empties": 0, "30 % empties": 0.3} {
		w, err := NewWorkload(n, share)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = w
	}
	return out
}

// rowsOf is what a contestant says of a workload.
func rowsOf(t *testing.T, c Contestant, w *Workload, set Set) []Row {
	t.Helper()
	run, err := c.Start(w, set)
	var unable Unable
	if errors.As(err, &unable) {
		t.Skip(unable)
	}
	if err != nil {
		t.Fatal(err)
	}
	// The second pass is one that does not begin with everything new.
	for range 2 {
		run.Prepare()
		if err := run.Apply(); err != nil {
			t.Fatal(err)
		}
	}
	return run.Rows()
}

// Every contestant comes to the checksum of compiled Go, lead by lead.
func TestContestantsAgree(t *testing.T) {
	t.Parallel()
	for name, w := range workloads(t, 5_000) {
		for _, set := range Sets() {
			for _, c := range Contestants() {
				t.Run(fmt.Sprintf("%s/%s/%s", name, set, c.Name), func(t *testing.T) {
					t.Parallel()
					part := c.Of(w)
					got, want := rowsOf(t, c, part, set), rowsOf(t, Contestants()[0], part, set)
					if Checksum(got) == Checksum(want) {
						return
					}
					for i := range want {
						if got[i] != want[i] {
							t.Fatalf("lead %d: %x, Go says %x; the lead is %+v", i, got[i], want[i], part.Leads[i])
						}
					}
				})
			}
		}
	}
}

// No rule holds for all leads or for none: a contestant could be right about it
// without looking.
func TestRulesDivideLeads(t *testing.T) {
	t.Parallel()
	for name, w := range workloads(t, 20_000) {
		for _, set := range []Set{Campaigns, Hundred} {
			t.Run(fmt.Sprintf("%s/%s", name, set), func(t *testing.T) {
				t.Parallel()
				taken := [128]int{}
				for _, row := range rowsOf(t, Contestants()[0], w, set) {
					for word, x := range row {
						for ; x != 0; x &= x - 1 {
							taken[word<<6+bits.TrailingZeros64(x)]++
						}
					}
				}
				for i := range len(conditions(set)) {
					if taken[i] == 0 || taken[i] == len(w.Leads) {
						t.Errorf("rule %d, %v, takes %d of %d leads", i, conditions(set)[i], taken[i], len(w.Leads))
					}
				}
			})
		}
	}
}

// A checksum sees one wrong bit and two results in the wrong order.
func TestChecksum(t *testing.T) {
	t.Parallel()
	rows := []Row{{1, 0}, {2, 0}, {0, 2}}
	for name, other := range map[string][]Row{
		"bit":       {{1, 0}, {3, 0}, {0, 2}},
		"order":     {{2, 0}, {1, 0}, {0, 2}},
		"word":      {{1, 0}, {0, 2}, {0, 2}},
		"one fewer": {{1, 0}, {2, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if Checksum(rows) == Checksum(other) {
				t.Errorf("%v and %v have the same checksum", rows, other)
			}
		})
	}
}

// The leads are the same on every machine and at every time.
func TestWorkloadIsFixed(t *testing.T) {
	t.Parallel()
	for name, w := range workloads(t, 1000) {
		want := map[string]uint64{"no empties": 0xcc02b8b03cfe91f1, "30 % empties": 0xae14be78a44e4408}[name]
		if got := Checksum(rowsOf(t, Contestants()[0], w, Scoring)); got != want {
			t.Errorf("%s: the scores have the checksum %#x, want %#x", name, got, want)
		}
	}
}
