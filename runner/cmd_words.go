package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/runner/internal/terminal"
)

func newWordsCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "words [FIELD]",
		Short: "list the words of the rules, and what the leads hold",
		Long: "words lists every field that a rule may mention: its type, label and unit, the values that it may hold, whether\n" +
			"it may be empty, how many of the stored leads have it, and its most frequent values, or of numbers and times\n" +
			"the smallest, the middle and the largest. With a name it tells all of one field, and which rules read it.",
		Example: "  callsheet --db fixtures words lead.role",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return exactly(1, "the name of one field, or none")(cmd, args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *session) error {
				if len(args) == 1 {
					return runWord(cmd.Context(), s, args[0])
				}
				return runWords(cmd.Context(), s)
			})
		},
	}
}

// slowSurvey is the number of leads from which a survey of all fields shows
// how far it is.
const slowSurvey = 50_000

func runWords(ctx context.Context, s *session) error {
	const top = 3
	fields := byRoot(s.book.Fields)
	survey, err := s.newSurvey(ctx, fields, top)
	if err != nil {
		return err
	}
	advance, done := func(int64) {}, func() {}
	if survey.leads >= slowSurvey {
		advance, done = s.progress("reading the leads", int64(len(fields)), 0)
	}
	words := make([]fieldWord, len(fields))
	for i, f := range fields {
		if words[i], err = survey.word(ctx, f); err != nil {
			break
		}
		advance(1)
	}
	done()
	if err != nil {
		return err
	}
	return s.printWords(words)
}

// byRoot puts the fields of lead, contact, call and so on together, each in
// the order of the book.
func byRoot(fields []engine.Field) []engine.Field {
	var roots []string
	root := func(f engine.Field) int {
		name, _, _ := strings.Cut(f.Name, ".")
		if !slices.Contains(roots, name) {
			roots = append(roots, name)
		}
		return slices.Index(roots, name)
	}
	for _, f := range fields {
		root(f)
	}
	sorted := slices.Clone(fields)
	slices.SortStableFunc(sorted, func(a, b engine.Field) int { return root(a) - root(b) })
	return sorted
}

func (s *session) printWords(words []fieldWord) error {
	switch s.Format {
	case terminal.JSON:
		return s.JSON(words)
	case terminal.CSV:
		rows := make([][]any, len(words))
		for i, w := range words {
			rows[i] = []any{
				w.Field, w.Type, w.Label, w.Unit, w.MayBeEmpty, w.Personal, w.Custom, w.Values, w.Leads, w.Filled, frequencies(w.Frequent),
				w.Smallest, w.Median, w.Largest,
			}
		}
		return s.Table(terminal.Columns("field", "type", "label", "unit", "may_be_empty", "personal", "custom", "values", "leads", "filled",
			"frequent", "smallest", "median", "largest"), rows)
	}
	rows := make([][]any, len(words))
	for i, w := range words {
		rows[i] = []any{w.Field, w.Type, w.label(), w.MayBeEmpty, w.share(w.Filled), few(w.Values), w.seen()}
	}
	return s.Table(terminal.Columns("field", "type", "label", "may_be_empty", "filled", "values", "seen"), rows)
}

func runWord(ctx context.Context, s *session, name string) error {
	f, near, ok := s.book.Word(name)
	if !ok {
		hint := "callsheet words lists them"
		if near != "" {
			hint = "did you mean " + near + "?"
		}
		return usageError{fmt.Errorf("no field is called %q: %s", name, hint)}
	}
	const top = 20
	survey, err := s.newSurvey(ctx, []engine.Field{f}, top)
	if err != nil {
		return err
	}
	w, err := survey.word(ctx, f)
	if err != nil {
		return err
	}
	w.ReadBy = readersOf(s.book, f.Name)
	if s.Format == terminal.JSON {
		return s.JSON(w)
	}
	return s.printWord(w)
}

// readersOf are the expressions that mention a field.
func readersOf(book *engine.RuleBook, field string) []fieldReader {
	found := []fieldReader{}
	for _, e := range book.Expressions {
		for _, name := range e.Reads {
			if name == field {
				found = append(found, fieldReader{e.File, e.Line, strings.Join(strings.Fields(e.Source), " ")})
			}
		}
	}
	return found
}

// printWord prints what is known of a field, then its values, then who reads
// it.
func (s *session) printWord(w fieldWord) error {
	rows := [][]any{{"field", w.Field}, {"label", w.Label}, {"type", w.Type}}
	add := func(what string, value any, known bool) {
		if known {
			rows = append(rows, []any{what, value})
		}
	}
	add("unit", w.Unit, w.Unit != "")
	add("may be empty", w.MayBeEmpty, true)
	add("values", w.Values, len(w.Values) > 0)
	add("imported from", w.ImportAs, len(w.ImportAs) > 0)
	add("of our own", true, w.Custom)
	add("identifies a person", true, w.Personal)
	if n, ok := w.Filled.(int); ok {
		add("filled", fmt.Sprintf("%d of %s", n, plural(w.Leads.(int), "lead")), true)
	}
	add("smallest", w.Smallest, w.Smallest != nil)
	add("median", w.Median, w.Median != nil)
	add("largest", w.Largest, w.Largest != nil)
	if err := s.Table(terminal.Columns("word", "meaning"), rows); err != nil || s.Format == terminal.CSV {
		return err
	}
	if len(w.Frequent) > 0 {
		s.Printf("")
		values := make([][]any, len(w.Frequent))
		for i, v := range w.Frequent {
			values[i] = []any{v.Value, v.Leads, w.share(v.Leads)}
		}
		if err := s.Table(terminal.Columns("value", "leads", "share"), values); err != nil {
			return err
		}
	}
	if len(w.ReadBy) > 0 {
		s.Printf("")
		rules := make([][]any, len(w.ReadBy))
		for i, r := range w.ReadBy {
			rules[i] = []any{fmt.Sprintf("%s:%d", r.File, r.Line), r.Source}
		}
		return s.Table(terminal.Columns("read_by", "rule"), rules)
	}
	return nil
}
