package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode"

	"callsheet"
	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/engine/expression"
	"callsheet/engine/ruletest"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/terminal"
)

func recordColumns() []terminal.Column { return terminal.Columns("file", "test") }

// slug is words as the name of a file.
func slug(words string) string {
	var out strings.Builder
	for _, r := range engine.Fold(words) {
		switch {
		case r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			out.WriteRune(r)
		case out.Len() > 0 && !strings.HasSuffix(out.String(), "-"):
			out.WriteByte('-')
		}
	}
	name := strings.Trim(out.String(), "-")
	if name == "" {
		return "lead"
	}
	return name[:min(len(name), 80)]
}

// recordedFacts are the facts of a lead that rules may read, those that
// identify the person replaced. What the rules decide themselves is left out,
// and so is what a lead has that has just come in.
func (s *session) recordedFacts(l *crm.Lead) engine.Facts {
	facts := engine.Facts{}
	decided := []string{"lead.id", "lead.type", "lead.segment", "lead.score", "lead.scored_at", "lead.grade", "lead.group"}
	of := map[string]any{}
	for _, f := range crm.LeadFields() {
		of[f.Name] = plainFact(f.Of(l))
	}
	for name, value := range l.Custom {
		if at, ok := value.(crm.Instant); ok {
			value = at.Time()
		}
		of["lead."+name] = value
	}
	for i := range s.book.Fields {
		f := &s.book.Fields[i]
		value := of[f.Name]
		switch {
		case value == nil, slices.Contains(decided, f.Name):
		case f.Required && (value == int64(0) || value == false):
		case f.Personal, f.Name == "lead.consent_evidence", f.Name == "lead.assigned_agent":
			facts[f.Name] = invented(f)
		default:
			facts[f.Name] = value
		}
	}
	return facts
}

// invented is a value in the place of one that identifies somebody. Phones are
// of the block that is kept free for fiction.
func invented(f *engine.Field) any {
	switch f.Name {
	case "contact.first_name":
		return "Camille"
	case "contact.last_name":
		return "Exemple"
	case "contact.email":
		return "camille@example.com"
	case "contact.phone":
		return "+33199000000"
	case "contact.phone_national":
		return "199000000"
	}
	switch f.Type {
	case expression.Text, expression.Phone:
		return "replaced"
	}
	return nil
}

// plainFact is a stored fact as a test has it, nil when it is empty.
func plainFact(pointer any) any {
	switch v := pointer.(type) {
	case *string:
		return orNil[any](*v, *v != "")
	case *int64:
		return *v
	case *bool:
		return *v
	case *crm.Instant:
		return v.Time()
	case *[]string:
		return orNil[any](*v, len(*v) > 0)
	case *crm.Maybe[int64]:
		return orNil(v.V, v.Valid)
	case *crm.Maybe[float64]:
		return orNil(v.V, v.Valid)
	case *crm.Maybe[bool]:
		return orNil(v.V, v.Valid)
	case *crm.Maybe[crm.Instant]:
		return orNil(v.V.Time(), v.Valid)
	}
	return nil
}

// recordedCalls are the calls that were made to the phone of a lead: when, and
// what they came to. Those that the lead was imported with as a mere count are
// dated as the desk dates them: at its last call, or at the first of ours.
func (s *session) recordedCalls(ctx context.Context, l *crm.Lead) (calls []engine.Facts, err error) {
	if l.Phone == "" {
		return nil, nil
	}
	records, err := s.store.PhoneRecords(ctx, []string{l.Phone})
	add := func(outcome string, at crm.Instant) {
		if !slices.ContainsFunc(s.book.Wrapups.Outcomes, func(o engine.Outcome) bool { return o.Name == outcome }) {
			outcome = engine.Unmapped
		}
		calls = append(calls, engine.Facts{"call.outcome": outcome, "call.started_at": at.Time()})
	}
	counted, last := l.Attempts30d, l.CreatedAt
	if l.LastCallAt.Valid {
		last = l.LastCallAt.V
	}
	ended, first := false, true
	today := calendar.DateOf(s.now.In(s.book.Zone))
	for i := range records[l.Phone] {
		r := &records[l.Phone][i]
		if r.LeadID == l.ID {
			ended = ended || r.Outcome == l.LastOutcome
			if first && r.Attempt {
				last, first = r.At(), false
			}
		}
		if r.Attempt && !calendar.DateOf(r.At().Time().In(s.book.Zone)).Before(today.AddDays(-29)) {
			counted--
		}
		add(r.Outcome, r.At())
	}
	outcome := engine.Unmapped
	if !ended && slices.Contains(s.book.OutcomesThatRest(), l.LastOutcome) {
		outcome = l.LastOutcome
		counted = max(counted, 1)
	}
	for range counted {
		add(outcome, last)
	}
	return calls, err
}

// proved refuses a file of tests that the rule book in the folder would refuse:
// the command would break the book.
func proved(rules, file string, text []byte) error {
	sources, err := engine.Read(os.DirFS(rules), callsheet.Shipped())
	if err != nil {
		return unreadable(rules, err)
	}
	if _, err := engine.Compile(sources); err != nil {
		return nil // it is refused already, and not because of the test
	}
	sources[file] = text
	if _, err = engine.Compile(sources); err != nil {
		return fmt.Errorf("the test of this lead cannot be written: %w", err)
	}
	return nil
}

// tellRecorded says where the test comes to something else than explain does:
// it does not know what only the store knows.
func (s *session) tellRecorded(t engine.Test, campaigns []dispatch.Considered) {
	store := []string{engine.NotDue, engine.Suppressed, engine.PhoneOpen, engine.InvalidPhone, engine.OutOfCanary, string(engine.Shadow), string(engine.Draft)}
	for _, c := range campaigns {
		if slices.Contains(store, c.Reason) {
			continue
		}
		t.Campaign = c.Campaign
		if got := ruletest.Observe(s.book, &t)["because"]; got != c.Reason {
			s.Warn("in %s the test expects %s, and today it is %s: the store knows of calls that are no part of the test", c.Campaign, answer(got), answer(c.Reason))
		}
	}
}

func answer(reason string) string {
	if reason == "" {
		return "included"
	}
	return "excluded by " + reason
}
