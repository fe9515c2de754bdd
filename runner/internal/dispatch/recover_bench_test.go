package dispatch_test

import (
	"testing"
)

// BenchmarkRecover looks at 20 000 leads of which nobody is recovered: the
// price of asking.
func BenchmarkRecover(b *testing.B) {
	o := f0Office(b)
	for from := 0; from < 20_000; from += 4000 {
		o.receive("2026-11-22T20:00:00", crowd(from, 4000)...)
	}
	o.book.Recovery.MaxPerRun = 0
	for b.Loop() {
		got, err := o.desk.Recover(b.Context(), o.book, local(b, "2026-12-01T08:00:00"))
		must(b, err)
		if got.Skipped["max_per_run"] != 20_000 {
			b.Fatal(got.Skipped)
		}
	}
	b.ReportMetric(float64(20_000*b.N)/b.Elapsed().Seconds(), "leads/s")
}
