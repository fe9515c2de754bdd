package expression

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
	"pgregory.net/rapid"
)

// table is a database with one row for each lead of the batch.
type table struct {
	schema   *Schema
	postgres bool
	conn     *sql.Conn
	batch    *Batch
}

// storeLeads puts leads into a new table as the call centre's own tables hold them.
func storeLeads(t testing.TB, s *Schema, conn *sql.Conn, postgres bool, leads []row) *table {
	t.Helper()
	types := map[Type]string{Integer: "INTEGER", Time: "INTEGER", Duration: "INTEGER", Boolean: "INTEGER", Number: "REAL"}
	word, suffix := "TEXT NOT NULL", " STRICT"
	if postgres {
		types = map[Type]string{Integer: "BIGINT", Time: "BIGINT", Duration: "BIGINT", Boolean: "BIGINT", Number: "DOUBLE PRECISION"}
		word, suffix = "TEXT NOT NULL", ""
	}
	columns, places := []string{"row INTEGER"}, []string{"$1"}
	var fields []Field
	for _, f := range s.fields {
		name, stored := storedColumn(f.Name)
		if !stored || f.Type == TextList {
			continue
		}
		if f.Type.isText() {
			columns = append(columns, name+" "+word)
		} else {
			columns = append(columns, name+" "+types[f.Type])
		}
		fields = append(fields, f)
		places = append(places, fmt.Sprintf("$%d", len(fields)+1))
	}
	ctx := context.Background()
	if _, err := conn.ExecContext(ctx, "CREATE TEMP TABLE leads ("+strings.Join(columns, ", ")+")"+suffix); err != nil {
		t.Fatal(err)
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	insert, err := tx.PrepareContext(ctx, "INSERT INTO leads VALUES ("+strings.Join(places, ", ")+")")
	if err != nil {
		t.Fatal(err)
	}
	for i, lead := range leads {
		args := []any{i}
		for _, f := range fields {
			args = append(args, stored(f, lead[f.Name]))
		}
		if _, err := insert.ExecContext(ctx, args...); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	return &table{schema: s, postgres: postgres, conn: conn}
}

// stored is the form in which a database holds a value.
func stored(f Field, value any) any {
	switch x := value.(type) {
	case nil:
		if f.Type.isText() {
			return ""
		}
	case bool:
		if x {
			return int64(1)
		}
		return int64(0)
	case time.Time:
		return x.UnixMilli()
	case time.Duration:
		return x.Milliseconds()
	}
	return value
}

func (d *table) dialect(bind map[string]any) SQLDialect {
	return SQLDialect{Postgres: d.postgres, Column: storedColumn, Bind: bind, First: 1}
}

// rows are the numbers of the rows that a WHERE lets pass.
func (d *table) rows(w Where) ([]int, error) {
	found, err := d.conn.QueryContext(context.Background(), "SELECT row FROM leads WHERE "+w.Text+" ORDER BY row", w.Args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var all []int
	for found.Next() {
		var i int
		if err := found.Scan(&i); err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	return all, found.Err()
}

// hardLeads are leads with 30 % of their fields empty, with NaN where the database has it, numbers that a float cannot
// hold, and instants around midnight. They are the same in each run.
func hardLeads(s *Schema, n int, nan bool) []row {
	random := rand.New(rand.NewPCG(1, 2))
	numbers := []any{-2.25, 0.0, 0.5, 2.5, 3.0, 80.0, 200000.0, float64(1 << 53), 1e300, math.Copysign(0, -1), math.SmallestNonzeroFloat64}
	if nan {
		numbers = append(numbers, math.NaN(), math.NaN())
	}
	values := map[Type][]any{
		Integer:  {math.MinInt64, math.MinInt64 + 1, -3, -1, 0, 1, 2, 3, 4, 5, 6, 9, 1 << 53, 1<<53 + 1, math.MaxInt64 - 1, math.MaxInt64},
		Number:   numbers,
		Boolean:  {true, false},
		Text:     {"a", "A", "ab", "b", "Paris", "Par", "Pas", "paris", "owner", "É", "É\U0010FFFF", "\U0010FFFF", "퟿x", "", " ", "'", "%", "z"},
		Phone:    {"a", "Paris", "b"},
		Duration: {time.Duration(0), 3 * time.Hour, 3*time.Hour + time.Millisecond, 72 * time.Hour},
		TextList: {[]string{"a"}, []string{"vip", "b"}},
	}
	leads := make([]row, n)
	for i := range leads {
		leads[i] = row{}
		for _, f := range s.fields {
			choices := values[f.Type]
			for _, text := range f.Values {
				choices = append(choices, text)
			}
			switch {
			case f.Name == nowField || !f.Required && random.IntN(10) < 3:
			case f.Type == Time:
				leads[i][f.Name] = hardTime(s.loc, random.IntN(43), random.IntN(24))
			default:
				leads[i][f.Name] = choices[random.IntN(len(choices))]
			}
		}
	}
	return leads
}

// hardTime is an instant around one of the midnights of the autumn of 2026, when clocks are set back.
func hardTime(loc *time.Location, day, which int) time.Time {
	at := time.Date(2026, 10, 18+day, []int{0, 0, 10, 23}[which%4], 0, 0, 0, loc)
	return at.Add(time.Duration([]int{-3_600_000, -1, 0, 1, 1_800_000, 3_600_000}[which/4]) * time.Millisecond)
}

// atom draws a comparison such as rules have, with the traps of databases.
func (g generator) atom() string {
	order := g.pick("op", "==", "!=", "<", "<=", ">", ">=")
	whole := g.pick("whole", "-3", "0", "2", "5", "2.5", "-0.5", "9007199254740992", "9007199254740993", "9223372036854775807", "1e19", "-1e300", "lead.attempts", "lead.visits")
	part := g.pick("part", "lead.visits", "lead.attempts", "lead.visits + 2", "5 - lead.visits", "-lead.attempts", "(lead.visits ?? lead.attempts)", "(lead.visits ?? 3)", "float(lead.visits)", "(lead.in_wallet ? lead.visits : lead.attempts)", "lead.score")
	real := g.pick("real", "2.5", "0", "200000", "9007199254740993", "-1e300", "5e-324")
	area := g.pick("area", "lead.living_area", "lead.estimated_price", "(lead.estimated_price ?? lead.visits)", "lead.living_area * 2.0")
	moment := "(" + g.pick("moment", "lead.estimated_at", "lead.created_at", "lead.created_at + hours(25)", "lead.created_at - days(1)", "(lead.estimated_at ?? lead.created_at)", "lead.created_at + days(1.5)", "call.due_at") + ")"
	at := "(" + g.pick("at", "now", "now - days(3)", "now - hours(72)", `date("2026-10-25")`, `date("2026-10-25T23:30:00")`, "lead.estimated_at") + ")"
	days := g.pick("days", "0", "1", "7", "29", "30", "-2", "9000000000000000000")
	text := g.pick("text", `"a"`, `"Par"`, `"É"`, `"퟿"`, `"\U0010FFFF"`, `""`, `"a\x00"`, "lead.country", `lower("PARIS")`, `trim(" ")`)
	name := g.pick("name", "lead.city", "lead.country", "contact.phone", "(lead.city ?? lead.country)", "lower(lead.city)")
	return g.pick("atom",
		part+" "+order+" "+whole,
		whole+" "+order+" "+part,
		part+" in 1..4", part+" not in [0, 3, 2]", part+" in [1, 2.5, 3]",
		area+" "+order+" "+real, area+" in [0, 2.5]", area+" not in [0.5, 80]",
		moment+" "+order+" "+at, at+" "+order+" "+moment,
		"days_since("+moment+") "+order+" "+days, "days_since("+moment+") in [0, 3, 29]", "hours_since("+moment+") "+order+" "+g.pick("hours", "0", "1.5", "72", "-24"),
		"now - "+moment+" "+order+" "+g.pick("length", "hours(72)", "days(3)", "lead.wait"),
		"lead.wait "+order+" hours(3)",
		name+" "+order+" "+text, text+" "+order+" "+name, name+" startsWith "+text, name+` in ["a", "Paris"]`, name+` not in ["a", "É", "b"]`,
		`lead.role == "owner"`, `lead.role != "heir"`, `(lead.role ?? "other") in ["owner", "other"]`,
		"lead.media_zone", "lead.in_wallet", "(lead.media_zone ?? true)", "lead.media_zone == lead.in_wallet", "lead.media_zone != false",
		"is_empty("+g.pick("field", "lead.visits", "lead.city", "lead.tags", "lead.visits + 1", "lower(lead.city)", "lead.visits % 2", "lead.city ?? lead.country", "lead.visits > 2 or lead.media_zone", "lead.media_zone ? lead.visits : lead.attempts")+")",
		g.pick("field", "lead.visits", "lead.city", "lead.media_zone and lead.in_wallet", "lead.wait")+g.pick("nil", " == nil", " != nil"),
		`"vip" in lead.tags`, `any(lead.tags, # == "a")`, "lead.visits % 2 == 1", `lead.city contains "a"`,
	)
}

func (g generator) rule(depth int) string {
	if depth == 0 {
		return "(" + g.atom() + ")"
	}
	form := g.pick("form", "(%s and %s)", "(%s or %s)", "(%s and not %s)", "(not %s or %s)", "(%s ?? %s)", "(%s ? %s : lead.in_wallet)")
	return fmt.Sprintf(form, g.rule(depth-1), g.rule(depth-1))
}

// Every row that the engine takes is among those of the database, and no other one where that is promised; the same
// for rows that are known not to be taken.
func TestSQLIsSound(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) *sql.Conn{"sqlite": openSQLite, "postgres": openPostgres} {
		for _, zone := range []string{"Europe/Paris", "Asia/Beirut"} {
			t.Run(name+" "+zone, func(t *testing.T) {
				t.Parallel()
				loc, err := time.LoadLocation(zone)
				if err != nil {
					t.Skipf("no zone %s", zone)
				}
				s, err := NewSchema(testFields(), loc)
				if err != nil {
					t.Fatal(err)
				}
				leads := hardLeads(s, 200, name == "postgres")
				d := storeLeads(t, s, open(t), name == "postgres", leads)
				d.batch = load(t, s, leads...)
				rapid.Check(t, d.soundRule)
			})
		}
	}
}

// soundRule checks five rules over all rows.
func (d *table) soundRule(rt *rapid.T) {
	clock := hardTime(d.schema.loc, rapid.IntRange(0, 42).Draw(rt, "day"), rapid.IntRange(0, 23).Draw(rt, "time"))
	d.batch.SetNow(clock)
	bind := map[string]any{nowField: clock}
	for range 5 {
		src := generator{rt, false, true}.rule(rapid.IntRange(0, 3).Draw(rt, "depth"))
		c, faults := d.schema.Condition(src, Scope{})
		if len(faults) > 0 {
			if faults[0].Code == CodeEmptyText || faults[0].Code == CodeNumberRange {
				continue
			}
			rt.Fatalf("%s: %+v", src, faults)
		}
		truth := c.Eval(d.batch)
		d.sound(rt, c.Source(), c.SQL(d.dialect(bind)), truth.True)
		known := make([]uint64, len(truth.Known))
		for i := range known {
			known[i] = truth.Known[i] &^ truth.True[i]
		}
		d.sound(rt, "not: "+c.Source(), c.SQLNot(d.dialect(bind)), known)
	}
	d.batch.recycle()
}

func (d *table) sound(rt *rapid.T, src string, w Where, want []uint64) {
	got, err := d.rows(w)
	if err != nil {
		rt.Fatalf("%s\n%s\n%v: %v", src, w.Text, w.Args, err)
	}
	rows(want, func(i int) {
		if _, found := slices.BinarySearch(got, i); !found {
			rt.Fatalf("%s\n%s\n%v\nmisses row %d", src, w.Text, w.Args, i)
		}
	})
	if w.Exact && len(got) != count(want) {
		rt.Fatalf("%s\n%s\n%v\nis not exact: %d rows, the engine takes %d", src, w.Text, w.Args, len(got), count(want))
	}
}

func openSQLite(t *testing.T) *sql.Conn {
	t.Helper()
	return connect(t, "sqlite", ":memory:")
}

func openPostgres(t *testing.T) *sql.Conn {
	t.Helper()
	dsn := os.Getenv("CALLSHEET_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("skipped: CALLSHEET_TEST_POSTGRES names no PostgreSQL")
	}
	return connect(t, "pgx", dsn)
}

func connect(t testing.TB, driver, dsn string) *sql.Conn {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// BenchmarkPrefilter measures finding the leads of a rule among 100,000 in SQLite: all rows read and decided by the
// engine, or those that the database lets pass.
func BenchmarkPrefilter(b *testing.B) {
	s := testSchema(b)
	leads := make([]row, 100_000)
	for i := range leads {
		leads[i] = maps.Clone(benchLead(i))
		leads[i]["lead.id"] = fmt.Sprintf("L-%d", i)
		leads[i]["contact.phone"] = "+33199000000"
	}
	d := storeLeads(b, s, connect(b, "sqlite", ":memory:"), false, leads)
	if _, err := d.conn.ExecContext(context.Background(), "CREATE INDEX by_price ON leads (role, estimated_price)"); err != nil {
		b.Fatal(err)
	}
	c := mustCondition(b, s, `lead.role == "owner" and lead.estimated_price > 480000 and lead.visits >= 3 and lead.city matches "^P"`)
	prefilter := c.SQL(d.dialect(nil))
	for name, w := range map[string]Where{"scan": {Text: "TRUE"}, "prefilter": prefilter} {
		b.Run(name, func(b *testing.B) {
			taken := 0
			for b.Loop() {
				taken = d.decide(b, c, w)
			}
			b.ReportMetric(float64(taken), "leads")
		})
	}
}

// decide reads the rows of a WHERE, decides them with the engine and counts the leads taken.
func (d *table) decide(b *testing.B, c *Condition, w Where) int {
	column := func(name string) int {
		col, _ := d.schema.Index(name)
		return col
	}
	role, price, visits, city := column("lead.role"), column("lead.estimated_price"), column("lead.visits"), column("lead.city")
	found, err := d.conn.QueryContext(context.Background(), "SELECT role, estimated_price, visits, city FROM leads WHERE "+w.Text, w.Args...)
	if err != nil {
		b.Fatal(err)
	}
	defer found.Close()
	batch, taken, i := d.schema.NewBatch(MaxBatch), 0, 0
	for found.Next() {
		var roleText, cityText string
		var amount sql.NullFloat64
		var seen sql.NullInt64
		if err := found.Scan(&roleText, &amount, &seen, &cityText); err != nil {
			b.Fatal(err)
		}
		batch.SetText(role, i, roleText)
		batch.SetText(city, i, cityText)
		if amount.Valid {
			batch.SetFloat(price, i, amount.Float64)
		}
		if seen.Valid {
			batch.SetInt(visits, i, seen.Int64)
		}
		if i++; i == MaxBatch {
			taken += c.Eval(batch).CountTrue()
			batch.Reset(MaxBatch)
			i = 0
		}
	}
	if err := found.Err(); err != nil {
		b.Fatal(err)
	}
	return taken + c.Eval(batch).CountTrue()
}
