package main

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/crm"
)

func newExportCommand(a *app) *cobra.Command {
	var phone string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "everything that is stored about a phone number",
		Long: "export prints everything that is stored about a phone number as one JSON document, for the person whose number it\n" +
			"is: nothing is masked.",
		Example: "  callsheet export --phone '01 99 00 00 01' > answer.json",
		Args:    exactly(0, "no argument (name the number with --phone)"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.reading(cmd.Context(), func(s *session) error { return runExport(cmd.Context(), s, phone) })
		},
	}
	cmd.Flags().StringVar(&phone, "phone", "", "the phone number, in any usual form")
	return cmd
}

func runExport(ctx context.Context, s *session, phone string) error {
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
	if countOf(held).Total() == 0 && len(held.Calls)+len(held.Decisions) == 0 && !held.Suppression.Valid {
		s.Note("nothing is stored about this number")
	}
	document := map[string]any{"phone": number, "at": s.now.In(s.book.Zone).Format(time.RFC3339), "rule_book": s.book.Short()}
	for name, rows := range map[string]any{
		"leads": held.Leads, "calls": held.Calls, "reports": held.Records, "decisions": held.Decisions, "lines_of_files": held.Lines,
		"dialer_contacts": held.Contacts, "tasks": held.Tasks, "wallets": held.Wallets, "events": held.Events,
	} {
		document[name] = s.plain(reflect.ValueOf(rows))
	}
	document["never_to_be_called"] = nil
	if held.Suppression.Valid {
		document["never_to_be_called"] = s.plain(reflect.ValueOf(held.Suppression.V))
	}
	text, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "%s\n", text)
	return err
}

// plain makes an entity readable: names in the form of the rules, times in
// local time, and nothing of what is empty.
func (s *session) plain(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case crm.Instant:
		return x.Time().In(s.book.Zone).Format(time.RFC3339)
	}
	switch v.Kind() {
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
