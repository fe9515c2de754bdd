package expression

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// storedColumn maps the fields of the test vocabulary that the table has. The score ages and lists are not looked at.
func storedColumn(field string) (string, bool) {
	if field == "lead.score" || field == "call.due_at" || field == nowField {
		return "", false
	}
	_, name, _ := strings.Cut(field, ".")
	return `"` + name + `"`, true
}

func TestSQLText(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	clock := testNow(t)
	midnight := func(month time.Month, day int) int64 {
		return time.Date(2026, month, day, 0, 0, 0, 0, paris(t)).UnixMilli()
	}
	cases := []struct {
		src, want string
		args      []any
		exact     bool
	}{
		{`lead.attempts >= 4`, `"attempts" >= $1`, []any{int64(4)}, true},
		{`4 > lead.attempts`, `"attempts" <= $1`, []any{int64(3)}, true},
		{`lead.attempts in 4..6`, `("attempts" >= $1 AND "attempts" <= $2)`, []any{int64(4), int64(6)}, true},
		{`lead.attempts in [1, 2, 9]`, `"attempts" IN ($1, $2, $3)`, []any{int64(1), int64(2), int64(9)}, true},
		{`lead.attempts not in [1]`, `"attempts" <> $1`, []any{int64(1)}, true},
		{`not (lead.attempts != 7)`, `"attempts" = $1`, []any{int64(7)}, true},
		{`lead.visits > 2.5`, `"visits" >= $1`, []any{int64(3)}, true},
		{`lead.visits == 2.5`, `FALSE`, nil, true},
		{`lead.visits != 2.5`, `"visits" IS NOT NULL`, nil, true},
		{`lead.visits + 2 == 5`, `"visits" = $1`, []any{int64(3)}, true},
		{`lead.estimated_price < 200000 or lead.media_zone`, `("estimated_price" < $1 OR "media_zone" <> 0)`, []any{200000.0}, true},
		{`not lead.in_wallet`, `"in_wallet" = 0`, nil, true},
		{`lead.media_zone ?? true`, `("media_zone" <> 0 OR "media_zone" IS NULL)`, nil, true},
		{`lead.role in ["owner", "heir"]`, `"role" IN ($1, $2)`, []any{"owner", "heir"}, true},
		{`lead.role != "owner"`, `("role" <> $1 AND "role" <> '')`, []any{"owner"}, true},
		{`lead.city startsWith "Par"`, `("city" >= $1 AND "city" < $2)`, []any{"Par", "Pas"}, true},
		{`lead.city == nil`, `"city" = ''`, nil, true},
		{`not is_empty(lead.visits)`, `"visits" IS NOT NULL`, nil, true},
		{`lead.created_at >= now`, `"created_at" >= $1`, []any{clock.UnixMilli()}, true},
		{`lead.created_at < now - hours(2)`, `"created_at" <= $1`, []any{clock.UnixMilli() - 2*hourMillis - 1}, true},
		{`days_since(lead.created_at) > 30`, `"created_at" <= $1`, []any{midnight(time.October, 24) - 1}, true},
		{`days_since(lead.created_at) == 0`, `"created_at" BETWEEN $1 AND $2`, []any{midnight(time.November, 23), midnight(time.November, 24) - 1}, true},
		{
			`days_since(lead.estimated_at ?? lead.created_at) > 30`,
			`("estimated_at" <= $1 OR ("estimated_at" IS NULL AND "created_at" <= $2))`,
			[]any{midnight(time.October, 24) - 1, midnight(time.October, 24) - 1},
			true,
		},
		{
			`lead.role == "owner" ? lead.visits > 3 : lead.attempts > 3`,
			`(("role" = $1 AND "visits" >= $2) OR ("role" <> $3 AND "role" <> '' AND "attempts" >= $4))`,
			[]any{"owner", int64(4), "owner", int64(4)},
			true,
		},
		{`lead.visits > lead.attempts`, `"visits" > "attempts"`, nil, true},
		{`lead.city < lead.country`, `("city" < "country" AND "city" <> '' AND "country" <> '')`, nil, true},
		// What only the engine can decide vanishes from and, and swallows or.
		{`lead.score > 3 and lead.visits > 2`, `"visits" >= $1`, []any{int64(3)}, false},
		{`lead.score > 3 or lead.visits > 2`, `TRUE`, nil, false},
		{`not (lead.score > 3 and lead.visits > 2)`, `TRUE`, nil, false},
		{`"vip" in lead.tags and lead.visits > 2`, `"visits" >= $1`, []any{int64(3)}, false},
		{`lead.score > 3 and now < date("2020-01-01")`, `FALSE`, nil, true},
		{`lead.score > 3 or now > date("2020-01-01")`, `TRUE`, nil, true},
		{`lead.created_at + days(30) > now and lead.city contains "x"`, `"created_at" >= $1`, []any{clock.UnixMilli() + 1 - 30*dayMillis - zoneMargin}, false},
	}
	for _, c := range cases {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			got := mustCondition(t, s, c.src).SQL(SQLDialect{Column: storedColumn, Bind: map[string]any{"now": clock}})
			if diff := cmp.Diff(Where{Text: c.want, Args: c.args, Exact: c.exact, AtLeast: got.AtLeast}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSQLNotText(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	c := mustCondition(t, s, `lead.in_wallet or lead.role == "owner" and lead.score > 3`)
	want := Where{Text: `"in_wallet" = 0`}
	if diff := cmp.Diff(want, c.SQLNot(SQLDialect{Column: storedColumn})); diff != "" {
		t.Error(diff)
	}
}

// Where an index may begin: what every row that passes reaches.
func TestSQLAtLeast(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	clock := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for src, want := range map[string]map[string]int64{
		`lead.created_at >= now`: {`"created_at"`: clock.UnixMilli()},
		`lead.created_at >= now - hours(1) and lead.created_at > now and lead.score > 3`: {`"created_at"`: clock.UnixMilli() + 1},
		`lead.visits in [7, 3] and lead.attempts == 4`:                                   {`"visits"`: 3, `"attempts"`: 4},
		`lead.visits > 2 or lead.attempts > 2`:                                           nil,
		`lead.visits > 2 or lead.visits > 5`:                                             nil,
		`not (lead.visits > 2) and lead.living_area > 3`:                                 nil,
		`lead.visits != 2 and lead.role == "owner"`:                                      nil,
		`(lead.estimated_at ?? lead.created_at) > now`:                                   nil,
		`lead.visits > 2 and (lead.attempts > 3 or lead.score > 3)`:                      {`"visits"`: 3},
	} {
		got := mustCondition(t, s, src).SQL(SQLDialect{Column: storedColumn, Bind: map[string]any{"now": clock}})
		if diff := cmp.Diff(want, got.AtLeast); diff != "" {
			t.Errorf("%s: %s\n%s", src, got.Text, diff)
		}
	}
}

// Several conditions in one query: numbered together, contradictions found.
func TestSQLOfSeveral(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	d := SQLDialect{Column: storedColumn, Bind: map[string]any{"now": time.Unix(0, 0)}, First: 4}
	busy, owner, scored := mustCondition(t, s, `lead.visits > 2`), mustCondition(t, s, `lead.role == "owner"`), mustCondition(t, s, `lead.score > 2`)
	for _, c := range []struct {
		rows Selection
		want Where
	}{
		{Common(), Where{Text: "TRUE", Exact: true}},
		{Common(busy.True(), owner.False()), Where{
			Text: `("visits" >= $4 AND "role" <> $5 AND "role" <> '')`, Args: []any{int64(3), "owner"}, Exact: true, AtLeast: map[string]int64{`"visits"`: 3},
		}},
		{Common(busy.True(), scored.False()), Where{Text: `"visits" >= $4`, Args: []any{int64(3)}, AtLeast: map[string]int64{`"visits"`: 3}}},
		{Common(scored.True(), mustCondition(t, s, `now == nil`).True()), Where{Text: "FALSE", Exact: true}},
	} {
		if diff := cmp.Diff(c.want, s.SQL(c.rows, d)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestSQLPostgresText(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	cases := []struct{ src, want string }{
		{`lead.attempts > 3 and lead.city > "M"`, `("attempts" >= CAST($5 AS BIGINT) AND "city" COLLATE "C" > CAST($6 AS TEXT))`},
		{`lead.living_area > 80`, `("living_area" > CAST($5 AS DOUBLE PRECISION) AND "living_area" < CAST('NaN' AS DOUBLE PRECISION))`},
		{`not (lead.living_area > 80)`, `("living_area" <= CAST($5 AS DOUBLE PRECISION) OR "living_area" = CAST('NaN' AS DOUBLE PRECISION))`},
	}
	for _, c := range cases {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			got := mustCondition(t, s, c.src).SQL(SQLDialect{Postgres: true, Column: storedColumn, First: 5})
			if got.Text != c.want || !got.Exact {
				t.Errorf("%s, exact %v\nwant %s", got.Text, got.Exact, c.want)
			}
		})
	}
}

// A condition too large for a database is pushed in part, or not at all.
func TestSQLOfHugeConditions(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	many := func(join string) string {
		parts := make([]string, 600)
		for i := range parts {
			parts[i] = fmt.Sprintf("lead.visits != %d", i)
		}
		return strings.Join(parts, join)
	}
	nested := "lead.in_wallet"
	for range 40 {
		nested = "((" + nested + ") ? lead.media_zone : lead.visits > 3)"
	}
	d := SQLDialect{Column: storedColumn}
	if w := mustCondition(t, s, many(" and ")).SQL(d); w.Exact || len(w.Args) != maxAtoms {
		t.Errorf("600 conditions joined by and: exact %v, %d arguments", w.Exact, len(w.Args))
	}
	if w := mustCondition(t, s, many(" or ")).SQL(d); w.Exact || w.Text != "TRUE" {
		t.Errorf("600 conditions joined by or: exact %v, %.60s", w.Exact, w.Text)
	}
	if w := mustCondition(t, s, nested).SQL(d); w.Exact || len(w.Text) > 100_000 {
		t.Errorf("nested choices: exact %v, %d bytes", w.Exact, len(w.Text))
	}
}

// A value of another type binds nothing, and a column that is not named is not read.
func TestSQLWithoutColumns(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	c := mustCondition(t, s, `lead.created_at < now and lead.visits > 3`)
	for _, d := range []SQLDialect{{}, {Bind: map[string]any{"now": "today", "lead.nothing": 3}}} {
		if w := c.SQL(d); w.Text != "TRUE" || w.Exact || w.Args != nil {
			t.Errorf("%+v", w)
		}
	}
	d := SQLDialect{Bind: map[string]any{"now": testNow(t), "lead.visits": 4, "lead.created_at": time.UnixMilli(0)}}
	if w := c.SQL(d); w.Text != "TRUE" || !w.Exact {
		t.Errorf("all is bound: %+v", w)
	}
	d.Bind["lead.visits"] = nil
	if w := c.SQL(d); w.Text != "FALSE" || !w.Exact {
		t.Errorf("a bound field is empty: %+v", w)
	}
}

// Sets of whole numbers do what the engine's wrapping arithmetic does.
func TestWholes(t *testing.T) {
	t.Parallel()
	edges := []int64{math.MinInt64, math.MinInt64 + 1, -3, -1, 0, 1, 4, math.MaxInt64 - 1, math.MaxInt64}
	some := rapid.OneOf(rapid.SampledFrom(edges), rapid.Int64Range(-6, 6))
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(label string) wholes64 {
			var parts wholes64
			for range rapid.IntRange(0, 3).Draw(rt, label) {
				a, b := some.Draw(rt, "end"), some.Draw(rt, "end")
				parts = append(parts, stretch64{min(a, b), max(a, b)})
			}
			return parts.merged()
		}
		set, other, k := draw("set"), draw("other"), some.Draw(rt, "k")
		for _, x := range slices.Concat(edges, []int64{some.Draw(rt, "x")}) {
			if set.complement().has(x) == set.has(x) {
				rt.Fatalf("%d is in %v and in %v", x, set, set.complement())
			}
			if set.union(other).has(x) != (set.has(x) || other.has(x)) {
				rt.Fatalf("%d in the union of %v and %v", x, set, other)
			}
			if set.shift(k).has(x+k) != set.has(x) || set.mirror().has(-x) != set.has(x) {
				rt.Fatalf("%d in %v moved by %d or mirrored", x, set, k)
			}
		}
	})
}

// A date begins at midnight, also where the clock is set back over it, as it was in Newfoundland at one minute past
// midnight on 7 November 2010.
func TestMidnight(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Paris", "Asia/Beirut", "America/St_Johns", "Pacific/Apia", "America/Santiago", "UTC"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			loc, err := time.LoadLocation(zone)
			if err != nil {
				t.Skipf("no zone %s", zone)
			}
			local := clock{loc: loc}
			rapid.Check(t, func(rt *rapid.T) {
				day := rapid.OneOf(rapid.Int64Range(14_600, 21_000), rapid.Int64Range(20_749, 20_754), rapid.Int64Range(14_918, 14_922)).Draw(rt, "day")
				starts, settles := local.midnight(day)
				if starts > settles || local.day(starts) < day || local.day(settles-1) >= day && settles > starts {
					rt.Fatalf("day %d starts at %d, settles at %d", day, starts, settles)
				}
				set, exact := local.moments(wholes64{{day, day}})
				for quarter := range int64(4 * 30) {
					at := starts + (quarter-4)*hourMillis/4 - quarter%2
					if inside := local.day(at) == day; inside && !set.has(at) || exact && inside != set.has(at) {
						rt.Fatalf("day %d is %v, exact %v: %d is on day %d", day, set, exact, at, local.day(at))
					}
				}
				near := rapid.Int64Range(-30*hourMillis, 30*hourMillis).Draw(rt, "near")
				for _, at := range []int64{starts - 1, starts - 1 - max(near, 0), settles, settles + max(near, 0)} {
					if late := local.day(at) >= day; late != (at >= settles) {
						rt.Fatalf("day %d starts at %d, but %d is on day %d", day, starts, at, local.day(at))
					}
				}
			})
		})
	}
}
