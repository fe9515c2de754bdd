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
			"being called again. Counts, decisions and ids stay. What the dialer and other systems hold is not touched.",
		Example: "  callsheet erase --phone '01 99 00 00 01'",
		Args:    exactly(0, "no argument (name the number with --phone)"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.reading(cmd.Context(), func(s *session) error { return runErase(cmd.Context(), a, s, phone, dry) })
		},
	}
	cmd.Flags().StringVar(&phone, "phone", "", "the phone number, in any usual form")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only say what is stored about the number")
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
	if dry {
		held, err := s.store.Held(ctx, number, "")
		if err != nil {
			return err
		}
		return s.tellForgotten("would erase", countOf(held))
	}
	if err := s.onlyRead(a.db); err != nil {
		return err
	}
	key, err := s.desk.Hide(number)
	if err != nil {
		return err
	}
	gone, err := s.store.Erase(ctx, number, crm.Suppression{Key: key, Reason: erased, Origin: "erase", From: crm.At(s.now)})
	if err != nil {
		return fmt.Errorf("nothing was erased: %w", err)
	}
	return s.tellForgotten("erased", gone)
}

// countOf counts what is stored about a number.
func countOf(held crm.Held) crm.Forgotten {
	gone := crm.Forgotten{
		Leads: int64(len(held.Leads)), Records: int64(len(held.Records)), Contacts: int64(len(held.Contacts)),
		Wallets: int64(len(held.Wallets)), Events: int64(len(held.Events)),
	}
	for _, c := range held.Calls {
		if c.State == crm.CallPlanned || c.State == crm.CallInjected || c.State == crm.CallInProgress {
			gone.Cancelled++
		}
	}
	for _, l := range held.Lines {
		if l.Text != "" {
			gone.Lines++
		}
	}
	for _, t := range held.Tasks {
		if t.State == crm.TaskPending {
			gone.Tasks++
		}
	}
	return gone
}

// tellForgotten prints what an erasure or a purge took away.
func (s *session) tellForgotten(done string, f crm.Forgotten) error {
	sentence := fmt.Sprintf("%s %s, %s, %s of files, %s, %s, %s; cancelled %s and %s", done,
		plural(int(f.Leads), "lead"), plural(int(f.Records), "report"), plural(int(f.Lines), "line"), plural(int(f.Contacts), "contact"),
		plural(int(f.Wallets), "wallet"), plural(int(f.Events), "event"), plural(int(f.Cancelled), "call"), plural(int(f.Tasks), "task"))
	return s.tell(sentence, terminal.Columns("leads", "reports", "lines", "contacts", "wallets", "events", "calls_cancelled", "tasks_cancelled"),
		f.Leads, f.Records, f.Lines, f.Contacts, f.Wallets, f.Events, f.Cancelled, f.Tasks)
}
