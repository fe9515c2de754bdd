package engine_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"callsheet/engine"
)

// FuzzCompile: whatever stands in one of the files, compiling it ends with a
// book or with faults inside the files.
func FuzzCompile(f *testing.F) {
	book := small(f)
	names := slices.Sorted(maps.Keys(book))
	for i, name := range names {
		f.Add(byte(i), book[name])
	}
	for _, text := range []string{
		"", "a", "- a\n", "a: {}\n", "defaults: {}\n", "lead: {}\n", "types: []\nsegments: []\n", "dialers: {x: {}}\n", "groups: [1]\n",
		"campaigns: {A: {follows: A}}\n", "calendars: {A: {extends: A, days: {x: {on: 1}}}}\ncompany_days: [a]\n", "rules: {x: {note: }}\n",
		"outcomes: {a: b}\nlimits: [a]\n", "tests: {a: {lead: {b: c}, cases: [d]}}\n", "lead:\n  x-y: {type: text, custom: true}\n",
		"groups: {a: {rules: {b: {points: |\n", "a: &b c\nd: *b\n", "\xff\xfe", "columns: {a: \"\"}\n",
	} {
		for i := range names {
			f.Add(byte(i), []byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, which byte, text []byte) {
		files := maps.Clone(book)
		name := names[int(which)%len(names)]
		files[name] = text
		_, err := engine.Compile(files)
		if err == nil {
			return
		}
		var faults *engine.Faults
		if !errors.As(err, &faults) || len(faults.List) == 0 {
			t.Fatalf("Compile: %v, want *Faults", err)
		}
		for _, fault := range faults.List {
			inside(t, files, fault)
		}
	})
}

// inside checks that a fault has a place in the files, and words.
func inside(t *testing.T, files engine.Sources, fault engine.Fault) {
	t.Helper()
	text, ok := files[fault.File]
	if !ok {
		t.Fatalf("%v: there is no such file", fault)
	}
	// Before a file is known to be text, \r alone ends no line of it.
	unix := strings.ReplaceAll(string(text), "\r\n", "\n")
	if !holds(unix, fault) && !holds(strings.ReplaceAll(unix, "\r", "\n"), fault) {
		t.Fatalf("%v: the file has no such place", fault)
	}
	if fault.Message == "" || !strings.HasPrefix(fault.Code, "R") || !utf8.ValidString(fault.Message) {
		t.Fatalf("%v: a fault needs a code and words", fault)
	}
}

// holds says whether the text has the place of the fault, or ends just there.
func holds(text string, fault engine.Fault) bool {
	lines := strings.Split(text, "\n")
	return fault.Line >= 1 && fault.Line <= len(lines) && fault.Column >= 1 &&
		fault.Column <= utf8.RuneCountInString(lines[fault.Line-1])+1
}
