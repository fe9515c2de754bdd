package yamltext

import (
	"fmt"
	"strings"
	"testing"
)

// book is a scoring file of 2 000 lines, of about the mixture of the shipped one.
func book() []byte {
	var b strings.Builder
	b.WriteString("groups:\n")
	for i := range 333 {
		fmt.Fprintf(&b, "  rule_%d:   # a comment\n    when: lead.role in [\"owner\", \"heir\"] and lead.visits >= %d\n    points: 25\n    say: owns the property\n    days: {from: \"10:00\", to: \"13:00\"}\n\n", i, i)
	}
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	src := book()
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		faults := &Faults{}
		if Parse("scoring.yaml", src, faults) == nil || faults.Len() > 0 {
			b.Fatal(faults.All())
		}
	}
}

func BenchmarkParseBroken(b *testing.B) {
	src := append(book(), "a: b: c\n"...)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		faults := &Faults{}
		if Parse("scoring.yaml", src, faults) == nil || faults.Len() != 1 {
			b.Fatal(faults.All())
		}
	}
}
