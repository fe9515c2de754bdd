package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/intake"
	"callsheet/runner/internal/terminal"
)

// erased is why a number that was erased is not to be called again.
const erased = "erased"

func newEraseCommand(a *app) *cobra.Command {
	var phone string
	dry := false
	cmd := &cobra.Command{
		Use:   "erase",
		Short: "forget whose number a phone number is",
		Long: "erase takes away everything stored that tells whose a phone number is, in one transaction, and keeps the number from\n" +
			"being called again. Counts, decisions and ids stay. What the dialer and other systems hold is not touched: the command\n" +
			"names the files that the dialer has got.",
		Example: "  callsheet erase --phone '01 99 00 00 01'",
		Args:    exactly(0, "no argument (name the number with --phone)"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.reading(cmd.Context(), func(s *session) error { return runErase(cmd.Context(), a, s, phone, dry) })
		},
	}
	cmd.Flags().StringVar(&phone, "phone", "", "the phone number, in any usual form")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only say what would be erased")
	return cmd
}

// e164 is a phone number of the command line in the form in which it is stored.
func e164(phone string) (string, error) {
	if phone == "" {
		return "", usageError{fmt.Errorf("--phone is missing: name the number, such as --phone '01 99 00 00 01'")}
	}
	read, ok := intake.NewPhones().Parse(phone, "")
	if !ok {
		return "", usageError{fmt.Errorf("--phone is no number that can be called: write it with its country code, such as +33 1 99 00 00 01")}
	}
	return read.E164, nil
}

func runErase(ctx context.Context, a *app, s *session, phone string, dry bool) error {
	number, err := e164(phone)
	if err != nil {
		return err
	}
	never := crm.Suppression{Reason: erased, Origin: "erase", From: crm.At(s.now)}
	done := "would erase"
	if !dry {
		if err := s.onlyRead(a.db); err != nil {
			return err
		}
		if a.missing() {
			return usageError{fmt.Errorf("there is no database %s in which a number could be suppressed: name one with --db", a.db)}
		}
		if never.Key, err = s.desk.Hide(number); err != nil {
			return fmt.Errorf("nothing was erased: %w", err)
		}
		done = "erased"
	}
	gone, err := s.store.Erase(ctx, number, never, dry)
	if err != nil {
		return fmt.Errorf("nothing was erased: %w", err)
	}
	if err := s.tellForgotten(done, gone); err != nil {
		return err
	}
	for _, file := range gone.Files {
		s.Note("the dialer has got the number in %s: take it out there and in the output folder", file)
	}
	for _, lead := range gone.Others {
		s.Note("lead %s of the same contact has another number, and stays", lead)
	}
	return nil
}

// tellForgotten prints what an erasure took away.
func (s *session) tellForgotten(done string, f crm.Forgotten) error {
	sentence := fmt.Sprintf("%s %s, %s, %s of files, %s, %s, %s; cancelled %s and %s", done,
		plural(int(f.Leads), "lead"), plural(int(f.Records), "report"), plural(int(f.Lines), "line"), plural(int(f.Contacts), "contact"),
		plural(int(f.Wallets), "wallet"), plural(int(f.Events), "event"), plural(int(f.Cancelled), "call"), plural(int(f.Tasks), "task"))
	return s.tell(sentence, terminal.Columns("leads", "reports", "lines", "contacts", "wallets", "events", "calls_cancelled", "tasks_cancelled", "files"),
		f.Leads, f.Records, f.Lines, f.Contacts, f.Wallets, f.Events, f.Cancelled, f.Tasks, append([]string{}, f.Files...))
}
