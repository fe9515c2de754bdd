package ruletest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"callsheet/engine"
)

// Record writes a file of tests that expect of a lead what the book says of it
// at the clock of the test: how it is classified, and what each of the
// campaigns answers. The lead, the planned call and the calls before are those
// of t, and name is what the tests are called. head is a line of comment.
func Record(book *engine.RuleBook, t engine.Test, name, head string, campaigns []string) []byte {
	var out strings.Builder
	zone := book.Zone
	fmt.Fprintf(&out, "# %s\n\nnow: %s\n\nleads:\n  recorded:\n", head, instant(t.Now, zone))
	writeFacts(&out, "    ", t.Lead, book)
	if len(t.Before) > 0 {
		out.WriteString("\ncalls:\n")
		for i, call := range t.Before {
			fmt.Fprintf(&out, "  call_%d: {%s}\n", i+1, inline(call, book))
		}
	}
	fmt.Fprintf(&out, "\ntests:\n  %s:\n    lead: recorded\n    expect:\n", quoted(name))
	got := Observe(book, &t)
	for _, key := range []string{"type", "segment", "score", "grade", "group"} {
		fmt.Fprintf(&out, "      %s: %s\n", key, orNone(got[key]))
	}
	for _, campaign := range campaigns {
		t.Campaign = campaign
		fmt.Fprintf(&out, "\n  %s:\n    campaign: %s\n    lead: recorded\n", quoted(name+", in "+campaign), quoted(campaign))
		if len(t.Planned) > 0 {
			fmt.Fprintf(&out, "    planned: {%s}\n", inline(t.Planned, book))
		}
		if n := len(t.Before); n > 0 {
			calls := make([]string, n)
			for i := range calls {
				calls[i] = "call_" + strconv.Itoa(i+1)
			}
			fmt.Fprintf(&out, "    before: [%s]\n", strings.Join(calls, ", "))
		}
		got := Observe(book, &t)
		fmt.Fprintf(&out, "    expect:\n      result: %s\n      because: %s\n", got["result"], orNone(got["because"]))
	}
	return []byte(out.String())
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return quoted(text)
}

// names are the facts that are filled, in the order of the vocabulary.
func names(facts engine.Facts, book *engine.RuleBook) (all []string) {
	for i := range book.Fields {
		if name := book.Fields[i].Name; facts[name] != nil {
			all = append(all, name)
		}
	}
	return all
}

func writeFacts(out *strings.Builder, indent string, facts engine.Facts, book *engine.RuleBook) {
	for _, name := range names(facts, book) {
		_, short, _ := strings.Cut(name, ".")
		fmt.Fprintf(out, "%s%s: %s\n", indent, short, value(facts[name], book.Zone))
	}
}

func inline(facts engine.Facts, book *engine.RuleBook) string {
	var parts []string
	for _, name := range names(facts, book) {
		_, short, _ := strings.Cut(name, ".")
		parts = append(parts, short+": "+value(facts[name], book.Zone))
	}
	return strings.Join(parts, ", ")
}

// value is a fact as a file of tests has it.
func value(fact any, zone *time.Location) string {
	switch v := fact.(type) {
	case string:
		if strings.Trim(v, "+0123456789") == "" { // people would take it for a number
			return strconv.Quote(v)
		}
		return quoted(v)
	case time.Time:
		return instant(v, zone)
	case []string:
		words := slices.Clone(v)
		for i := range words {
			words[i] = quoted(words[i])
		}
		return "[" + strings.Join(words, ", ") + "]"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(fact)
}

// instant keeps the offset: an hour that the clocks show twice stays the one it
// was.
func instant(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.RFC3339Nano) }
