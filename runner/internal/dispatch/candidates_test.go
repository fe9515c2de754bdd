package dispatch

import (
	"fmt"
	"io/fs"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet"
	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/store/storetest"
)

// Whatever a campaign includes and excludes: among its candidates is every
// call that the rules let pass of all that are due, on both databases.
func TestCandidatesAreEnough(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.OnPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 1))
			st := open(t)
			storeRandom(t, random, st, 700)
			looked, passed, due := 0, 0, 0
			for range 25 {
				book, source := randomFollower(t, random)
				sel := tick(t, book, "2026-11-23T10:30:00")
				all := verdicts(t, sel, st.DueCalls(t.Context(), sel.facts.reads, crm.At(sel.s.slot.End), 500))
				calls, callbacks := sel.book.Prefilter(sel.c, sel.s.slot, sel.at, engine.GateCompliance, st.Dialect())
				found := verdicts(t, sel, st.Candidates(t.Context(), sel.facts.reads, crm.At(sel.s.slot.End), calls, callbacks, 150))
				if diff := cmp.Diff(passing(all), passing(found)); diff != "" {
					t.Fatalf("%s\npassing (-of all +of the candidates):\n%s", source, diff)
				}
				looked, passed, due = looked+len(found), passed+len(passing(all)), due+len(all)
			}
			if passed == 0 || looked >= due*9/10 {
				t.Errorf("%d calls pass, %d of %d were looked at: the rules of this test tell nothing", passed, looked, due)
			}
		})
	}
}

// verdicts are the reasons of all calls of the pages, by call id; those that
// pass have none.
func verdicts(t testing.TB, sel *selection, pages iter.Seq2[[]crm.Due, error]) map[string]string {
	t.Helper()
	found := map[string]string{}
	for page, err := range pages {
		if err != nil {
			t.Fatal(err)
		}
		sel.batch.Reset(len(page))
		for i := range page {
			sel.facts.lead(sel.batch, i, &page[i].Lead)
			sel.facts.call(sel.batch, i, &page[i].Call)
		}
		class := sel.book.Classify(sel.batch, sel.at)
		for i, v := range sel.book.Judge(sel.c, sel.s.slot, sel.batch, class, nil) {
			if _, twice := found[page[i].Call.ID]; twice {
				t.Errorf("call %s comes twice", page[i].Call.ID)
			}
			found[page[i].Call.ID] = v.Reason
		}
	}
	return found
}

func passing(verdicts map[string]string) (ids []string) {
	for id, reason := range verdicts {
		if reason == "" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// tick is a selection of CF at a local time.
func tick(t testing.TB, book *engine.RuleBook, clock string) *selection {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02T15:04:05", clock, book.Zone)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := book.Campaign("CF")
	slot, ok := book.Week(c, nil).Containing(at)
	if !ok {
		t.Fatalf("no slot at %s", clock)
	}
	return &selection{
		start: start{book: book, c: c, at: at}, s: slotOf{slot: slot},
		facts: newFacts(book), batch: book.Schema.NewBatch(0),
	}
}

// randomFollower is the shipped book with random conditions for CF, and their
// sources. Its own type of lead and points are out of the way.
func randomFollower(t testing.TB, random *rand.Rand) (*engine.RuleBook, string) {
	t.Helper()
	pick := func(texts []string) string { return texts[random.IntN(len(texts))] }
	rule := func(atoms []string) string {
		form := []string{"%[1]s", "%[1]s and %[2]s", "%[1]s or %[2]s", "%[1]s and (%[2]s or %[3]s)", "not (%[1]s) and %[2]s", "%[1]s ? %[2]s : %[3]s"}
		return fmt.Sprintf(pick(form), "("+pick(atoms)+")", "("+pick(atoms)+")", "("+pick(atoms)+")")
	}
	include := []string{rule(open()), rule(open())}
	exclude := []string{rule(settled()), rule(settled())}
	block := rule(settled())
	campaigns := strings.ReplaceAll(shippedFile(t, "campaigns.yaml"), "when: lead.created_at >= slot.start\n        say: came in since the slot began", fmt.Sprintf(`when: |
          %s
      fit:
        when: |
          %s
    exclude:
      wallet:
        when: |
          %s
      other:
        when: |
          %s`, include[0], include[1], exclude[0], exclude[1]))
	pack := "pack: fr\nlabel: Random\nnotice: A test.\nstatus: draft\nreviewed_on: 2026-11-22\nrules:\n  T-1:\n    say: random\n    source: none\n" +
		"    effective_from: 2023-03-01\n    block: |\n      " + block + "\n"
	book, err := engine.Load(fstest.MapFS{
		"campaigns.yaml": {Data: []byte(campaigns)}, "rules/packs/fr.yaml": {Data: []byte(pack)},
	}, callsheet.Shipped())
	source := strings.Join(append(append(include, exclude...), block), "\n")
	if err != nil {
		t.Fatalf("%s\n%v", source, err)
	}
	return book, source
}

func shippedFile(t testing.TB, name string) string {
	t.Helper()
	text, err := fs.ReadFile(callsheet.Shipped(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// open are atoms over fields that may be empty, settled such as say what empty
// means.
func open() []string {
	return append(settled(),
		"lead.visits >= 2", "lead.estimated_price < 300000", `lead.role == "owner"`, `lead.role not in ["tenant", "heir"]`,
		"lead.media_zone", "hours_since(lead.last_call_at) > 48", `lead.city contains "a"`, "lead.rooms in 2..4", `lead.last_outcome != "refused"`,
		"lead.estimated_at + days(30) > now", `"vip" in lead.tags`, "lead.living_area * 2.0 > 100", "lead.visits % 2 == 1", "lead.scored_at > slot.start",
	)
}

func settled() []string {
	return []string{
		"lead.created_at >= slot.start", "lead.created_at > now - hours(3)", "lead.attempts < 3", "lead.score >= 40", `lead.type == "DIRECT"`,
		`(lead.segment ?? "PVS") == "PVI_NOW"`, `(lead.grade ?? "cold") != "hot"`, `(lead.group ?? "SUD") == "IDF"`, "lead.in_wallet", "lead.has_pending_task",
		`call.kind != "retry"`, "call.due_at < slot.start", "call.not_before > slot.start", "call.not_after < slot.end", "call.agreed_exact_time",
		`lead.legal_basis == "consent"`, `slot.name == "morning"`, `campaign.name == "CF"`, "(lead.visits ?? 0) > 1", "lead.rooms == nil",
		`is_empty(lead.city)`, `(lead.last_outcome ?? "refused") == "refused"`, "days_since(lead.estimated_at ?? lead.created_at) < 20", "(lead.on_bloctel ?? true)",
		`contact.phone startsWith "+33199"`, "is_empty(lead.tags)",
	}
}

// storeRandom stores n leads with a planned call each, a third of what may be
// empty empty.
func storeRandom(t testing.TB, random *rand.Rand, st *store.Store, n int) {
	t.Helper()
	day := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	instant := func(days float64) crm.Instant {
		return crm.At(day.Add(time.Duration((random.Float64()*2 - 1) * days * float64(24*time.Hour))))
	}
	word := func(words ...string) string {
		if random.IntN(3) == 0 {
			return ""
		}
		return words[random.IntN(len(words))]
	}
	arrivals := make([]crm.Arrival, n)
	for i := range arrivals {
		id := fmt.Sprintf("L%04d", i)
		l := crm.Lead{
			ID: id, Type: word("RDVVQ", "DIRECT"), Segment: word("PVI_NOW", "PVB"), Score: random.Int64N(100), Grade: word("hot", "cold"), Group: word("IDF", "SUD"),
			Status: crm.Scheduled, Source: word("estimation", "form"), CreatedAt: instant(1), Role: word("owner", "heir", "tenant", "other"),
			PostalCode: word("75011", "13001", "99000"), City: word("Paris", "Lyon", "Brest"), LastOutcome: word("refused", "no_answer"),
			Attempts: random.Int64N(5), InWallet: random.IntN(4) == 0, HasPendingTask: random.IntN(4) == 0, Tags: []string{"vip"}[:random.IntN(2)],
			LegalBasis: []string{crm.BasisConsent, crm.BasisRequest}[random.IntN(2)], ConsentEvidence: word("form"), Phone: fmt.Sprintf("+33199%06d", i),
		}
		maybe(random, &l.Visits, random.Int64N(5))
		maybe(random, &l.Rooms, random.Int64N(6))
		maybe(random, &l.SellHorizonMonths, random.Int64N(9))
		maybe(random, &l.EstimatedPrice, float64(random.IntN(600))*1000)
		maybe(random, &l.LivingArea, float64(random.IntN(150)))
		maybe(random, &l.MediaZone, random.IntN(2) == 0)
		maybe(random, &l.OnBloctel, random.IntN(2) == 0)
		maybe(random, &l.EstimatedAt, instant(40))
		maybe(random, &l.LastCallAt, instant(4))
		maybe(random, &l.ScoredAt, instant(1))
		kinds := []string{crm.KindPlan, crm.KindRetry, crm.KindRecovery, crm.KindPlan, crm.KindCallback}
		arrivals[i] = crm.Arrival{Lead: l, Call: &crm.Call{
			ID: crm.CallID(id, 1), LeadID: id, Phone: l.Phone, Kind: kinds[random.IntN(len(kinds))], State: crm.CallPlanned,
			DueAt: instant(0.2), AgreedExactTime: random.IntN(5) == 0, CreatedAt: crm.At(day),
		}}
	}
	if err := st.PutLeads(t.Context(), arrivals); err != nil {
		t.Fatal(err)
	}
}

func maybe[T any](random *rand.Rand, into *crm.Maybe[T], value T) {
	if random.IntN(3) > 0 {
		*into = crm.Some(value)
	}
}
