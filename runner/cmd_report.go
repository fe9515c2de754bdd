package main

import "github.com/spf13/cobra"

func newReportCommand(a *app) *cobra.Command {
	return menu(&cobra.Command{
		Use:   "report",
		Short: "say in figures what was done",
	},
		newReportAssignmentCommand(a),
		newReportProgressionCommand(a),
		newReportSalesCommand(a),
		newReportSessionsCommand(a),
	)
}
