package ruletest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"callsheet/engine"
)

// Edit puts what came in the place of what a test expected.
type Edit struct {
	File  string
	Place engine.Place
	Key   string
	Got   string
	// Text is a whole file, which takes the place of File; empty elsewhere.
	Text string
	// Because is written beside a result that had no reason; empty: nothing is.
	Because string
}

// Edits are what would make a test expect what came of it.
func (r *Result) Edits() (edits []Edit) {
	_, told := r.Test.Want("because")
	for i := range r.Failures {
		f := &r.Failures[i]
		e := Edit{File: r.Test.File, Place: f.Place, Key: f.Key, Got: f.Got, Text: f.File}
		if r.Test.CSV != nil {
			e.File = r.Test.CSV.File
		}
		if f.Key == "result" && !told {
			e.Because = f.Because
		}
		edits = append(edits, e)
	}
	return edits
}

// Shared says which other test of a report expects the same words in the same
// place, and got something else: an edit of one would break the other.
func (r *Report) Shared(e Edit) (other *engine.Test, shared bool) {
	for i := range r.Results {
		res := &r.Results[i]
		want, expects := res.Test.Want(e.Key)
		if !expects || res.Test.File != e.File || want.Place != e.Place {
			continue
		}
		came := want.Text
		if k := slices.IndexFunc(res.Failures, func(f Failure) bool { return f.Key == e.Key }); k >= 0 {
			came = res.Failures[k].Got
		}
		if came != e.Got {
			return &res.Test, true
		}
	}
	return nil, false
}

// Rewrite makes edits of one file in its text, and leaves everything else as it
// is.
func Rewrite(text []byte, edits []Edit) ([]byte, error) {
	if len(edits) > 0 && edits[0].Text != "" {
		return []byte(edits[0].Text), nil
	}
	lines := strings.SplitAfter(string(text), "\n")
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { // from the end, so that places stay right
		return cmp.Or(cmp.Compare(b.Place.Line, a.Place.Line), cmp.Compare(b.Place.Column, a.Place.Column))
	})
	edits = slices.CompactFunc(edits, func(a, b Edit) bool { return a.Place == b.Place && a.Key == b.Key })
	for i := range edits {
		e := &edits[i]
		if e.Place.Line < 1 || e.Place.Line > len(lines) {
			return nil, errors.New("the file has changed meanwhile")
		}
		line := []rune(lines[e.Place.Line-1])
		from, to := e.Place.Column-1, e.Place.Column-1+e.Place.Width
		if e.Place.Width == 0 || from < 0 || to > len(line) {
			return nil, fmt.Errorf("line %d: %s cannot be replaced: edit it by hand", e.Place.Line, e.Key)
		}
		lines[e.Place.Line-1] = e.replaced(line, from, to)
	}
	return []byte(strings.Join(lines, "")), nil
}

// replaced is the line with the new words in it.
func (e *Edit) replaced(line []rune, from, to int) string {
	words := e.words()
	if e.Place.Cell {
		// The cells behind stay under their columns as long as there is room.
		room := to
		for room < len(line) && line[room] == ' ' {
			room++
		}
		blanks := room - from - len([]rune(words))
		if room > to && room < len(line) && line[room] != '\n' {
			blanks = max(1, blanks)
		}
		return string(line[:from]) + words + strings.Repeat(" ", max(0, blanks)) + string(line[room:])
	}
	tail := string(line[to:])
	if e.Because != "" && e.Place.Flow {
		words += ", because: " + quoted(e.Because)
	} else if e.Because != "" {
		indent := string(line[:len(line)-len([]rune(strings.TrimLeft(string(line), " ")))])
		tail = strings.TrimRight(tail, "\n") + "\n" + indent + "because: " + quoted(e.Because) + "\n"
	}
	return string(line[:from]) + words + tail
}

// words are the new value as it is written in its place.
func (e *Edit) words() string {
	switch {
	case e.Place.Cell && e.Got == "":
		return "(empty)"
	case e.Place.Cell:
		return e.Got
	case e.Key == "because" || e.Key == "unknown":
		var list []string
		for word := range strings.SplitSeq(e.Got, ", ") {
			if word != "" {
				list = append(list, quoted(word))
			}
		}
		switch {
		case len(list) == 0 && !e.Place.List:
			return "none"
		case len(list) == 1 && !e.Place.List:
			return list[0]
		}
		return "[" + strings.Join(list, ", ") + "]"
	case e.Got == "":
		return "none"
	}
	return quoted(e.Got)
}

// quoted puts quotes around a text that YAML would not read as it stands.
func quoted(text string) string {
	if text == "" || strings.ContainsAny(text, "{}[],#&*!|>'\"%@`") || strings.Contains(text, ": ") || strings.HasSuffix(text, ":") ||
		strings.TrimSpace(text) != text || strings.ContainsAny(text[:1], "-?") {
		return strconv.Quote(text)
	}
	return text
}
