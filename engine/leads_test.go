package engine_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"callsheet/engine"
	"callsheet/engine/expression"
)

// facts are fields of a lead by name, written as rule tests write them: local
// times, texts, numbers. A name without a point is a field of lead.
type facts map[string]string

// with is the facts and more; an empty text takes one away.
func (f facts) with(more facts) facts {
	all := facts{}
	for _, m := range []facts{f, more} {
		for name, value := range m {
			all[name] = value
		}
	}
	return all
}

// local reads a time of the book's zone.
func local(tb testing.TB, b *engine.RuleBook, text string) time.Time {
	tb.Helper()
	at, err := time.ParseInLocation("2006-01-02T15:04:05", text, b.Zone)
	if err != nil {
		tb.Fatal(err)
	}
	return at.UTC()
}

// batch holds the leads. The fields that are always filled have a value of
// their own where the facts have none.
func batch(tb testing.TB, b *engine.RuleBook, leads ...facts) *expression.Batch {
	tb.Helper()
	always := facts{
		"id": "L0", "status": "new", "created_at": "2026-11-20T09:00:00", "attempts": "0", "attempts_30d": "0", "reached": "0",
		"refusals": "0", "callbacks": "0", "recycled": "0", "in_wallet": "false", "has_pending_task": "false", "legal_basis": "request",
		"contact.phone": "+33199000001", "contact.phone_country": "33", "contact.phone_national": "199000001",
		"call.kind": "plan", "call.due_at": "2026-01-05T10:00:00", "call.agreed_exact_time": "false",
	}
	batch, fields := b.Schema.NewBatch(len(leads)), b.Schema.Fields()
	for row, lead := range leads {
		for name, value := range always.with(lead) {
			if !strings.Contains(name, ".") {
				name = "lead." + name
			}
			col, ok := b.Schema.Index(name)
			if !ok {
				tb.Fatalf("there is no field %s", name)
			}
			if value != "" {
				if err := set(b, batch, fields[col].Type, cell{col, row}, value); err != nil {
					tb.Fatalf("%s: %v", name, err)
				}
			}
		}
	}
	return batch
}

// cell is a place in a batch.
type cell struct{ col, row int }

func set(b *engine.RuleBook, batch *expression.Batch, typ expression.Type, at cell, value string) (err error) {
	switch typ {
	case expression.Integer:
		var n int64
		n, err = strconv.ParseInt(value, 10, 64)
		batch.SetInt(at.col, at.row, n)
	case expression.Number:
		var x float64
		x, err = strconv.ParseFloat(value, 64)
		batch.SetFloat(at.col, at.row, x)
	case expression.Boolean:
		var yes bool
		yes, err = strconv.ParseBool(value)
		batch.SetBool(at.col, at.row, yes)
	case expression.Time:
		var when time.Time
		when, err = time.ParseInLocation("2006-01-02T15:04:05", value, b.Zone)
		batch.SetTime(at.col, at.row, when.UnixMilli())
	case expression.TextList:
		batch.SetList(at.col, at.row, strings.Split(value, ","))
	default:
		batch.SetText(at.col, at.row, value)
	}
	return err
}

// anna is the owner of the scoring tests: a house in Paris, sells soon.
func anna() facts {
	return facts{
		"source": "estimation", "role": "owner", "sell_horizon_months": "2", "estimated_price": "450000", "property_type": "house",
		"postal_code": "75011", "estimated_at": "2026-11-22T18:05:00", "visits": "4",
	}
}
