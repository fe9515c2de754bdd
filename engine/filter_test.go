package engine_test

import (
	"errors"
	"strings"
	"testing"

	"callsheet/engine"
)

// A condition from outside the rule files: its mistakes have a place in it.
func TestFilter(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	if c, err := b.Filter("lead.visits > 3 and contact.language == \"fr\" and lead.created_at < now", "--where"); err != nil || len(c.Fields()) != 4 {
		t.Errorf("a good filter: %v, %v", c, err)
	}
	_, err := b.Filter("lead.visits > 3\n  and slot.name == \"morning\"\n  and lead.scroe > 3", "--where")
	var faults *engine.Faults
	if !errors.As(err, &faults) || len(faults.List) != 2 {
		t.Fatalf("two mistakes are %v", err)
	}
	for i, want := range []string{
		"--where:2:7: R103 `slot.name` cannot be read here: there is no slot here",
		"--where:3:12: R101 unknown field `lead.scroe`: did you mean score?",
	} {
		if got := faults.List[i].String(); got != want {
			t.Errorf("mistake %d is %q, want %q", i+1, got, want)
		}
	}
	if frame := faults.List[1].Frame; !strings.Contains(frame, "and lead.scroe > 3\n") || !strings.Contains(frame, "^^^^^ did you mean score?") {
		t.Errorf("the frame is\n%s", frame)
	}
}

func TestWord(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	for name, want := range map[string]string{
		"lead.visits": "", "lead.vists": "lead.visits", "visits": "lead.visits", "lead.Role": "lead.role", "phone_contry": "contact.phone_country",
		"weather": "", "": "",
	} {
		f, near, ok := b.Word(name)
		if ok != (name == "lead.visits") || near != want || ok && f.Label == "" {
			t.Errorf("Word(%q) is %q, %v, near %q; want near %q", name, f.Name, ok, near, want)
		}
	}
}

// Every expression is listed with its place and what it reads.
func TestExpressions(t *testing.T) {
	t.Parallel()
	b, err := engine.Compile(edited(t, shippedFiles(t), edit{"campaigns.yaml", "when: lead.score >= 20", "when: int(lead.postal_code) > 7"}))
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Expressions) != b.Rules {
		t.Errorf("%d expressions of %d rules", len(b.Expressions), b.Rules)
	}
	slow := 0
	for _, e := range b.Expressions {
		if e.Fallback == "" {
			continue
		}
		slow++
		if e.File != "campaigns.yaml" || e.Source != "int(lead.postal_code) > 7" || len(e.Reads) != 1 || e.Reads[0] != "lead.postal_code" || e.Line < 40 || e.Column != 15 {
			t.Errorf("computed lead by lead: %+v", e)
		}
	}
	if slow != 1 {
		t.Errorf("%d expressions are computed lead by lead, want 1", slow)
	}
}
