package main

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"callsheet/runner/internal/terminal"
)

func newSchemaCommand(a *app) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "schema [KIND]",
		Short: "write what editors need to complete and explain rule files",
		Long: "schema writes a JSON Schema for each kind of rule file, with the words of this rule book and, where there are stored\n" +
			"leads (--db), their most frequent values. Editors that know them complete keys and names, and explain both. With a\n" +
			"kind, such as campaigns, pack or test, it prints that schema.",
		Example: "  callsheet --db fixtures schema",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return exactly(1, "one kind of rule file, or none")(cmd, args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, kinds []string) error { return runSchema(cmd.Context(), a, out, kinds) },
	}
	cmd.Flags().StringVar(&out, "out", "", "folder for the schemas; .callsheet/schema in the folder of the rule book when left out")
	return cmd
}

func runSchema(ctx context.Context, a *app, out string, kinds []string) error {
	if out == "" {
		out = a.schemaFolder()
	}
	seen, err := a.seen(ctx, out)
	if err != nil {
		return err
	}
	schemas, err := a.schemas(seen)
	if err != nil {
		return err
	}
	if len(kinds) == 1 {
		text, ok := schemas[kinds[0]]
		if !ok {
			return usageError{fmt.Errorf("there is no kind of rule file %q: there are %s", kinds[0], strings.Join(slices.Sorted(maps.Keys(schemas)), ", "))}
		}
		_, err := a.stdout.Write(text)
		return err
	}
	written, err := writeSchemas(out, schemas, seen)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, name := range written {
		rows = append(rows, []any{filepath.ToSlash(filepath.Join(out, name))})
	}
	if a.term.Format != terminal.Table {
		return a.term.Table(terminal.Columns("file"), rows)
	}
	a.term.Printf("%s in %s, %d of them new or changed", plural(len(schemas), "schema"), filepath.ToSlash(out), len(written))
	return nil
}
