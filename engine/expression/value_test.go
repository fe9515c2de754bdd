package expression

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// show is the value of lead i, or nil.
func show(v *Vector, i int) any {
	switch v.Type() {
	case Integer:
		if x, ok := v.Int(i); ok {
			return x
		}
	case Number:
		if x, ok := v.Float(i); ok {
			return x
		}
	case Boolean:
		if x, ok := v.Bool(i); ok {
			return x
		}
	case Time:
		if x, ok := v.Time(i); ok {
			return x.Format(time.RFC3339)
		}
	case Duration:
		if x, ok := v.Millis(i); ok {
			return time.Duration(x) * time.Millisecond
		}
	case TextList:
		if x, ok := v.List(i); ok {
			return strings.Join(x, "|")
		}
	default:
		if x, ok := v.Text(i); ok {
			return x
		}
	}
	return nil
}

func TestValues(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	full := row{
		"lead.id": "L1", "lead.score": 7, "lead.visits": 4, "lead.estimated_price": 2.5, "lead.role": "owner",
		"lead.tags": []string{"a", "vip"}, "lead.media_zone": true, "lead.city": " Lyon ",
		"lead.created_at": time.Date(2026, 10, 24, 8, 0, 0, 0, time.UTC),
	}
	cases := []struct {
		src         string
		full, empty any
	}{
		{`lead.score`, int64(7), nil},
		{`2 * min(lead.visits, 10)`, int64(8), nil},
		{`-3 * (lead.visits - 3)`, int64(-3), nil},
		{`(lead.visits ?? 0) + 1`, int64(5), int64(1)},
		{`lead.visits ?? 0.5`, 4.0, 0.5},
		{`lead.estimated_price * 2`, 5.0, nil},
		{`lead.score / 0.5`, 14.0, nil},
		{`lead.visits / (lead.visits - 4)`, nil, nil},
		{`lead.estimated_price`, 2.5, nil},
		{`int(lead.estimated_price)`, int64(2), nil},
		{`9223372036854775807 + lead.score - lead.score + 1`, int64(math.MinInt64), nil},
		{`lead.role`, "owner", nil},
		{`lead.role ?? "other"`, "owner", "other"},
		{`trim(lead.city) + "!"`, "Lyon!", nil},
		{`lead.media_zone`, true, nil},
		{`not lead.media_zone`, false, nil},
		{`lead.tags`, "a|vip", nil},
		{`lead.tags ?? ["x"]`, "a|vip", "x"},
		{`filter(lead.tags, # != "a")`, "vip", nil},
		{`filter(lead.tags, false)`, "", nil},
		{`split("a-b", "-")`, "a|b", "a|b"},
		{`lead.created_at + days(1)`, "2026-10-25T09:00:00Z", nil},
		{`lead.created_at - hours(1)`, "2026-10-24T07:00:00Z", nil},
		{`now`, "2026-11-23T09:00:00Z", "2026-11-23T09:00:00Z"},
		{`now - date("2026-11-23")`, 10 * time.Hour, 10 * time.Hour},
		{`days(2)`, 48 * time.Hour, 48 * time.Hour},
		{`lead.score > 5 ? "hot" : nil`, "hot", nil},
		{`lead.visits == nil ? nil : lead.visits`, int64(4), nil},
		{`"101"`, "101", "101"},
		{`""`, "", ""},
	}
	for _, c := range cases {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			v := mustValue(t, s, c.src)
			out := v.Eval(load(t, s, full, row{}))
			if out.Type() != v.Type() {
				t.Errorf("the vector is %s, the value %s", out.Type(), v.Type())
			}
			if diff := cmp.Diff([]any{c.full, c.empty}, []any{show(out, 0), show(out, 1)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNumbersThatAreNoneAreEmpty(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	b := load(t, s, row{"lead.estimated_price": math.NaN()}, row{"lead.estimated_price": math.Inf(1)}, row{"lead.estimated_price": 1.0})
	out := mustValue(t, s, `lead.estimated_price`).Eval(b)
	if out.Has(0) || out.Has(1) || !out.Has(2) {
		t.Error("want only the last one filled")
	}
	c := mustCondition(t, s, `lead.estimated_price != lead.estimated_price`)
	if verdict(c, b, 0) != yes {
		t.Error("NaN differs from itself, as in expr")
	}
	if verdict(mustCondition(t, s, `lead.estimated_price == nil`), b, 0) != no {
		t.Error("the field itself is not emptied by the value")
	}
}

func TestWhatAnExpressionReads(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	v := mustValue(t, s, `trim(lead.city, "x") + lead.id + string(days_since(lead.created_at))`)
	var names []string
	for _, col := range v.Fields() {
		names = append(names, s.fields[col].Name)
	}
	if diff := cmp.Diff([]string{"lead.id", "lead.city", "lead.created_at", "now"}, names); diff != "" {
		t.Error(diff)
	}
	if empty := v.MayBeEmpty(); len(empty) != 1 || s.fields[empty[0]].Name != "lead.city" {
		t.Errorf("may be empty: %v", empty)
	}
	if reason, uses := v.Fallback(); !uses || reason != "`trim` is computed lead by lead" {
		t.Errorf("fallback %v: %s", uses, reason)
	}
	if _, uses := mustValue(t, s, `trim(lead.city)`).Fallback(); uses {
		t.Error("trim of one text is a column")
	}
}

func TestBatchForgetsOnReset(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	lead := row{"lead.score": 50, "lead.media_zone": true, "lead.city": "Lyon", "lead.tags": []string{"a"}}
	b := load(t, s, slices.Repeat([]row{lead}, 130)...)
	c := mustCondition(t, s, `lead.score > 3 and lead.media_zone and lead.city == "Lyon" and "a" in lead.tags`)
	if got := c.Eval(b).CountTrue(); got != 130 {
		t.Fatalf("%d hold, want 130", got)
	}
	b.Reset(70)
	if truth := c.Eval(b); truth.CountKnown() != 0 || truth.CountTrue() != 0 || len(truth.Known) != 2 {
		t.Errorf("after Reset %d are known", truth.CountKnown())
	}
	if verdict(mustCondition(t, s, `now > date("2000-01-01")`), b, 69) != unknown {
		t.Error("now is still set")
	}
	b.Reset(200)
	set(t, s, b, "lead.score", 199, 4)
	if truth := mustCondition(t, s, `lead.score > 3`).Eval(b); truth.CountTrue() != 1 || !bit(truth.True, 199) {
		t.Error("want lead 199 alone")
	}
	b.Reset(0)
	if truth := c.Eval(b); len(truth.True) != 0 {
		t.Error("an empty batch has a result")
	}
}

func TestResultsStayUntilReset(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	b := load(t, s, row{"lead.score": 1}, row{"lead.score": 5})
	first := mustCondition(t, s, `lead.score > 3 and lead.score < 9`).Eval(b)
	points := mustValue(t, s, `lead.score * 2 + 0.5`).Eval(b)
	for range 50 {
		mustCondition(t, s, `not (lead.score > 0 or lead.score * 3.5 > 2)`).Eval(b)
	}
	if first.CountTrue() != 1 || !bit(first.True, 1) {
		t.Error("a later evaluation changed an earlier condition")
	}
	if x, ok := points.Float(1); !ok || x != 10.5 {
		t.Errorf("a later evaluation changed an earlier value to %v", x)
	}
}

func TestProgramsAreShared(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	c := mustCondition(t, s, `(lead.score > 3 or lead.visits in 1..4) and days_since(lead.created_at) < 60
		and any(lead.tags, # startsWith trimPrefix(lead.city, " ")) and lead.city matches lead.country`)
	lead := row{"lead.score": 5, "lead.created_at": testNow(t).AddDate(0, 0, -3), "lead.tags": []string{"Lyon 3"}, "lead.city": " Lyon", "lead.country": "L"}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			b := load(t, s, slices.Repeat([]row{lead, {}}, 40)...)
			for range 50 {
				if got := c.Eval(b).CountTrue(); got != 40 {
					t.Errorf("%d hold, want 40", got)
					return
				}
			}
		})
	}
	group.Wait()
}

// Every date and hour agrees with the standard library, also around the changes of the clock.
func TestClockAgreesWithTimePackage(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Paris", "America/Miquelon", "Indian/Reunion", "UTC", "Australia/Lord_Howe"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			loc, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			c := clock{loc: loc}
			for at := time.Date(2026, 1, 1, 0, 30, 0, 0, time.UTC); at.Year() < 2028; at = at.Add(47 * time.Minute) {
				ms, local := at.UnixMilli(), at.In(loc)
				if got := c.hour(ms); got != int64(local.Hour()) {
					t.Fatalf("%s: hour %d", local, got)
				}
				y, m, d := local.Date()
				if want := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400; c.day(ms) != want {
					t.Fatalf("%s: day %d, want %d", local, c.day(ms), want)
				}
				for _, days := range []int{-200, -1, 1, 7, 200} {
					if got, want := c.shift(ms, float64(days)), local.AddDate(0, 0, days).UnixMilli(); got != want {
						t.Fatalf("%s %+d days: %s", local, days, time.UnixMilli(got).In(loc))
					}
				}
			}
		})
	}
}

// Instants and numbers at the ends of their range give some result, never a panic.
func TestExtremes(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	b := load(t, s, row{}, row{}, row{}, row{})
	created, _ := s.Index("lead.created_at")
	score, _ := s.Index("lead.score")
	price, _ := s.Index("lead.estimated_price")
	for i, x := range []int64{math.MinInt64, math.MaxInt64, math.MinInt64 + 1, 0} {
		b.SetTime(created, i, x)
		b.SetInt(score, i, x)
		b.SetFloat(price, i, []float64{math.NaN(), math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64}[i])
	}
	for _, src := range []string{
		`days_since(lead.created_at)`, `hours_since(lead.created_at)`, `local_hour(lead.created_at)`, `lead.created_at + days(1)`,
		`lead.created_at - days(90000000)`, `lead.created_at + days(lead.score)`, `lead.created_at + hours(lead.score)`, `now - lead.created_at`,
		`lead.score % -1`, `-lead.score`, `abs(lead.score)`, `lead.score * lead.score`, `int(lead.estimated_price)`, `round(lead.estimated_price)`,
		`lead.estimated_price ^ lead.score`, `string(lead.estimated_price)`, `hours(lead.estimated_price)`, `days(lead.estimated_price)`,
	} {
		v := mustValue(t, s, src)
		if out := v.Eval(b); out.Type() != v.Type() || len(out.known) != 1 || out.known[0]>>4 != 0 {
			t.Errorf("%s: a %s with known bits %b", src, out.Type(), out.known)
		}
	}
}

func FuzzSource(f *testing.F) {
	for _, src := range []string{
		`lead.score >= 20 and lead.role == "owner"`, `(lead.visits ?? 0) > 2`, `any(lead.tags, # matches "^a")`, `now - lead.created_at > 72h`,
		`if lead.score > 1 { 2 } else { 3.5 }`, `lead.city == “x”`, "lead.x // y\n", `date("2026-01-01") + days(1.5)`, `((((`, `$env[""]?.a`,
		`lead.score in [1-3]`, `x between 1 and`, `"abc`, "`", `/*`, `72h14d`, `#`, `lead.tags | filter(# != "a") | len()`, `not not -1 ^ 2 ?? 3`,
	} {
		f.Add(src)
	}
	s := testSchema(f)
	lead := row{"lead.score": 5, "lead.city": "a", "lead.tags": []string{"a", "b"}, "lead.created_at": testNow(f)}
	f.Fuzz(func(t *testing.T, src string) {
		v, faults := s.Value(src, Scope{})
		if (v == nil) == (len(faults) == 0) {
			t.Fatal("want a value or faults")
		}
		for _, fault := range faults {
			if fault.From < 0 || fault.From > fault.To || fault.To > len([]rune(src)) || fault.Message == "" || fault.Code == "" {
				t.Fatalf("bad fault %+v", fault)
			}
		}
		if v == nil {
			return
		}
		b := load(t, s, lead, row{})
		if out := v.Eval(b); out.Type() != v.Type() {
			t.Fatalf("a %s became a %s", v.Type(), out.Type())
		}
		if v.Type() == Boolean {
			c, faults := s.Condition(src, Scope{})
			if c == nil {
				t.Fatalf("a boolean is no condition: %+v", faults)
			}
			c.EmptyUnsettled()
			for w, known := range c.Eval(b).Known {
				if c.Eval(b).True[w]&^known != 0 {
					t.Fatal("true without being known")
				}
			}
		}
	})
}
