package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/intake"
	"callsheet/runner/internal/report"
	"callsheet/runner/internal/terminal"
)

type duplicatesOptions struct{ a, b, aFile, bFile string }

func newDuplicatesCommand(a *app) *cobra.Command {
	var o duplicatesOptions
	cmd := &cobra.Command{
		Use:   "duplicates",
		Short: "list the phone numbers that two campaigns share",
		Long: "duplicates lists the phone numbers that are in two campaigns of the dialer, or in two files, with the last call in\n" +
			"each. Numbers are compared as they are dialled, however they are written.",
		Example: "  callsheet duplicates --a A --b B\n  callsheet duplicates --a-file a.csv --b-file b.csv -o json",
		Args:    exactly(0, "no argument (name campaigns with --a and --b)"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			work := func(s *session) error { return runDuplicates(cmd.Context(), s, o) }
			if o.aFile != "" && o.bFile != "" {
				return a.withoutStore(cmd.Context(), work)
			}
			return a.reading(cmd.Context(), work)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.a, "a", "", "first campaign, by its id in the dialer")
	flags.StringVar(&o.b, "b", "", "second campaign")
	flags.StringVar(&o.aFile, "a-file", "", "CSV or NDJSON instead of the first campaign, with phone and last_call_at at least")
	flags.StringVar(&o.bFile, "b-file", "", "the same instead of the second campaign")
	return cmd
}

func (o duplicatesOptions) check() error {
	if (o.a == "") == (o.aFile == "") || (o.b == "") == (o.bFile == "") {
		return usageError{errors.New("name two lists: --a or --a-file, and --b or --b-file")}
	}
	return nil
}

func runDuplicates(ctx context.Context, s *session, o duplicatesOptions) error {
	a, errA := s.contacts(ctx, "A", o.a, o.aFile)
	b, errB := s.contacts(ctx, "B", o.b, o.bFile)
	// Rows that cannot be read are left out; without a list nothing can be said.
	var part partError
	err := errors.Join(errA, errB)
	if err != nil && !errors.As(err, &part) {
		return err
	}
	found := report.Duplicates(a, b)
	if told := s.tellDuplicates(found); told != nil {
		return told
	}
	s.Note("%s", plural(len(found), "duplicate"))
	return err
}

// contacts are those of a campaign or a file.
func (s *session) contacts(ctx context.Context, list, campaign, file string) ([]crm.DialerContact, error) {
	if file != "" {
		return s.numbers(list, file)
	}
	contacts, err := s.store.CampaignContacts(ctx, campaign)
	if err != nil {
		return nil, err
	}
	if len(contacts) == 0 {
		s.Warn("campaign %s has no contacts: import contacts brings them in", campaign)
	}
	unusable := unusable{list: list}
	for i, c := range contacts {
		unusable.add(c, i+1)
	}
	unusable.tell(s)
	return contacts, nil
}

// numbers reads a file. Rows that cannot be read are left out and told.
func (s *session) numbers(list, file string) ([]crm.DialerContact, error) {
	source, err := intake.Open(file)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	reader, err := intake.Numbers(source, intake.NewPhones(), s.book.Zone)
	if err != nil {
		return nil, err
	}
	var contacts []crm.DialerContact
	unusable, refused := unusable{list: list}, 0
	for n := 1; ; n++ {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if row.Reject != "" {
			s.Note("%s row %d: %s", list, n, row.Reject)
			refused++
			continue
		}
		var c crm.DialerContact
		row.Set(&c, true)
		unusable.add(c, n)
		contacts = append(contacts, c)
	}
	unusable.tell(s)
	if refused > 0 {
		return contacts, partError{fmt.Errorf("%s of %s left out: mend the rows and run it again", plural(refused, "row"), file)}
	}
	return contacts, nil
}

// unusable are the rows of a list whose phone cannot be called.
type unusable struct {
	list string
	rows []string
}

func (u *unusable) add(c crm.DialerContact, row int) {
	if c.Phone == "" {
		u.rows = append(u.rows, fmt.Sprintf("%s row %d", u.list, row))
	}
}

// tell names the first of them.
func (u *unusable) tell(s *session) {
	const most = 10
	switch n := len(u.rows); {
	case n > most:
		s.Note("%s (%s and %d more)", plural(n, "unusable phone"), strings.Join(u.rows[:most], ", "), n-most)
	case n > 0:
		s.Note("%s (%s)", plural(n, "unusable phone"), strings.Join(u.rows, ", "))
	}
}

// tellDuplicates prints, for people, a number and below it the last call in
// each list.
func (s *session) tellDuplicates(found []report.Duplicate) error {
	if s.Format != terminal.Table {
		rows := make([][]any, len(found))
		for i, d := range found {
			rows[i] = []any{d.Phone, s.called(d.A), s.called(d.B)}
		}
		return s.Table(terminal.Columns("phone", "a", "b"), rows)
	}
	for _, d := range found {
		s.Printf("%s\n        A: %s\n        B: %s", d.Phone, orNA(s.called(d.A)), orNA(s.called(d.B)))
	}
	return nil
}

// called is a time as the report shows it, in local time; nil is never.
func (s *session) called(at crm.Maybe[crm.Instant]) any {
	if !at.Valid {
		return nil
	}
	return at.V.Time().In(s.book.Zone).Format(time.DateTime)
}

func orNA(called any) any {
	if called == nil {
		return "N/A"
	}
	return called
}
