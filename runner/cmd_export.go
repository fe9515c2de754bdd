package main

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/terminal"
)

func newExportCommand(a *app) *cobra.Command {
	var phone string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "everything that is stored about a phone number",
		Long: "export prints everything that is stored about a phone number as one JSON document, for the person whose number it\n" +
			"is: nothing is masked. With -o table or csv it prints a row a fact instead.",
		Example: "  callsheet export --phone '01 99 00 00 01' > answer.json",
		Args:    exactly(0, "no argument (name the number with --phone)"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			// Without -o it is a document: that is what is sent to the person.
			table := cmd.Flags().Changed("output") && a.format != string(terminal.JSON)
			return a.reading(cmd.Context(), func(s *session) error { return runExport(cmd.Context(), s, phone, table) })
		},
	}
	cmd.Flags().StringVar(&phone, "phone", "", "the phone number, in any usual form")
	return cmd
}

func runExport(ctx context.Context, s *session, phone string, table bool) error {
	number, err := e164(phone)
	if err != nil {
		return err
	}
	key := ""
	if used, err := s.store.Suppresses(ctx); err != nil {
		return err
	} else if used {
		if key, err = s.desk.Hide(number); err != nil {
			return err
		}
	}
	held, err := s.store.Held(ctx, number, key)
	if err != nil {
		return err
	}
	parts, some := s.partsOf(held), false
	for _, part := range parts {
		some = some || len(part.Rows) > 0
	}
	if !some {
		s.Note("nothing is stored about this number")
	}
	if table {
		return s.tableOf(parts)
	}
	document := map[string]any{"phone": number, "at": s.now.In(s.book.Zone).Format(time.RFC3339), "rule_book": s.book.Short()}
	for _, part := range parts {
		document[part.Name] = part.Rows
	}
	return s.JSON(document)
}

// part is one kind of what is stored about a number.
type part struct {
	Name string
	Rows []any // each a map of facts by name
}

func (s *session) partsOf(held crm.Held) []part {
	never := []crm.Suppression{}
	if held.Suppression.Valid {
		never = append(never, held.Suppression.V)
	}
	var parts []part
	add := func(name string, rows any) {
		parts = append(parts, part{name, s.plain(reflect.ValueOf(rows)).([]any)})
	}
	add("leads", held.Leads)
	add("calls", held.Calls)
	add("reports", held.Records)
	add("decisions", held.Decisions)
	add("facts_of_decisions", held.Facts)
	add("lines_of_files", held.Lines)
	add("dialer_contacts", held.Contacts)
	add("tasks", held.Tasks)
	add("wallets", held.Wallets)
	add("transfers", held.Transfers)
	add("retry_dates", held.RetryDates)
	add("events", held.Events)
	add("never_to_be_called", never)
	return parts
}

// tableOf prints a row a fact.
func (s *session) tableOf(parts []part) error {
	var rows [][]any
	for _, part := range parts {
		for i, row := range part.Rows {
			facts := row.(map[string]any)
			for _, name := range slices.Sorted(maps.Keys(facts)) {
				rows = append(rows, []any{part.Name, i + 1, name, fmt.Sprint(facts[name])})
			}
		}
	}
	return s.Table(terminal.Columns("what", "number", "fact", "value"), rows)
}

// plain makes an entity readable: names in the form of the rules, times in
// local time, and nothing of what is empty.
func (s *session) plain(v reflect.Value) any {
	if at, ok := v.Interface().(crm.Instant); ok {
		return s.local(at)
	}
	switch v.Kind() {
	case reflect.Interface:
		return s.plain(v.Elem())
	case reflect.Map:
		custom := map[string]any{}
		for _, name := range v.MapKeys() {
			custom[name.String()] = s.plain(v.MapIndex(name))
		}
		return custom
	case reflect.Slice:
		rows := make([]any, v.Len())
		for i := range rows {
			rows[i] = s.plain(v.Index(i))
		}
		return rows
	case reflect.Struct:
		if valid := v.FieldByName("Valid"); valid.IsValid() && v.NumField() == 2 {
			if !valid.Bool() {
				return nil
			}
			return s.plain(v.FieldByName("V"))
		}
		fields := map[string]any{}
		for i := range v.NumField() {
			if v.Field(i).IsZero() || !v.Type().Field(i).IsExported() {
				continue
			}
			if value := s.plain(v.Field(i)); value != nil {
				fields[snake(v.Type().Field(i).Name)] = value
			}
		}
		return fields
	}
	return v.Interface()
}

// snake is a name as the rules write it: CreatedAt is created_at.
func snake(name string) string {
	var b strings.Builder
	letters := []rune(name)
	for i, r := range letters {
		after := i > 0 && (unicode.IsLower(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1]) && unicode.IsUpper(letters[i-1]))
		if unicode.IsUpper(r) && after {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
