package dialer_test

import (
	"fmt"
	"testing"

	"callsheet/engine/expression"
	"callsheet/runner/internal/dialer"
)

func BenchmarkSheet(b *testing.B) {
	book := loadBook(b, "")
	leads := make([]facts, expression.MaxBatch)
	for i := range leads {
		leads[i] = facts{
			"lead.id": fmt.Sprintf("L%06d", i), "lead.score": i % 100, "lead.segment": "PVI_NOW", "lead.city": "Paris", "lead.postal_code": "75011",
			"contact.phone": fmt.Sprintf("+3319900%04d", i), "contact.phone_country": "33", "contact.phone_national": fmt.Sprintf("19900%04d", i),
			"contact.first_name": "Zoé", "contact.last_name": "Moreau-Petit", "agent.username": "a1", "campaign.name": "PVI",
			"call.not_before": paris(b, 10, 0), "call.not_after": paris(b, 13, 0),
		}
	}
	full := batch(b, book, leads...)
	for _, d := range book.Dialers {
		b.Run(d.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				dialer.Sheet(d, full, book)
			}
			b.ReportMetric(float64(b.N)*expression.MaxBatch/b.Elapsed().Seconds(), "lines/s")
		})
	}
}
