package dispatch_test

import (
	"context"
	"fmt"
	"testing"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
)

// many are n sellers of all groups, with a phone each.
func many(n int) []dispatch.Incoming {
	leads := make([]dispatch.Incoming, n)
	for i := range leads {
		leads[i] = lead(fmt.Sprintf("L%05d", i), i, given("RDVVQ", "PVI_NOW", int64(i%100)), postal([]string{"75011", "13001", "67000"}[i%3]))
	}
	return leads
}

// inMemory is an empty office in memory.
func inMemory(b *testing.B) (*office, func()) {
	b.Helper()
	st, err := store.OpenMemory(context.Background(), "benchmark")
	must(b, err)
	return newOffice(b, st, f0(b, "max_per_slot: 3", "max_per_slot: 5000")), func() { must(b, st.Close()) }
}

// halfDue has 10 000 leads stored, 5 000 of them due on Monday morning and the
// others on Tuesday.
func halfDue(b *testing.B) (*office, func()) {
	b.Helper()
	o, closes := inMemory(b)
	leads := many(10_000)
	for at, part := range map[string][]dispatch.Incoming{"2026-11-22T20:00:00": leads[:5000], "2026-11-23T20:30:00": leads[5000:]} {
		o.receive(at, part[:2500]...)
		o.receive(at, part[2500:]...)
	}
	return o, closes
}

// BenchmarkDecide is a dry run over 5 000 due calls of 10 000 leads.
func BenchmarkDecide(b *testing.B) {
	o, closes := halfDue(b)
	defer closes()
	c, at := o.campaign("PVI"), local(b, "2026-11-23T10:00:00")
	for b.Loop() {
		reports, err := o.desk.Rehearsal().Start(context.Background(), o.book, c, at)
		must(b, err)
		same(b, "due", reports[0].Funnel.Steps[0], crm.Step{Name: "planned", Left: 5000})
	}
}

// BenchmarkStart injects 5 000 due calls of 10 000 leads.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		o, closes := halfDue(b)
		b.StartTimer()
		reports := o.start("PVI", "2026-11-23T10:00:00")
		b.StopTimer()
		same(b, "due", reports[0].Funnel.Steps[0], crm.Step{Name: "planned", Left: 5000})
		closes()
		b.StartTimer()
	}
}

// BenchmarkReceive stores a batch of 4 096 new leads.
func BenchmarkReceive(b *testing.B) {
	leads := many(dispatch.MaxReceive)
	for b.Loop() {
		b.StopTimer()
		o, closes := inMemory(b)
		b.StartTimer()
		o.receive("2026-11-22T20:00:00", leads...)
		b.StopTimer()
		closes()
		b.StartTimer()
	}
}

// BenchmarkReceiveAgain finds nothing new in a batch of 4 096 leads.
func BenchmarkReceiveAgain(b *testing.B) {
	leads := many(dispatch.MaxReceive)
	o, closes := inMemory(b)
	defer closes()
	o.receive("2026-11-22T20:00:00", leads...)
	for b.Loop() {
		o.receive("2026-11-22T21:00:00", leads...)
	}
}
