package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func newImportCommand(a *app) *cobra.Command {
	kinds := []string{"leads", "agents", "contacts", "calls", "tasks", "wallets"}
	return &cobra.Command{
		Use:   "import " + strings.Join(kinds, "|") + " FILE",
		Short: "store leads, agents, wallets, tasks, dialer contacts or calls from a file",
		Long: "import stores what a CSV or NDJSON file holds. Rows that cannot be stored go to FILE.rejects.csv (exit code 5), the\n" +
			"rest is kept; the same file twice changes nothing. Columns go by the names of the fields.",
		Example:   "  callsheet import leads leads.csv",
		Args:      exactly(2, "two arguments, what to import and a file"),
		ValidArgs: kinds,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(kinds, args[0]) {
				return usageError{fmt.Errorf("%q cannot be imported: write one of %s", args[0], strings.Join(kinds, ", "))}
			}
			return a.with(cmd.Context(), func(s *session) error {
				if err := s.onlyRead(a.db); err != nil {
					return err
				}
				return s.importFile(cmd.Context(), args[0], args[1])
			})
		},
	}
}
