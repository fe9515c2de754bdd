package dispatch_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"callsheet"
	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dialer"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// office is a desk over a real store with a rule book and a few hands to help
// the tests.
type office struct {
	testing.TB
	store *store.Store
	desk  *dispatch.Desk
	book  *engine.RuleBook
}

func newOffice(t testing.TB, st *store.Store, book *engine.RuleBook) *office {
	return &office{t, st, &dispatch.Desk{Store: st, Sheet: dialer.Sheet, Seal: dialer.Seal, Hide: hide}, book}
}

// hide is the suppression key of a phone under the secret of the tests.
func hide(phone string) (string, error) {
	mac := hmac.New(sha256.New, []byte("secret"))
	mac.Write([]byte(phone))
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// f0Office is a new SQLite file under the rules of the acceptance scenarios,
// edited.
func f0Office(t testing.TB, edits ...string) *office {
	t.Helper()
	return newOffice(t, storetest.SQLite(t), f0(t, edits...))
}

// f0 is the rule book of the acceptance scenarios. Edits are pairs of a text
// in its files and what takes its place.
func f0(t testing.TB, edits ...string) *engine.RuleBook {
	t.Helper()
	return book(t, os.DirFS("../../../fixtures/f0"), edits...)
}

// shipped is the rule book that ships with the program, edited likewise.
func shipped(t testing.TB, edits ...string) *engine.RuleBook {
	t.Helper()
	return book(t, callsheet.Shipped(), edits...)
}

func book(t testing.TB, dir fs.FS, edits ...string) *engine.RuleBook {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{
		"campaigns.yaml", "scoring.yaml", "rules/leads.yaml", "rules/fields.yaml", "rules/dialers.yaml", "rules/packs/fr.yaml",
	} {
		if text, err := fs.ReadFile(dir, name); err == nil {
			files[name] = &fstest.MapFile{Data: text}
		}
	}
	// What no book of the tests has of its own, for edits.
	for _, name := range []string{"rules/callbacks.yaml", "rules/wrapups.yaml"} {
		text, err := fs.ReadFile(callsheet.Shipped(), name)
		must(t, err)
		files[name] = &fstest.MapFile{Data: text}
	}
	for i := 0; i < len(edits); i += 2 {
		edit(t, files, edits[i], edits[i+1])
	}
	b, err := engine.Load(files, callsheet.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// edit replaces a text in the one file that has it.
func edit(t testing.TB, files fstest.MapFS, old, now string) {
	t.Helper()
	for _, file := range files {
		if text := string(file.Data); strings.Contains(text, old) {
			file.Data = []byte(strings.Replace(text, old, now, 1))
			return
		}
	}
	t.Fatalf("no rule file contains %q", old)
}

// local is a time in Paris.
func local(t testing.TB, text string) time.Time {
	t.Helper()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02T15:04:05", text, paris)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// lead is a person in Paris who wants to sell now, changed. The phone follows
// from the number.
func lead(id string, number int, changes ...func(*crm.Lead)) dispatch.Incoming {
	return dispatch.Incoming{ID: id, Set: func(l *crm.Lead, _ bool) {
		l.LegalBasis, l.PostalCode = crm.BasisRequest, "75011"
		phone(number)(l)
		given("RDVVQ", "PVI_NOW", 50)(l)
		for _, change := range changes {
			change(l)
		}
	}}
}

func phone(number int) func(*crm.Lead) {
	return func(l *crm.Lead) {
		l.Phone = fmt.Sprintf("+33199%06d", number)
		l.PhoneRaw, l.PhoneCountry, l.PhoneNational = "0"+l.Phone[3:], "33", l.Phone[3:]
	}
}

func noPhone(l *crm.Lead) {
	l.Phone, l.PhoneRaw, l.PhoneCountry, l.PhoneNational = "", "06 20 92 28", "", ""
}

func given(leadType, segment string, score int64) func(*crm.Lead) {
	return func(l *crm.Lead) {
		l.Custom = map[string]any{"given_type": leadType, "given_score": score}
		if segment != "" {
			l.Custom["given_segment"] = segment
		}
	}
}

func postal(code string) func(*crm.Lead) { return func(l *crm.Lead) { l.PostalCode = code } }

func estimated(at time.Time) func(*crm.Lead) {
	return func(l *crm.Lead) { l.EstimatedAt = crm.Some(crm.At(at)) }
}

func named(first, last string) func(*crm.Lead) {
	return func(l *crm.Lead) { l.FirstName, l.LastName = first, last }
}

// receive stores leads at a local time.
func (o *office) receive(at string, leads ...dispatch.Incoming) dispatch.Received {
	o.Helper()
	return got(o, o.desk.Receiver(o.book).Receive)(o.Context(), leads, local(o, at))
}

// got calls a function and ends the test on its error.
func got[A, B, C, R any](t testing.TB, f func(A, B, C) (R, error)) func(A, B, C) R {
	return func(a A, b B, c C) R {
		t.Helper()
		result, err := f(a, b, c)
		must(t, err)
		return result
	}
}

func (o *office) campaign(name string) *engine.Campaign {
	o.Helper()
	c, ok := o.book.Campaign(name)
	if !ok {
		o.Fatalf("no campaign %s", name)
	}
	return c
}

// start starts a campaign at a local time.
func (o *office) start(name, at string) []dispatch.Report {
	o.Helper()
	reports, err := o.desk.Start(o.Context(), o.book, o.campaign(name), local(o, at))
	must(o, err)
	return reports
}

// replan gives the planned call of a lead what change says.
func (o *office) replan(id string, change func(*crm.Call)) {
	o.Helper()
	call := o.planned(id)
	change(&call)
	must(o, o.store.PutLeads(o.Context(), []crm.Arrival{{Lead: *o.lead(id), Call: &call}}))
}

// asCallback makes the planned call of a lead a callback at a local time.
func (o *office) asCallback(id, at string) {
	o.Helper()
	o.replan(id, func(c *crm.Call) { c.Kind, c.DueAt = crm.KindCallback, crm.At(local(o, at)) })
}

func (o *office) lead(id string) *crm.Lead {
	o.Helper()
	l, err := o.store.Lead(o.Context(), id)
	must(o, err)
	return l
}

// planned is the planned call of a lead; it has no id when there is none.
func (o *office) planned(id string) crm.Call {
	o.Helper()
	calls, err := o.store.PlannedCalls(o.Context(), []string{id})
	must(o, err)
	return calls[id]
}

// decisions tells of each lead of a slot "injected" or why not.
func (o *office) decisions(slotKey string) map[string]string {
	o.Helper()
	list, err := o.store.Decisions(o.Context(), slotKey)
	must(o, err)
	told := map[string]string{}
	for _, d := range list {
		told[d.LeadID] = strings.TrimSuffix(d.Reason+": "+d.Detail, ": ")
		if d.Injected {
			told[d.LeadID] = "injected"
		}
	}
	return told
}

// ledger is all that a start may change.
type ledger struct {
	Leads     []crm.Lead
	Planned   map[string]crm.Call
	Open      map[string]crm.Call
	Runs      []crm.Run
	Calls     [][]crm.Call
	Decisions []crm.Decision
	Funnel    *crm.Funnel
	Files     []crm.File
	Agents    map[string]crm.Agent
}

func (o *office) ledger(slotKey string) ledger {
	o.Helper()
	ctx := o.Context()
	var all ledger
	var errs [7]error
	all.Leads, errs[0] = o.store.Leads(ctx, expression.All(), "", 10_000)
	var ids, phones []string
	for _, l := range all.Leads {
		ids, phones = append(ids, l.ID), append(phones, l.Phone)
	}
	all.Planned, errs[1] = o.store.PlannedCalls(ctx, ids)
	all.Open, errs[2] = o.store.OpenCalls(ctx, phones)
	all.Runs, errs[3] = o.store.Runs(ctx, slotKey)
	for _, r := range all.Runs {
		calls, err := o.store.RunCalls(ctx, r.ID)
		must(o, err)
		all.Calls = append(all.Calls, calls)
	}
	all.Decisions, errs[4] = o.store.Decisions(ctx, slotKey)
	all.Funnel, _ = o.store.Funnel(ctx, slotKey)
	all.Files, errs[5] = o.store.UnpublishedFiles(ctx)
	all.Agents, errs[6] = o.store.Agents(ctx)
	for _, err := range errs {
		must(o, err)
	}
	return all
}

// lines are the lines of the claimed files by name.
func (o *office) lines() map[string][]string {
	o.Helper()
	files, err := o.store.UnpublishedFiles(o.Context())
	must(o, err)
	lines := map[string][]string{}
	for _, f := range files {
		lines[f.Name] = []string{}
		for _, l := range f.Lines {
			lines[f.Name] = append(lines[f.Name], l.Text)
		}
	}
	return lines
}

// cells are one column of a file, by lead, as the acceptance scenarios lay it
// out.
func (o *office) cells(file string, column int) map[string]string {
	o.Helper()
	cells := map[string]string{}
	for _, line := range o.lines()[file] {
		row := strings.Split(line, ";")
		cells[row[0]] = row[column]
	}
	return cells
}

// Columns of the dialect of the acceptance scenarios.
const (
	agentColumn = 5
	fromColumn  = 6
	toColumn    = 7
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
