package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"callsheet/engine"
)

// rolled is the shipped book with keys added to PVI.
func rolled(t *testing.T, keys string) *engine.RuleBook {
	t.Helper()
	b, err := engine.Compile(edited(t, shippedFiles(t), edit{"campaigns.yaml", "    assign: true ", keys + "\n    assign: true "}))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// chosenBy is the ids of the leads that PVI takes at ten.
func chosenBy(t *testing.T, b *engine.RuleBook, campaign string, ids []string) map[string]bool {
	t.Helper()
	chosen := map[string]bool{}
	for _, id := range ids {
		v := judge(t, b, campaign, "2026-11-23T10:30:00", ready().with(facts{"id": id}))
		switch v.Reason {
		case "":
			chosen[id] = true
		case engine.OutOfCanary:
			if v.Gate != engine.GateGroup {
				t.Errorf("%s: a lead that is not in the canary has passed gate %s", id, v.Gate)
			}
		default:
			t.Fatalf("%s: %s", id, v.Reason)
		}
	}
	return chosen
}

// A canary takes the same leads for ever, about as many as it says, a larger
// one those of a smaller one too; CF those of PVI, another campaign others.
func TestCanary(t *testing.T) {
	t.Parallel()
	var ids []string
	for i := range 3000 {
		ids = append(ids, fmt.Sprintf("L-%04d", i))
	}
	ten, twenty := rolled(t, "    mode: canary 10%"), rolled(t, "    mode: canary 20%")
	one, more := chosenBy(t, ten, "PVI", ids), chosenBy(t, twenty, "PVI", ids)
	if n := len(one); n < 240 || n > 360 {
		t.Errorf("%d of 3000 are in a canary of 10 %%", n)
	}
	if n := len(more); n < 500 || n > 700 {
		t.Errorf("%d of 3000 are in a canary of 20 %%", n)
	}
	for id := range one {
		if !more[id] {
			t.Errorf("%s is in 10 %% and not in 20 %%", id)
		}
	}
	// These were so when the first canary was let out, and have to stay so.
	var first []string
	for _, id := range ids[:40] {
		if one[id] {
			first = append(first, id)
		}
	}
	if got, want := strings.Join(first, " "), "L-0001 L-0010 L-0036"; got != want {
		t.Errorf("the first of the canary are %s, want %s", got, want)
	}
	pvi, cf, other := campaign(t, ten, "PVI"), campaign(t, ten, "CF"), *campaign(t, ten, "PVI")
	other.Name = "PVX"
	apart := 0
	for _, id := range ids {
		if pvi.InCanary(id) != one[id] || cf.InCanary(id) != one[id] {
			t.Fatalf("%s: PVI, CF and the column disagree", id)
		}
		if one[id] && !other.InCanary(id) {
			apart++
		}
	}
	if apart < len(one)/2 {
		t.Errorf("another campaign has the same leads in its canary: only %d of %d differ", apart, len(one))
	}
	if v := judge(t, ten, "PVI", "2026-11-23T10:30:00", ready().with(facts{"id": ""})); v.Reason != "" {
		t.Errorf("a test's lead without an id is out: %s", v.Reason)
	}
}

// What comes before the canary and what comes after it.
func TestCanaryAmongReasons(t *testing.T) {
	t.Parallel()
	b := rolled(t, "    mode: canary 1%")
	out := ready().with(facts{"id": "L-0001"})
	for want, lead := range map[string]facts{
		engine.NoGroup:     out.with(facts{"postal_code": "99000"}),
		engine.OutOfCanary: out.with(facts{"in_wallet": "true"}),
	} {
		if v := judge(t, b, "PVI", "2026-11-23T10:30:00", lead); v.Reason != want {
			t.Errorf("%q, want %q", v.Reason, want)
		}
	}
	leads := batch(t, b, out)
	now := local(t, b, "2026-11-23T10:30:00")
	c := campaign(t, b, "PVI")
	slot := slotAt(t, b, c, "2026-11-23T10:30:00")
	class := b.Classify(leads, now)
	verdict := b.Judge(c, slot, leads, class, nil)[0]
	for _, line := range b.Account(c, slot, leads, 0, class, verdict) {
		if line.Name == engine.OutOfCanary && line.Mark == engine.MarkStopped && line.Say == "not in the first 1 % of this campaign" {
			return
		}
	}
	t.Error("the account does not tell of the canary")
}

// Outside of its days a campaign has no slots; what follows it has none either.
func TestActive(t *testing.T) {
	t.Parallel()
	b := rolled(t, "    active: {from: 2026-11-25, until: 2026-11-27}")
	for _, name := range []string{"PVI", "CF"} {
		week := b.Week(campaign(t, b, name), nil)
		first, ok := week.Next(local(t, b, "2026-11-23T10:30:00"), 0)
		if !ok || !first.Start.Equal(local(t, b, "2026-11-25T10:00:00")) {
			t.Errorf("%s begins %v", name, first.Start)
		}
		if last, ok := week.Next(local(t, b, "2026-11-27T17:00:00"), 0); !ok || !last.Start.Equal(local(t, b, "2026-11-27T17:00:00")) {
			t.Errorf("%s has no slot on its last evening", name)
		}
		if more, ok := week.Next(local(t, b, "2026-11-27T20:00:00"), 0); ok {
			t.Errorf("%s goes on after its last day: %v", name, more.Start)
		}
	}
	for _, when := range []struct{ clock, want string }{
		{"2026-11-24T23:59:59", "begins on 2026-11-25"},
		{"2026-11-25T00:00:00", ""},
		{"2026-11-27T23:59:59", ""},
		{"2026-11-28T00:00:00", "ended on 2026-11-27"},
	} {
		if got := b.NotStarted(campaign(t, b, "PVI"), local(t, b, when.clock)); got != when.want {
			t.Errorf("%s: %q, want %q", when.clock, got, when.want)
		}
	}
	if c := b.Taker("L1", "RDVVQ", "PVI_NOW", local(t, b, "2026-11-27T23:00:00")); c == nil || c.Name != "PVI" {
		t.Error("nobody takes a lead of PVI on its last day")
	}
	if c := b.Taker("L1", "RDVVQ", "PVI_NOW", local(t, b, "2026-11-28T00:00:00")); c != nil {
		t.Errorf("%s takes a lead of a campaign that has ended", c.Name)
	}
}

// A campaign that has ended is a warning, and so are the leads that it leaves.
func TestEndedCampaignIsWarnedOf(t *testing.T) {
	t.Parallel()
	b := rolled(t, "    active: {until: 2026-11-27}")
	for _, when := range []struct {
		clock string
		want  int
	}{{"2026-11-27T23:59:59", 0}, {"2026-11-28T00:00:00", 1}} {
		found, _ := b.Analyse(local(t, b, when.clock))
		n := 0
		for _, f := range found {
			if f.Code == "R501" {
				n++
				if f.Message != "campaign PVI ended on 2026-11-27: it has no slots any more" || f.Line == 0 {
					t.Errorf("%d: %s", f.Line, f.Message)
				}
			}
		}
		if n != when.want {
			t.Errorf("%s: %d warnings, want %d", when.clock, n, when.want)
		}
	}
}

// Drafts and shadows take no lead; a shadow starts before those that do.
func TestModes(t *testing.T) {
	t.Parallel()
	at := "2026-11-23T10:30:00"
	for _, mode := range []string{"draft", "shadow"} {
		b := rolled(t, "    mode: "+mode)
		pvi, cf := campaign(t, b, "PVI"), campaign(t, b, "CF")
		if pvi.Calls() || cf.Calls() || cf.Rollout() != mode {
			t.Errorf("PVI is a %s and calls %t, CF is %s", mode, pvi.Calls(), cf.Rollout())
		}
		if c := b.Taker("L1", "RDVVQ", "PVI_NOW", local(t, b, at)); c != nil {
			t.Errorf("a %s: %s takes leads", mode, c.Name)
		}
		if v := judge(t, b, "PVI", at, ready()); v.Reason != "" {
			t.Errorf("a %s does not decide as it would live: %s", mode, v.Reason)
		}
	}
	b, err := engine.Compile(edited(t, shippedFiles(t), edit{"campaigns.yaml", "    slots: [morning, afternoon]", "    mode: shadow\n    slots: [morning, afternoon]"}))
	if err != nil {
		t.Fatal(err)
	}
	var turn []string
	for _, c := range b.InTurn() {
		turn = append(turn, c.Name)
	}
	if got := strings.Join(turn, " "); got != "PVB PVI PQSC DDR CF" {
		t.Errorf("turns %s", got)
	}
}
