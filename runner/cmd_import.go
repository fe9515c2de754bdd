package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// kinds are the files that import takes, by the word on the command line.
func importers() map[string]importer {
	return map[string]importer{
		"leads":    (*session).importLeads,
		"agents":   (*session).importAgents,
		"contacts": (*session).importContacts,
		"tasks":    (*session).importTasks,
		"wallets":  (*session).importWallets,
	}
}

func newImportCommand(a *app) *cobra.Command {
	kinds := []string{"leads", "agents", "contacts", "tasks", "wallets"}
	return &cobra.Command{
		Use:   "import " + strings.Join(kinds, "|") + " FILE",
		Short: "store leads, agents, wallets, tasks or dialer contacts from a file",
		Long: "import stores what a CSV or NDJSON file holds. Rows that cannot be stored go to FILE.rejects.csv (exit code 5), the\n" +
			"rest is kept; the same file twice changes nothing. Columns go by the names of the fields.\n" + exitHelp,
		Args:      exactly(2, "what to import and a file"),
		ValidArgs: kinds,
		RunE: func(cmd *cobra.Command, args []string) error {
			do, ok := importers()[args[0]]
			if !ok {
				slices.Sort(kinds)
				return usageError{fmt.Errorf("%s cannot be imported: write one of %s", args[0], strings.Join(kinds, ", "))}
			}
			return a.with(cmd.Context(), func(s *session) error {
				if s.fixtures {
					return usageError{fmt.Errorf("%s is a folder of fixtures and only read: name a database with --db", a.db)}
				}
				return do(s, cmd.Context(), args[1])
			})
		},
	}
}
