package bench

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
)

// measured is how many leads the benchmarks have.
const measured = 100_000

// BenchmarkRules measures every contestant with every set of rules. The time of
// an iteration is that of all leads; ns/lead and allocs/lead are what one costs.
func BenchmarkRules(b *testing.B) {
	for _, share := range []int{0, 30} {
		w, err := NewWorkload(measured, float64(share)/100)
		if err != nil {
			b.Fatal(err)
		}
		for _, set := range Sets() {
			for _, c := range Contestants() {
				b.Run(fmt.Sprintf("empties=%d%%/%s/%s", share, set, c.Name), func(b *testing.B) {
					benchmark(b, c, c.Of(w), set)
				})
			}
		}
	}
}

func benchmark(b *testing.B, c Contestant, w *Workload, set Set) {
	run, err := c.Start(w, set)
	var unable Unable
	if errors.As(err, &unable) {
		b.Skip(unable)
	}
	if err != nil {
		b.Fatal(err)
	}
	var mallocs uint64
	for b.Loop() {
		b.StopTimer()
		run.Prepare()
		before := objects()
		b.StartTimer()
		err := run.Apply()
		b.StopTimer()
		mallocs += objects() - before
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	leads := float64(b.N) * float64(len(w.Leads))
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/leads, "ns/lead")
	b.ReportMetric(float64(mallocs)/leads, "allocs/lead")
}

// BenchmarkFilling measures how long it takes to fill the columns.
func BenchmarkFilling(b *testing.B) {
	w, err := NewWorkload(measured, 0)
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, Filling(), w, "")
}

// objects is how many objects were allocated so far.
func objects() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

// BenchmarkMemory measures a plain sum of the columns that a set reads: evaluation
// by columns that looks at every value once cannot be much faster than this.
func BenchmarkMemory(b *testing.B) {
	for _, set := range Sets() {
		b.Run(string(set), func(b *testing.B) {
			w, err := NewWorkload(measured, 0)
			if err != nil {
				b.Fatal(err)
			}
			m, err := NewMemory(w, set)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(m.Bytes()))
			for b.Loop() {
				m.Sum()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/measured, "ns/lead")
		})
	}
}
