package intake_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"callsheet/runner/internal/intake"
)

// leadsCSV is a file of n leads with what a CRM usually knows of them.
func leadsCSV(n int) string {
	var b strings.Builder
	b.WriteString("id;first_name;last_name;phone;postal_code;city;estimated_price;estimated_at;role;visits;legal_basis;tags\n")
	for i := range n {
		fmt.Fprintf(&b, "L%d;Anne;Durand;01 99 00 %02d %02d;75011;Paris;450000.50;2026-11-22T18:05:00;owner;3;request;vip|garden\n",
			i, i/100%100, i%100)
	}
	return b.String()
}

// BenchmarkLeads imports leads, phones included, on all processors.
func BenchmarkLeads(b *testing.B) {
	const rows = 20000
	file := leadsCSV(rows)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		source, err := intake.NewSource("leads.csv", strings.NewReader(file), int64(len(file)))
		if err != nil {
			b.Fatal(err)
		}
		leads, err := intake.Leads(source, nil, intake.NewPhones(), time.UTC)
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			var row intake.LeadRow
			if row, err = leads.Next(); row.Reject != "" {
				b.Fatal(row.Reject)
			}
		}
		if err != io.EOF {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkSource splits the same file into records and does nothing else.
func BenchmarkSource(b *testing.B) {
	const rows = 20000
	file := leadsCSV(rows)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		source, err := intake.NewSource("leads.csv", strings.NewReader(file), int64(len(file)))
		for err == nil {
			_, err = source.Next()
		}
		if err != io.EOF {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkPhone reads one phone cell.
func BenchmarkPhone(b *testing.B) {
	phones := intake.NewPhones()
	for b.Loop() {
		if _, ok := phones.Parse("01 99 00 00 01", "75011"); !ok {
			b.Fatal("refused")
		}
	}
}
