package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Commands that are killed at any instant and run again: whatever a dialer
// takes away meanwhile, it gets every file once, whole, and nobody is called
// twice in a slot or forgotten. CALLSHEET_KILLS is how many are killed at
// least.
func TestKilledCommands(t *testing.T) {
	takesLong(t, "killing processes again and again")
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	v := newVictim(t, rand.New(rand.NewPCG(seed, 0)), "")
	dialer := v.consume()
	for day := 0; v.killed < kills(t, 24); day++ {
		v.live(day)
	}
	dialer()
	t.Logf("%d commands killed, %d files taken", v.killed, len(v.taken))
	v.check()
}

// kills is how many commands are to be killed at least.
func kills(t *testing.T, otherwise int) int {
	t.Helper()
	text := os.Getenv("CALLSHEET_KILLS")
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// victim is a call centre whose commands are killed.
type victim struct {
	t       *testing.T
	random  *rand.Rand
	dir     string
	db      string
	program string
	slots   [][3]string // of a day: when each is started, ticked and stopped
	crowd   int         // of processes that start and stop the same at once
	rough   bool        // the database is not always there: commands may fail, and are run again
	killed  int
	failed  int // commands that were run again because they failed
	leads   int
	took    time.Duration // of the last command that was let live

	mu    sync.Mutex
	taken map[string]string // hash of each file that the dialer took, by name
}

// newVictim is a call centre over a database, a SQLite file when none is named.
func newVictim(t *testing.T, random *rand.Rand, db string) *victim {
	t.Helper()
	program, err := exec.LookPath("callsheet")
	if err != nil {
		t.Fatal(err)
	}
	v := &victim{t: t, random: random, dir: t.TempDir(), db: db, program: program, taken: map[string]string{}, took: 200 * time.Millisecond}
	v.slots = [][3]string{{"10:00:00", "10:02:00", "12:59:00"}, {"14:00:00", "14:02:00", "16:59:00"}, {"17:00:00", "17:02:00", "19:59:00"}}
	if db == "" {
		v.db = filepath.Join(v.dir, "callsheet.db")
	}
	if err := copyTree(f0, filepath.Join(v.dir, "rules")); err != nil {
		t.Fatal(err)
	}
	book := filepath.Join(v.dir, "rules", "campaigns.yaml")
	text, err := os.ReadFile(book)
	if err != nil {
		t.Fatal(err)
	}
	roomy := strings.Replace(string(text), "max_per_slot: 3", "max_per_slot: 20", 1)
	if err := os.WriteFile(book, []byte(roomy), 0o644); err != nil || roomy == string(text) {
		t.Fatal("max_per_slot: 3 is no longer in the book:", err)
	}
	return v
}

// live is one day: leads come in, a slot after the other is started, ticked
// and stopped, and some calls are reported.
func (v *victim) live(day int) {
	date := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for range day {
		date = date.AddDate(0, 0, 1)
		for date.Weekday() == time.Saturday || date.Weekday() == time.Sunday {
			date = date.AddDate(0, 0, 1)
		}
	}
	at := func(clock string) string { return date.Format("2006-01-02T") + clock }
	v.run("--at", at("08:00:00"), "import", "leads", v.newLeads(15, at("07:00:00")))
	for _, slot := range v.slots {
		v.together("start-campaign", "--start-date", at(slot[0]))
		v.run("--at", at(slot[1]), "import", "leads", v.newLeads(3, at(slot[0])))
		v.together("start-campaign", "--type", "CF", "--start-date", at(slot[1]))
		v.together("start-campaign", "--type", "PVI", "--start-date", at(slot[1]))
		v.run("--at", at(slot[2]), "import", "calls", v.someCalls(date, slot[1]))
		v.together("stop-campaigns", "--start-date", at(slot[2]))
	}
}

// together runs a command in several processes at once, of which about every
// third is killed; then once more, so that nothing is left to do.
func (v *victim) together(args ...string) {
	var all sync.WaitGroup
	var killed atomic.Int64
	for range v.crowd {
		life := time.Hour
		if v.random.IntN(3) == 0 {
			life = time.Duration(v.random.Int64N(int64(v.took) * 5 / 4))
		}
		all.Go(func() {
			if out, err := v.once(life, args...); err != nil && life < time.Hour {
				killed.Add(1)
			} else if err != nil && !v.rough {
				v.t.Errorf("callsheet %s beside others: %v\n%s", strings.Join(args, " "), err, out)
			}
		})
	}
	all.Wait()
	v.killed += int(killed.Load())
	v.run(args...)
}

// once runs a command that is killed when its life is over.
func (v *victim) once(life time.Duration, args ...string) (out []byte, err error) {
	ctx, cancel := context.WithTimeout(v.t.Context(), life)
	defer cancel()
	cmd := exec.CommandContext(ctx, v.program, append([]string{"--rules", filepath.Join(v.dir, "rules"), "--db", v.db, "--out", filepath.Join(v.dir, "out")}, args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGKILL) }
	return cmd.CombinedOutput()
}

// newLeads writes a file of leads with phones of their own.
func (v *victim) newLeads(n int, created string) string {
	var b strings.Builder
	b.WriteString("id,created_at,estimated_at,postal_code,phone,given_type,given_segment,given_score,legal_basis,consent_evidence\n")
	for range n {
		v.leads++
		fmt.Fprintf(&b, "K%d,%s,%s,%s,01990%05d,RDVVQ,PVI_NOW,%d,request,form\n", v.leads, created, created,
			[]string{"75011", "13001", "92100"}[v.leads%3], v.leads, v.leads%97)
	}
	return v.write(fmt.Sprintf("leads%d.csv", v.leads), b.String())
}

// someCalls writes reports about every third lead so far.
func (v *victim) someCalls(date time.Time, clock string) string {
	var b strings.Builder
	b.WriteString("callId,contactId,callStart,callEnd,wrapup,conversationDuration\n")
	start := date.Format("02/01/2006 ") + clock
	wrapups := []string{"Pas de réponse", "Qualifié", "Occupé", "Pas intéressé", "Répondeur"}
	for lead := 1 + v.random.IntN(3); lead <= v.leads; lead += 3 {
		fmt.Fprintf(&b, "%s-%s-%d,K%d,%s,%s,%s,0\n", date.Format("0102"), clock, lead, lead, start, start, wrapups[v.random.IntN(len(wrapups))])
	}
	return v.write("calls.csv", b.String())
}

func (v *victim) write(name, text string) string {
	path := filepath.Join(v.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		v.t.Fatal(err)
	}
	return path
}

// run runs a command until it ends by itself; before, it is killed up to three
// times.
func (v *victim) run(args ...string) {
	for range v.random.IntN(3) {
		if _, err := v.once(time.Duration(v.random.Int64N(int64(v.took)*5/4)), args...); err == nil {
			return
		}
		v.killed++
	}
	for tries := 1; ; tries++ {
		begin := time.Now()
		out, err := v.once(time.Hour, args...)
		if err == nil {
			v.took = time.Since(begin)
			return
		}
		if !v.rough || tries == 30 {
			v.t.Fatalf("callsheet %s after a kill: %v\n%s", strings.Join(args, " "), err, out)
		}
		v.failed++
		time.Sleep(200 * time.Millisecond)
	}
}

// consume is a dialer that takes away every file as soon as it sees it. The
// function that it gives back takes the last ones and ends it.
func (v *victim) consume() (end func()) {
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				v.take()
				return
			case <-time.After(3 * time.Millisecond):
				v.take()
			}
		}
	}()
	return func() { close(stop); <-done }
}

func (v *victim) take() {
	out := filepath.Join(v.dir, "out")
	err := filepath.WalkDir(out, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case strings.HasPrefix(entry.Name(), ".") && entry.IsDir() && path != out:
			return fs.SkipDir
		case entry.IsDir() || strings.HasPrefix(entry.Name(), ".") || !strings.HasSuffix(path, ".csv"):
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(out, path)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		v.mu.Lock()
		defer v.mu.Unlock()
		if _, twice := v.taken[name]; twice {
			v.t.Errorf("the dialer gets %s twice", name)
		}
		v.taken[name] = hex.EncodeToString(sum[:])
		return os.Remove(path)
	})
	if err != nil {
		v.t.Errorf("the dialer cannot take files: %v", err)
	}
}

// check compares what the dialer took with what the database says, by other
// means than those of the program.
func (v *victim) check() {
	db, _, err := openDirectly(v.db)
	if err != nil {
		v.t.Fatal(err)
	}
	defer db.Close()
	published := map[string]string{}
	v.each(db, `SELECT "name", "sha256", "state" FROM "file"`, func(row []string) {
		switch row[2] {
		case "published":
			published[row[0]] = row[1]
		case "cancelled":
		default:
			v.t.Errorf("file %s is left %s", row[0], row[2])
		}
	})
	for name, sum := range published {
		if v.taken[name] == "" {
			v.t.Errorf("%s is published and the dialer never got it", name)
		} else if v.taken[name] != sum {
			v.t.Errorf("%s was taken with another content", name)
		}
	}
	for name := range v.taken {
		if published[name] == "" {
			v.t.Errorf("the dialer got %s, of which the database knows nothing", name)
		}
	}
	none := map[string]string{
		"a lead twice in one slot": `SELECT "file_line"."slot_key", "lead_id" FROM "file_line" JOIN "file" ON "file"."name" = "file_line"."file"
			WHERE "file"."state" = 'published' GROUP BY "file_line"."slot_key", "lead_id" HAVING COUNT(*) > 1`,
		"a call that is in no file": `SELECT "id", "state" FROM "call" WHERE "state" = 'injected'
			AND NOT EXISTS (SELECT 1 FROM "file_line" WHERE "call_id" = "call"."id")`,
		"two planned calls":            `SELECT "lead_id", COUNT(*) FROM "call" WHERE "state" = 'planned' GROUP BY "lead_id" HAVING COUNT(*) > 1`,
		"two open calls to one number": `SELECT "phone", COUNT(*) FROM "call" WHERE "state" IN ('injected', 'in_progress') GROUP BY "phone" HAVING COUNT(*) > 1`,
		"a lead that is forgotten": `SELECT "id", "status" FROM "lead" WHERE "status" IN ('new', 'scheduled', 'in_campaign', 'not_qualified', 'callback')
			AND NOT EXISTS (SELECT 1 FROM "call" WHERE "lead_id" = "lead"."id" AND "state" IN ('planned', 'injected'))`,
		"a file of two rule books": `SELECT "file"."name" FROM "file" JOIN "file_line" ON "file_line"."file" = "file"."name"
			JOIN "decision" ON "decision"."slot_key" = "file_line"."slot_key" AND "decision"."lead_id" = "file_line"."lead_id"
			WHERE "decision"."injected" = 1 AND "decision"."version" <> "file"."version"`,
		"a run that nobody stopped": `SELECT "id", "state" FROM "run" WHERE "state" <> 'stopped'`,
	}
	for what, query := range none {
		v.each(db, query, func(row []string) { v.t.Errorf("%s: %v", what, row) })
	}
	lines := 0
	v.each(db, `SELECT COUNT(*) FROM "file_line"`, func(row []string) { lines, _ = strconv.Atoi(row[0]) })
	if lines < v.leads || len(v.taken) == 0 {
		v.t.Errorf("only %d lines for %d leads: the test is about nothing", lines, v.leads)
	}
}

func (v *victim) each(db *sql.DB, query string, visit func([]string)) {
	rows, err := db.QueryContext(v.t.Context(), query)
	if err != nil {
		v.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		v.t.Fatal(err)
	}
	for rows.Next() {
		row, places := make([]string, len(columns)), make([]any, len(columns))
		for i := range row {
			places[i] = &row[i]
		}
		if err := rows.Scan(places...); err != nil {
			v.t.Fatal(err)
		}
		visit(row)
	}
	if err := rows.Err(); err != nil {
		v.t.Fatal(err)
	}
}
