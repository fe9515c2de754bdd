package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"callsheet/runner/internal/terminal"
)

// app is one run of the program: its streams, its environment and the flags
// that every command has.
type app struct {
	stdout, stderr io.Writer
	env            func(string) string
	clock          func() time.Time // the wall; --at replaces it

	rules, db, out string
	at             string
	format         string
	dbGiven        bool
	hushed         bool // the command tells of the rule book in force by itself
	term           *terminal.Terminal
}

// run executes one command line and gives its exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if a.term != nil {
		err = errors.Join(err, a.term.Lost())
	}
	return a.end(ctx, cmd, err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "callsheet",
		Short:         "who gets called, when, and why",
		Long:          "callsheet decides who gets called, when and why, by rules that business analysts write.",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) (err error) {
			a.dbGiven = cmd.Flags().Changed("db") || a.env("CALLSHEET_DB") != ""
			if a.term, err = terminal.New(a.stdout, a.stderr, a.format); err != nil {
				return usageError{err}
			}
			a.term.Now = a.clock
			return nil
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelpCommand(a, root))
	root.SetHelpTemplate(root.HelpTemplate() + exitHelp)
	flags := root.PersistentFlags()
	flags.StringVar(&a.rules, "rules", a.orElse("CALLSHEET_RULES", "."), "folder of the rule book")
	flags.StringVar(&a.db, "db", a.orElse("CALLSHEET_DB", "callsheet.db"), "SQLite file, postgres:// address, or a folder of fixtures that is only read")
	flags.StringVar(&a.out, "out", a.orElse("CALLSHEET_OUT", "out"), "folder for the dialer's files")
	flags.StringVar(&a.at, "at", "", "clock of the command, such as 2026-11-23T09:30:00 (local time of the rule book)")
	flags.StringVarP(&a.format, "output", "o", "table", "form of the data: table, json or csv")
	return menu(root,
		newApplyCommand(a),
		newBackupCommand(a),
		newCFCampaignLoopCommand(a),
		newCheckCommand(a),
		newCopyCommand(a),
		newDoctorCommand(a),
		newDuplicatesCommand(a),
		newEraseCommand(a),
		newEventsCommand(a),
		newExplainCommand(a),
		newExportCommand(a),
		newExportModelCommand(a),
		newFmtCommand(a),
		newFunnelCommand(a),
		newHistoryCommand(a),
		newImportCommand(a),
		newInitCommand(a),
		newLeadsCommand(a),
		newPlanCommand(a),
		newPurgeCommand(a),
		newRankCommand(a),
		newRecordCommand(a),
		newRecoverForgottenLeadCommand(a),
		newReportCommand(a),
		newReplayCommand(a),
		newRescoreCommand(a),
		newRollbackCommand(a),
		newSchemaCommand(a),
		newSendCallityCallsCommand(a),
		newServeCommand(a),
		newSimulateCommand(a),
		newStartCampaignCommand(a),
		newStatusCommand(a),
		newStopCampaignsCommand(a),
		newTasksCommand(a),
		newTestCommand(a),
		newWeekCommand(a),
		newWordsCommand(a),
	)
}

func (a *app) orElse(variable, otherwise string) string {
	if v := a.env(variable); v != "" {
		return v
	}
	return otherwise
}

// menu makes a command that only leads to others: alone it shows its help, and
// a word that is none of the others is wrong usage.
func menu(cmd *cobra.Command, others ...*cobra.Command) *cobra.Command {
	cmd.AddCommand(others...)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		hint := "see " + cmd.CommandPath() + " --help"
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			hint = "did you mean " + strings.Join(near, " or ") + "?"
		}
		return usageError{fmt.Errorf("there is no command %q: %s", path(cmd)+args[0], hint)}
	}
	cmd.SuggestionsMinimumDistance = 2
	return cmd
}

// exactly wants n arguments and says what they are.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return usageError{fmt.Errorf("%stakes %s, not %d", path(cmd), what, len(args))}
	}
}

// path is the words that lead to a command, with a space after each.
func path(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath()+" ", "callsheet ")
}

// flagError says which flag has which wrong value, in the words of the user.
func flagError(_ *cobra.Command, err error) error {
	var bad *pflag.InvalidValueError
	if errors.As(err, &bad) && bad.GetFlag().Value.Type() == "int" {
		return usageError{fmt.Errorf("--%s is %q: write a whole number", bad.GetFlag().Name, bad.GetValue())}
	}
	return usageError{err}
}
