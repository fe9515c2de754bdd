package engine_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"callsheet/engine"
	"callsheet/engine/calendar"
)

// f0 is the book of the acceptance scenarios: three slots, the rest shipped.
func f0(t *testing.T) *engine.RuleBook {
	t.Helper()
	b, err := engine.Load(os.DirFS("../fixtures/f0"), os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func campaign(t *testing.T, b *engine.RuleBook, name string) *engine.Campaign {
	t.Helper()
	c, ok := b.Campaign(name)
	if !ok {
		t.Fatalf("no campaign %s", name)
	}
	return c
}

func TestSlotBorders(t *testing.T) {
	t.Parallel()
	b := f0(t)
	cases := []struct {
		clock string
		least time.Duration
		want  string
	}{
		{"2026-11-23T09:59:59", 0, "2026-11-23T10:00:00"},
		{"2026-11-23T10:00:00", 0, "2026-11-23T10:00:00"},
		{"2026-11-23T12:59:59", 0, "2026-11-23T10:00:00"},
		{"2026-11-23T12:58:00", 5 * time.Minute, "2026-11-23T14:00:00"},
		{"2026-11-23T13:00:00", 0, "2026-11-23T14:00:00"},
		{"2026-11-23T17:00:00", 0, "2026-11-23T17:00:00"},
		{"2026-11-23T20:00:00", 0, "2026-11-24T10:00:00"},
		{"2026-11-27T20:00:00", 0, "2026-11-30T10:00:00"},
		{"2026-12-24T20:05:00", 0, "2026-12-28T10:00:00"},
	}
	for _, c := range cases {
		t.Run(c.clock, func(t *testing.T) {
			t.Parallel()
			slot, ok := b.Week(campaign(t, b, "PVI"), nil).Next(local(t, b, c.clock), c.least)
			if want := local(t, b, c.want); !ok || !slot.Start.Equal(want) {
				t.Errorf("slot from %s, want %s", slot.Start, want)
			}
		})
	}
}

// A group has the holidays of its own calendar.
func TestHolidaysOfAGroup(t *testing.T) {
	t.Parallel()
	b := f0(t)
	for group, want := range map[string]string{"IDF": "2027-03-26T10:00:00", "EST": "2027-03-30T10:00:00"} {
		g, ok := b.Group(group)
		if !ok {
			t.Fatalf("no group %s", group)
		}
		slot, ok := b.Week(campaign(t, b, "PVI"), g).Next(local(t, b, "2027-03-26T09:00:00"), 0)
		if !ok || !slot.Start.Equal(local(t, b, want)) {
			t.Errorf("%s: slot from %s, want %s", group, slot.Start, want)
		}
	}
	est, _ := b.Group("EST")
	if got := b.CalendarOf(est); got != "FR-AM" {
		t.Errorf("CalendarOf(EST) = %s, want FR-AM", got)
	}
	if got := b.CalendarOf(nil); got != "FR" {
		t.Errorf("CalendarOf(nil) = %s, want FR", got)
	}
}

func TestSlotsKeepTheirHoursWhenClocksChange(t *testing.T) {
	t.Parallel()
	b := f0(t)
	for clock, want := range map[string]string{
		"2026-10-23T09:00:00": "2026-10-23T08:00:00Z to 2026-10-23T11:00:00Z",
		"2026-10-26T09:00:00": "2026-10-26T09:00:00Z to 2026-10-26T12:00:00Z",
	} {
		slot, _ := b.Week(campaign(t, b, "PVI"), nil).Next(local(t, b, clock), 0)
		if got := slot.Start.Format(time.RFC3339) + " to " + slot.End.Format(time.RFC3339); got != want {
			t.Errorf("%s: slot %s, want %s", clock, got, want)
		}
	}
}

// Company days close every calendar.
func TestCompanyDays(t *testing.T) {
	t.Parallel()
	files := edited(t, small(t), edit{"rules/calendars.yaml", "company_days: {}", "company_days:\n  Pont: 2026-11-23"})
	b := load(t, folder(files), nil)
	for _, group := range b.Groups {
		slot, ok := b.Week(campaign(t, b, "PVI"), group).Next(local(t, b, "2026-11-23T09:00:00"), 0)
		if want := local(t, b, "2026-11-24T10:00:00"); !ok || !slot.Start.Equal(want) {
			t.Errorf("%s: slot from %s, want %s", group.Name, slot.Start, want)
		}
	}
}

func TestLongestZoneWins(t *testing.T) {
	t.Parallel()
	b := load(t, folder(edited(t, small(t), edit{"campaigns.yaml", `zones: ["57"]`, `zones: ["57", "7511"]`})), nil)
	for code, want := range map[string]string{"75001": "IDF", "75110": "EST", "57000": "EST", "99000": "", "7": "", "": ""} {
		got := ""
		if g := b.GroupOf(code); g != nil {
			got = g.Name
		}
		if got != want {
			t.Errorf("GroupOf(%q) = %q, want %q", code, got, want)
		}
	}
}

func names(conditions []engine.Condition) []string {
	var all []string
	for _, c := range conditions {
		all = append(all, c.Name+": "+c.Source())
	}
	return all
}

func TestFollowerTakesOverItsLeader(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	cf, pvi := campaign(t, b, "CF"), campaign(t, b, "PVI")
	want := []string{"warm: lead.score >= 20", "fresh: lead.created_at >= slot.start"}
	if diff := cmp.Diff(want, names(cf.Include)); diff != "" {
		t.Errorf("include of CF (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(names(pvi.Exclude), names(cf.Exclude)); diff != "" {
		t.Errorf("exclude of CF (-PVI +CF):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"warm: lead.score >= 20"}, names(pvi.Include)); diff != "" {
		t.Errorf("include of PVI (-want +got):\n%s", diff)
	}
	type kept struct {
		Follows                string
		Every, MinRemaining    time.Duration
		PerTick, PerSlot       int
		Assign                 bool
		Types, Segments, Slots []string
		Dialer                 string
		Guardrails             engine.Guardrails
	}
	inherited := kept{"PVI", 2 * time.Minute, pvi.MinRemaining, 10, 10, true, pvi.LeadTypes, pvi.Segments, pvi.Slots, pvi.Dialer.Name, pvi.Guardrails}
	got := kept{
		cf.Follows, cf.Every, cf.MinRemaining, cf.MaxPerTick, cf.MaxPerSlot, cf.Assign, cf.LeadTypes, cf.Segments, cf.Slots, cf.Dialer.Name, cf.Guardrails,
	}
	if diff := cmp.Diff(inherited, got); diff != "" {
		t.Errorf("CF (-want +got):\n%s", diff)
	}
	if len(cf.Order) != len(pvi.Order) {
		t.Errorf("CF orders by %d keys, PVI by %d", len(cf.Order), len(pvi.Order))
	}
}

// A condition of the same name takes the place of the inherited one; the
// others add up.
func TestConditionsMergeByName(t *testing.T) {
	t.Parallel()
	files := edited(t, small(t),
		edit{"campaigns.yaml", "      fresh: lead.created_at >= slot.start", "      fresh: lead.created_at >= slot.start\n      warm: lead.score >= 50"},
		edit{"campaigns.yaml", "    assign: true", "    exclude:\n      wallet: lead.in_wallet and lead.score < 90\n      refused: lead.refusals > 0"})
	b := load(t, folder(files), nil)
	want := []string{"warm: lead.score >= 50", "fresh: lead.created_at >= slot.start"}
	if diff := cmp.Diff(want, names(campaign(t, b, "CF").Include)); diff != "" {
		t.Errorf("include of CF (-want +got):\n%s", diff)
	}
	want = []string{"wallet: lead.in_wallet and lead.score < 90", "refused: lead.refusals > 0"}
	if diff := cmp.Diff(want, names(campaign(t, b, "PVI").Exclude)); diff != "" {
		t.Errorf("exclude of PVI (-want +got):\n%s", diff)
	}
}

func TestFreshLeadsOfATick(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	for created, want := range map[string]string{"2026-11-23T10:00:00": "", "2026-11-23T09:59:59": "fresh"} {
		if v := judge(t, b, "CF", "2026-11-23T10:30:00", ready().with(facts{"created_at": created})); v.Reason != want {
			t.Errorf("created %s: reason %q, want %q", created, v.Reason, want)
		}
	}
}

func TestNamesAndAliases(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	if c, ok := b.Campaign("PreQualifiedSellerLead"); !ok || c.Name != "PQSC" {
		t.Errorf("campaign PreQualifiedSellerLead: %v, want PQSC", c)
	}
	if _, ok := b.Campaign("PVX"); ok {
		t.Error("found campaign PVX, want none")
	}
	for word, want := range map[string]string{"PQSL": "PQSC", "RDVVQ": "RDVVQ", "other": "other"} {
		if got := b.CanonicalType(word); got != want {
			t.Errorf("CanonicalType(%s) = %s, want %s", word, got, want)
		}
	}
	if ddr := campaign(t, b, "DDR"); !ddr.TakesLead("FSBO", "") || !ddr.TakesLead("FSBO", "PVB") || ddr.TakesLead("RDVVQ", "") {
		t.Error("DDR must take every FSBO lead, with or without a segment, and no other")
	}
}

// sorted gives the ids of the leads in the campaign's order.
func sorted(t *testing.T, b *engine.RuleBook, order []engine.OrderKey, leads []facts) []string {
	t.Helper()
	filled := batch(t, b, leads...)
	b.Classify(filled, local(t, b, "2026-11-23T10:00:00"))
	ranks := engine.Ranks(order, filled)
	rows := make([]int, len(leads))
	for i := range rows {
		rows[i] = i
	}
	slices.SortFunc(rows, func(x, y int) int { return engine.Compare(order, ranks[x], ranks[y]) })
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = leads[row]["id"]
	}
	return ids
}

// An empty value sorts lowest: first, and last under desc.
func TestOrderOfEmptyValues(t *testing.T) {
	t.Parallel()
	leads := []facts{
		{"id": "A", "estimated_at": ""},
		{"id": "B", "estimated_at": "1960-01-01T00:00:00"},
		{"id": "C", "estimated_at": "2026-11-22T18:05:00"},
	}
	for key, want := range map[string][]string{
		"lead.estimated_at": {"A", "B", "C"}, "lead.estimated_at asc": {"A", "B", "C"}, "lead.estimated_at desc": {"C", "B", "A"},
	} {
		b := load(t, folder(edited(t, small(t), edit{"campaigns.yaml", "- lead.score desc", "- " + key})), nil)
		if diff := cmp.Diff(want, sorted(t, b, campaign(t, b, "PVI").Order, leads)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
}

// Whatever the order in which leads come, they are called in one order.
func TestOrderIsTotal(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	order := campaign(t, b, "PVI").Order
	rapid.Check(t, func(rt *rapid.T) {
		leads := make([]facts, rapid.IntRange(2, 12).Draw(rt, "leads"))
		for i := range leads {
			leads[i] = randomLead(rt).with(facts{"id": "L" + strconv.Itoa(i)})
		}
		shuffled := slices.Clone(leads)
		seed := rapid.Uint64().Draw(rt, "shuffle")
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if diff := cmp.Diff(sorted(t, b, order, leads), sorted(t, b, order, shuffled)); diff != "" {
			rt.Fatalf("(-as drawn +shuffled):\n%s", diff)
		}
	})
}

func TestFold(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]string{
		"RÉPONDEUR ": "repondeur", " À  rappeler": "a rappeler", "Pas de\tréponse": "pas de reponse", "Re\u0301pondeur": "repondeur", "": "",
	} {
		if got := engine.Fold(label); got != want {
			t.Errorf("Fold(%q) = %q, want %q", label, got, want)
		}
	}
}

// The words that identify a person are personal in every book, whatever its
// rules/fields.yaml says or leaves out.
func TestPersonalFields(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]*engine.RuleBook{"shipped": shipped(t), "f0": f0(t)} {
		var personal []string
		for _, f := range b.Fields {
			if f.Personal {
				personal = append(personal, f.Name)
			}
		}
		want := []string{"contact.first_name", "contact.last_name", "contact.email", "contact.phone", "contact.phone_national"}
		if diff := cmp.Diff(want, personal); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A pack rule holds on its first and on its last day.
func TestDatesOfPackRules(t *testing.T) {
	t.Parallel()
	day := func(text string) calendar.Date {
		d, err := calendar.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	rule := engine.PackRule{From: day("2023-03-01"), To: day("2026-08-10")}
	open := engine.PackRule{From: day("2023-03-01")}
	for text, want := range map[string][2]bool{
		"2023-02-28": {false, false}, "2023-03-01": {true, true}, "2026-08-10": {true, true}, "2026-08-11": {false, true},
	} {
		if got := [2]bool{rule.Holds(day(text)), open.Holds(day(text))}; got != want {
			t.Errorf("%s: holds %v, want %v", text, got, want)
		}
	}
}

// Dialer columns give the values of the leads.
func TestDialerColumns(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	leads := batch(t, b, ready().with(facts{"id": "L1", "contact.last_name": "Durand"}))
	said := b.Classify(leads, local(t, b, "2026-11-23T10:00:00"))
	c := campaign(t, b, "PVI")
	b.Judge(c, slotAt(t, b, c, "2026-11-23T10:00:00"), leads, said, nil)
	got := map[string]string{}
	for _, column := range c.Dialer.Columns {
		v := column.Eval(leads)
		switch column.Name {
		case "external_id", "last_name", "campaign", "segment", "phone1":
			got[column.Name], _ = v.Text(0)
		case "priority", "score":
			n, _ := v.Int(0)
			got[column.Name] = strconv.FormatInt(n, 10)
		case "min_calling_date_time", "max_calling_date_time":
			at, _ := v.Time(0)
			got[column.Name] = at.Format(time.RFC3339)
		case "assigned_agent":
			if v.Has(0) {
				t.Error("an agent before one is chosen")
			}
		}
	}
	want := map[string]string{
		"external_id": "L1", "last_name": "Durand", "campaign": "PVI", "segment": "PVI_NOW", "phone1": "+33199000001", "priority": "13", "score": "87",
		"min_calling_date_time": "2026-11-23T09:00:00Z", "max_calling_date_time": "2026-11-23T12:00:00Z",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cells (-want +got):\n%s", diff)
	}
}
