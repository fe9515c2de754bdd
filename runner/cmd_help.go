package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"callsheet/engine"
	"callsheet/runner/internal/terminal"
)

// newHelpCommand shows the help of a command, or what a code of check means.
func newHelpCommand(a *app, root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND | CODE]",
		Short:   "help about a command, or about a code of check",
		Long:    "help shows the help of a command. With a code that check printed, such as R121, it says what the code stands for.",
		Example: "  callsheet help R121",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && regexp.MustCompile(`^[Rr]\d+$`).MatchString(args[0]) {
				return a.explainCode(strings.ToUpper(args[0]))
			}
			about, left, err := root.Find(args)
			if about == nil || err != nil || len(left) > 0 && about.HasSubCommands() {
				return usageError{fmt.Errorf("there is no command %q: see callsheet --help", strings.Join(args, " "))}
			}
			return about.Help()
		},
	}
}

func (a *app) explainCode(name string) error {
	for _, c := range engine.Codes() {
		if c.Code != name {
			continue
		}
		if a.term.Format != terminal.Table {
			return a.term.Table(terminal.Columns("code", "meaning", "wrong", "right"), [][]any{{c.Code, c.Meaning, c.Wrong, c.Right}})
		}
		a.term.Printf("%s  %s", c.Code, c.Meaning)
		if c.Wrong != "" {
			a.term.Printf("\n  not  %s", c.Wrong)
		}
		if c.Right != "" {
			a.term.Printf("  but  %s", c.Right)
		}
		return nil
	}
	return usageError{fmt.Errorf("there is no code %s: the codes go from %s to %s", name, engine.Codes()[0].Code, engine.Codes()[len(engine.Codes())-1].Code)}
}
