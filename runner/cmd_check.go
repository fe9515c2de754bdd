package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"callsheet"
	"callsheet/engine"
	"callsheet/engine/calendar"
	"callsheet/runner/internal/terminal"
)

func newCheckCommand(a *app) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check",
		Short: "find every mistake in a rule book",
		Long: "check reads and checks all rule files as if they were to be put in force, and lists every mistake with its place.\n" +
			"What is odd and can be put in force all the same is a warning.",
		Example: "  callsheet --rules /etc/callsheet check",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && o.data == allLeads { // a flag whose value may be left out takes none after a space
				o.data = args[0]
				return nil
			}
			return exactly(0, "no argument (name the folder with --rules)")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return runCheck(cmd.Context(), a, o) },
	}
	cmd.Flags().StringVar(&o.data, "data", "", "also hold the rules against the leads of --db, or against those decided about on a day: yesterday, 2026-11-22")
	cmd.Flags().Lookup("data").NoOptDefVal = allLeads
	cmd.Flags().StringVar(&o.sarif, "sarif", "", "also write the findings into a file that code hosts show beside the lines (SARIF)")
	cmd.Flags().BoolVarP(&o.verbose, "verbose", "v", false, "also list the files that are the shipped ones, and what is computed lead by lead")
	return cmd
}

type checkOptions struct {
	verbose bool
	data    string // a day, or allLeads; empty: none
	sarif   string // file; empty: none
}

// allLeads is the data of check when no day is named.
const allLeads = "all"

// runCheck loads the book as every other command does. Mistakes are the data
// that it was asked for, and the error too.
func runCheck(ctx context.Context, a *app, o checkOptions) error {
	a.refreshSchemas()
	book, err := engine.Load(os.DirFS(a.rules), callsheet.Shipped())
	if err == nil {
		return a.passed(ctx, book, o)
	}
	err = unreadable(a.rules, err)
	var faults *engine.Faults
	if !errors.As(err, &faults) {
		return err
	}
	if err := o.writeSARIF(faults.List); err != nil {
		return err
	}
	if a.term.Format == terminal.Table {
		printFaults(a.stdout, faults)
		return toldError{faults}
	}
	if err := a.listFaults(faults.List); err != nil {
		return err
	}
	a.term.Note("%s", verdict(faults))
	return toldError{faults}
}

// writeSARIF writes the findings for code hosts, where that was asked for.
func (o checkOptions) writeSARIF(list []engine.Fault) error {
	if o.sarif == "" {
		return nil
	}
	text, err := sarif(list)
	if err != nil {
		return err
	}
	return os.WriteFile(o.sarif, append(text, '\n'), 0o644)
}

// passed says that a rule book has no mistake, what is odd about it, which of
// its files are the shipped ones, and which of its expressions are computed
// lead by lead. Programs get the list of warnings.
func (a *app) passed(ctx context.Context, book *engine.RuleBook, o checkOptions) error {
	warnings, undecided, err := a.warnings(ctx, book, o.data)
	if err != nil {
		return err
	}
	if err := o.writeSARIF(warnings); err != nil {
		return err
	}
	say := a.term.Printf
	if a.term.Format == terminal.Table {
		printList(a.stdout, warnings)
	} else {
		if err := a.listFaults(warnings); err != nil {
			return err
		}
		say = a.term.Note
	}
	shipped, found := "", "no problem"
	if n := len(book.Inherited); n > 0 {
		shipped = fmt.Sprintf(" (%d of them shipped)", n)
	}
	if n := len(warnings); n > 0 {
		found = plural(n, "warning")
	}
	if o.verbose {
		for _, name := range book.Inherited {
			say("shipped  %s", name)
		}
		for _, e := range book.Expressions {
			if e.Fallback != "" {
				say("slower   %s:%d:%d  %s: %s", e.File, e.Line, e.Column, e.Fallback, strings.Join(strings.Fields(e.Source), " "))
			}
		}
		for _, what := range undecided {
			say("not analysed  %s: it compares fields with each other, or has too many cases", what)
		}
	}
	say("%s%s, %s, version %s: %s", plural(book.Files, "file"), shipped, plural(book.Rules, "rule"), book.Short(), found)
	return nil
}

// warnings are what is odd about a book without mistakes, at the clock of the
// command, and what nobody can decide.
func (a *app) warnings(ctx context.Context, book *engine.RuleBook, data string) (warnings []engine.Fault, undecided []string, err error) {
	now := a.clock()
	if a.at != "" {
		if now, err = parseTime(a.at, book.Zone); err != nil {
			return nil, nil, err
		}
	}
	today := calendar.DateOf(now.In(book.Zone))
	found, undecided := book.Analyse(now)
	if data != "" {
		odd, err := a.audited(ctx, book, now, data)
		if err != nil {
			return nil, nil, err
		}
		found = append(found, odd...)
	}
	return book.Awake(slices.Concat(book.Warnings, book.ExpiredWaivers(today), found), today), undecided, nil
}

// audited is what is odd about a book over leads: all of them, or those decided
// about on a day, which is a date, yesterday or today.
func (a *app) audited(ctx context.Context, book *engine.RuleBook, now time.Time, data string) (odd []engine.Fault, err error) {
	day := calendar.DateOf(now.In(book.Zone))
	switch data {
	case allLeads, "today":
	case "yesterday":
		day = day.AddDays(-1)
	default:
		if day, err = calendar.ParseDate(data); err != nil {
			return nil, usageError{fmt.Errorf("--data is %q: name a day, such as yesterday or 2026-11-22, or none", data)}
		}
	}
	a.hushed = true
	return odd, a.looking(ctx, book, now, func(s *session) error {
		var audit *engine.Audit
		of := ""
		if data == allLeads {
			audit, err = s.desk.Audit(ctx, book, now)
		} else {
			audit, err = s.desk.AuditDay(ctx, book, day)
			of = " decided about on " + day.String()
		}
		if err == nil {
			err = s.desk.Idle(ctx, book, audit, day)
		}
		if err != nil {
			return err
		}
		odd = audit.Findings()
		s.Note("held against %s%s", plural(audit.Leads(), "lead"), of)
		return nil
	})
}

// looking runs work over the leads with a rule book that it neither puts in force
// nor tests, so that a book of which tests fail can be looked at too.
func (a *app) looking(ctx context.Context, book *engine.RuleBook, now time.Time, work func(*session) error) error {
	if err := a.knownStore(); err != nil {
		return err
	}
	if info, err := os.Stat(a.db); err == nil && info.IsDir() {
		return a.reading(ctx, work)
	}
	st, err := a.openStore(ctx, true)
	if err != nil {
		return err
	}
	err = work(a.over(ctx, st, book, now))
	return errors.Join(err, st.Close())
}

// listFaults is the list of mistakes or warnings for programs.
func (a *app) listFaults(list []engine.Fault) error {
	findings := make([]finding, len(list))
	rows := make([][]any, len(list))
	for i, f := range list {
		findings[i] = finding{severity(f), f}
		rows[i] = []any{f.File, f.Line, f.Column, f.Code, f.Message, f.Hint, severity(f)}
	}
	if a.term.Format == terminal.JSON {
		return a.term.JSON(findings)
	}
	return a.term.Table(terminal.Columns("file", "line", "column", "code", "message", "hint", "severity"), rows)
}

// finding is a mistake or a warning as programs get it.
type finding struct {
	Severity string `json:"severity"`
	engine.Fault
}

// severity is what code hosts call a finding.
func severity(f engine.Fault) string {
	if f.Warning() {
		return "warning"
	}
	return "error"
}
