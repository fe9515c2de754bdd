package ruletest

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"callsheet/engine/expression"
)

// reading is a value that a condition has read, under its term.
type reading struct {
	line, column int
	value        string
}

// under is a condition as it is written, and the values that it read, each
// under its term:
//
//	lead.attempts >= 4 and lead.reached == 0
//	│                      └ 1
//	└ 5
func under(e expression.Explanation) []string {
	source := strings.Split(e.Source, "\n")
	var found []reading
	collect(&e.Root, []rune(e.Source), &found)
	var out []string
	for i, line := range source {
		var here []reading
		for _, r := range found {
			if r.line == i {
				here = append(here, r)
			}
		}
		out = append(out, strings.TrimRight(line, " "))
		out = append(out, drawn(here)...)
	}
	return out
}

// drawn are the lines under one line: the last term first, so that no line
// crosses a value.
func drawn(here []reading) (lines []string) {
	slices.SortFunc(here, func(a, b reading) int { return cmp.Compare(b.column, a.column) })
	for i, r := range here {
		line := []rune(strings.Repeat(" ", r.column))
		for _, left := range here[i+1:] {
			line[left.column] = '│'
		}
		lines = append(lines, string(line)+"└ "+r.value)
	}
	return lines
}

// collect finds the terms of a step and of its parts, each once.
func collect(s *expression.Step, source []rune, found *[]reading) {
	for _, r := range s.Reads {
		term := cmp.Or(r.Field, r.Label)
		at := place(source[s.From:s.To], []rune(term))
		if at < 0 { // the clock, which days_since reads without saying so
			continue
		}
		at += s.From
		line, column := 0, 0
		for _, c := range source[:at] {
			if column++; c == '\n' {
				line, column = line+1, 0
			}
		}
		value := r.Value
		if _, after, ok := strings.Cut(r.String(), r.Label+" = "); ok { // masks what is personal
			value = after
		}
		taken := func(o reading) bool { return o.line == line && o.column == column }
		if !slices.ContainsFunc(*found, taken) {
			*found = append(*found, reading{line, column, value})
		}
	}
	for i := range s.Steps {
		collect(&s.Steps[i], source, found)
	}
}

// place is where a term stands in a text as a word of its own, or -1.
func place(text, term []rune) int {
	for i := 0; i+len(term) <= len(text); i++ {
		end := i + len(term)
		if slices.Equal(text[i:end], term) && (end == len(text) || !unicode.IsLetter(text[end]) && !unicode.IsDigit(text[end]) && text[end] != '_') {
			return i
		}
	}
	return -1
}
