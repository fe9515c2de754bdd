package expression_test

import (
	"testing"
	"time"

	"callsheet/engine/expression"
)

// A batch that borrows decides as the one that lends, also under a vocabulary
// in another order, and writes nothing into it.
func TestBorrow(t *testing.T) {
	t.Parallel()
	fields := []expression.Field{
		{Name: "lead.visits", Type: expression.Integer},
		{Name: "lead.city", Type: expression.Text},
		{Name: "lead.warm", Type: expression.Boolean},
		{Name: "lead.seen", Type: expression.Time},
	}
	schema := func(fields ...expression.Field) *expression.Schema {
		s, err := expression.NewSchema(fields, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first, second := schema(fields...), schema(fields[3], fields[2], fields[1], fields[0])
	const leads = 300
	lends := first.NewBatch(leads)
	for i := range leads {
		lends.SetInt(0, i, int64(i%7))
		lends.SetText(1, i, []string{"", "Paris", "Lyon"}[i%3])
		lends.SetBool(2, i, i%2 == 0)
	}
	lends.SetTimeOfAll(3, 1000)
	truth := func(s *expression.Schema, b *expression.Batch, source string) (yes []bool) {
		c, faults := s.Condition(source, expression.Scope{})
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		found := c.Eval(b)
		for i := range b.Len() {
			holds, _ := found.At(i)
			yes = append(yes, holds)
		}
		return yes
	}
	borrows := second.NewBatch(0)
	for round := range 3 {
		for _, source := range []string{
			`lead.visits > 3 and lead.city == "Paris"`, `lead.warm or lead.city == nil`, `lead.seen < now`, `lead.visits in 2..4 and not lead.warm`,
		} {
			borrows.Reset(leads)
			for col, column := range []int{3, 2, 1, 0} {
				if !borrows.Borrow(col, lends, column) {
					t.Fatalf("column %d is not lent", column)
				}
			}
			borrows.SetNow(time.Unix(2, 0))
			lends.SetNow(time.Unix(2, 0))
			want, got := truth(first, lends, source), truth(second, borrows, source)
			for i := range want {
				if want[i] != got[i] {
					t.Fatalf("round %d: %s is %t for lead %d, want %t", round, source, got[i], i, want[i])
				}
			}
			// Setting drops what is borrowed.
			borrows.SetInt(3, 0, 100)
			if v, ok := lends.Column(0).Int(0); v != 0 || !ok {
				t.Fatalf("the lender has %d, want its own 0", v)
			}
			if got := truth(second, borrows, "lead.visits > 50"); !got[0] || got[1] {
				t.Fatalf("after it was set: %v", got[:2])
			}
		}
		borrows.Reset(leads / 2)
		if got := truth(second, borrows, "lead.visits != nil or lead.warm != nil or lead.city != nil"); got[0] || len(got) != leads/2 {
			t.Fatal("what was borrowed is still there")
		}
		if borrows.Borrow(0, lends, 3) || borrows.Borrow(1, lends, 3) {
			t.Fatal("other leads, or another type, are lent")
		}
	}
}
