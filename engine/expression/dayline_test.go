package expression

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A comparison of days_since with a constant is that of the dates themselves, in every zone: also where clocks are set
// back over midnight, so that a date comes twice (Asunción until 2023, São Paulo until 2019).
func TestDaysSinceAgainstConstant(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"UTC", "Europe/Paris", "America/Sao_Paulo", "America/Asuncion", "America/Havana", "Pacific/Apia", "Asia/Kathmandu"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			loc, err := time.LoadLocation(zone)
			if err != nil {
				t.Skipf("no zone %s here: %v", zone, err)
			}
			s, err := NewSchema(testFields(), loc)
			if err != nil {
				t.Fatal(err)
			}
			created, _ := s.Index("lead.created_at")
			day := func(at time.Time) int64 {
				year, month, date := at.In(loc).Date()
				return time.Date(year, month, date, 0, 0, 0, 0, time.UTC).Unix() / 86400
			}
			rapid.Check(t, func(rt *rapid.T) {
				from := time.Date(2009, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
				to := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
				now := time.UnixMilli(rapid.Int64Range(from, to).Draw(rt, "now"))
				days := rapid.Int64Range(-30, 4000).Draw(rt, "days")
				op := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "==", "!="}).Draw(rt, "op")
				b := s.NewBatch(130)
				b.SetNow(now)
				times := make([]time.Time, b.Len())
				for i := range times {
					// Within two days of the border, where an error would be.
					near := rapid.Int64Range(-48*60, 48*60).Draw(rt, "minutes")
					times[i] = now.Add(-time.Duration(days)*24*time.Hour + time.Duration(near)*time.Minute)
					if i%7 != 0 {
						b.SetTime(created, i, times[i].UnixMilli())
					}
				}
				truth := mustCondition(t, s, fmt.Sprintf("days_since(lead.created_at) %s %d", op, days)).Eval(b)
				for i, at := range times {
					got, known := truth.At(i)
					since := day(now) - day(at)
					want := holds(op, since, days)
					if op == "!=" {
						want = since != days
					}
					if known != (i%7 != 0) || known && got != want {
						rt.Fatalf("%s is %d days before %s: %s %d is %v, known %v", at.In(loc), since, now.In(loc), op, days, got, known)
					}
				}
			})
		})
	}
}

// A comparison of hours_since with a constant is that of the hours themselves, to the millisecond, whatever the column
// was asked before.
func TestHoursSinceAgainstConstant(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	created, _ := s.Index("lead.created_at")
	now := testNow(t)
	rapid.Check(t, func(rt *rapid.T) {
		hours := rapid.OneOf(
			rapid.Map(rapid.Int64Range(-100_000, 100_000), func(n int64) float64 { return float64(n) }),
			rapid.Float64Range(-1e5, 1e5),
			rapid.SampledFrom([]float64{0, 1.0 / 3_600_000, 23_999_999, 24_000_001, 1e12}),
		).Draw(rt, "hours")
		literal := strconv.FormatFloat(hours, 'f', 9, 64)
		hours, err := strconv.ParseFloat(literal, 64)
		if err != nil {
			rt.Fatal(err)
		}
		op := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "==", "!="}).Draw(rt, "op")
		b := s.NewBatch(130)
		b.patience = rapid.SampledFrom([]int{0, often}).Draw(rt, "patience")
		b.SetNow(now)
		border := now.UnixMilli() - int64(hours*3_600_000)
		times := make([]int64, b.Len())
		for i := range times {
			times[i] = border + rapid.Int64Range(-3, 3).Draw(rt, "near")
			if i%7 != 0 {
				b.SetTime(created, i, times[i])
			}
		}
		src := fmt.Sprintf("hours_since(lead.created_at) %s %s", op, literal)
		truth := mustCondition(t, s, src).Eval(b)
		for i, at := range times {
			got, known := truth.At(i)
			since := float64(now.UnixMilli()-at) / 3_600_000
			want := holds(op, since, hours)
			if op == "!=" {
				want = since != hours
			}
			if known != (i%7 != 0) || known && got != want {
				rt.Fatalf("%s for %v hours: %v, known %v", src, since, got, known)
			}
		}
	})
}
