package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"callsheet/engine"
	"callsheet/runner/internal/dispatch"
)

// noteOf says in plain words what an edit changes and for whom, without names
// or phones of anybody.
func noteOf(author, verb string, before, after *engine.RuleBook, found *dispatch.Comparison, breaches []dispatch.Breach, tests int) string {
	var text strings.Builder
	changes := engine.Diff(before, after)
	for i, c := range changes {
		switch {
		case i == 0:
			fmt.Fprintf(&text, "%s %s: %s\n", cmp.Or(author, "somebody"), verb, changeInWords(c))
		case i == mostInNote:
			fmt.Fprintf(&text, "  and %d more\n", len(changes)-i)
		case i < mostInNote:
			fmt.Fprintf(&text, "  and %s\n", changeInWords(c))
		}
	}
	fmt.Fprintf(&text, "  Effect: %s. Guardrails: %s. Tests: %s.\n", effectInWords(found), guardrailsInWords(breaches), testsInWords(tests))
	for _, say := range saysOf(changes, after) {
		fmt.Fprintf(&text, "  In words: %s\n", say)
	}
	for i := range found.Campaigns {
		if m := &found.Campaigns[i]; len(m.Examples) > 0 {
			fmt.Fprintf(&text, "  Example: %s %s: %s\n", m.Examples[0].Lead, m.Name, moveInWords(m.Examples[0]))
			break
		}
	}
	return text.String()
}

// mostInNote is how many changes and sentences a note has at most.
const mostInNote = 3

func changeInWords(c engine.RuleChange) string {
	if c.Before == "" {
		return briefly(c) + " " + brief(c.After)
	}
	return briefly(c)
}

func effectInWords(found *dispatch.Comparison) string {
	var parts []string
	for i := range found.Campaigns {
		m := &found.Campaigns[i]
		if m.Entering == 0 && m.Leaving == 0 {
			continue
		}
		part := fmt.Sprintf("%s %d → %d leads (+%d −%d", m.Name, m.Before, m.After, m.Entering, m.Leaving)
		if m.Before > 0 {
			part += ", " + withSign(100*float64(m.After-m.Before)/float64(m.Before), 0) + " %"
		}
		parts = append(parts, part+")")
	}
	if parts == nil {
		return "no campaign chooses other leads"
	}
	return strings.Join(parts, ", ")
}

func guardrailsInWords(breaches []dispatch.Breach) string {
	if len(breaches) == 0 {
		return "fine"
	}
	var parts []string
	for _, b := range breaches {
		parts = append(parts, b.Says)
	}
	return strings.Join(parts, "; ")
}

func testsInWords(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprintf("%d of %d pass", n, n)
}

// saysOf are the sentences that the rules which changed have.
func saysOf(changes []engine.RuleChange, book *engine.RuleBook) (says []string) {
	for _, n := range book.Named() {
		touched := slices.ContainsFunc(changes, func(c engine.RuleChange) bool {
			return c.File == n.File && (c.Rule == n.Path || strings.HasPrefix(c.Rule, n.Path+"."))
		})
		if touched && n.Say != "" && len(says) < mostInNote {
			says = append(says, n.Name+": "+n.Say)
		}
	}
	return says
}
