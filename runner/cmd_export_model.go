package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"callsheet"
	"callsheet/engine"
	"callsheet/engine/expression"
	"callsheet/runner/internal/terminal"
	"callsheet/runner/internal/tree"
)

type modelOptions struct {
	dataset, label, out, as string
	limits                  tree.Limits
}

func newExportModelCommand(a *app) *cobra.Command {
	var o modelOptions
	cmd := &cobra.Command{
		Use:   "export-model",
		Short: "learn a decision tree from a CSV file",
		Long: "export-model learns a decision tree that foretells one column of a CSV file from the others, and writes it as JSON or\n" +
			"as point rules for scoring.yaml. Nothing is in force before somebody puts the rules there.",
		Example: "  callsheet export-model --dataset fixtures/dataset.csv --label sold --as rules --out model.yaml",
		Args:    exactly(0, "no argument (name the file with --dataset)"),
		RunE:    func(*cobra.Command, []string) error { return runExportModel(a, o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.dataset, "dataset", filepath.Join("machine_learning", "dataset.csv"), "CSV file to learn from")
	flags.StringVar(&o.label, "label", "label", "column to foretell")
	flags.StringVar(&o.out, "out", "", "file to write, - for stdout; model.json or model.yaml beside the dataset when left out")
	flags.StringVar(&o.as, "as", "json", "json, or rules for scoring.yaml")
	flags.IntVar(&o.limits.MaxDepth, "max-depth", 5, "most questions from the root to a leaf")
	flags.IntVar(&o.limits.MinLeaf, "min-samples-leaf", 1, "fewest rows in a leaf")
	return cmd
}

func (o *modelOptions) check() error {
	switch {
	case o.as != "json" && o.as != "rules":
		return usageError{fmt.Errorf("--as is %q: write json or rules", o.as)}
	case o.limits.MaxDepth < 1 || o.limits.MaxDepth > 30:
		return usageError{fmt.Errorf("--max-depth is %d: write a number from 1 to 30", o.limits.MaxDepth)}
	case o.limits.MinLeaf < 1:
		return usageError{fmt.Errorf("--min-samples-leaf is %d: write 1 or more", o.limits.MinLeaf)}
	}
	if o.out == "" {
		suffix := map[string]string{"json": ".json", "rules": ".yaml"}[o.as]
		o.out = filepath.Join(filepath.Dir(o.dataset), "model"+suffix)
	}
	return nil
}

func runExportModel(a *app, o modelOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	data, err := readDataset(o)
	if err != nil {
		return err
	}
	model := a.learn(data, o.limits)
	text, err := a.rendered(model, o)
	if err != nil {
		return err
	}
	if o.out == "-" {
		_, err = a.stdout.Write(text)
	} else if err = replaceFile(o.out, text); err == nil {
		a.term.Note("wrote %s", o.out)
		err = a.printQuality(model)
	}
	for _, name := range data.Unused {
		a.term.Note("column %s was left out: it has too many different texts to learn from", name)
	}
	if err == nil && len(data.Unlabelled) > 0 {
		err = partError{fmt.Errorf("%s without a label left out: %s", plural(len(data.Unlabelled), "row"), lineNumbers(data.Unlabelled))}
	}
	return err
}

// learn shows a bar over files that take long enough to wonder.
func (a *app) learn(data *tree.Dataset, limits tree.Limits) *tree.Model {
	if data.Rows() < 10_000 {
		return tree.Learn(data, limits, nil)
	}
	bar := a.term.Progress("learning", 2*int64(data.Rows())-int64(data.Rows()+4)/5)
	defer bar.Done()
	return tree.Learn(data, limits, func(rows int) { bar.Add(int64(rows)) })
}

func readDataset(o modelOptions) (*tree.Dataset, error) {
	file, err := os.Open(o.dataset)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{fmt.Errorf("there is no file %s: name one with --dataset", o.dataset)}
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := tree.Read(file, o.label)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.dataset, err)
	}
	return data, nil
}

func (a *app) rendered(m *tree.Model, o modelOptions) ([]byte, error) {
	if o.as == "json" {
		text, err := json.MarshalIndent(m, "", "  ")
		return append(text, '\n'), err
	}
	book, err := engine.Load(os.DirFS(a.rules), callsheet.Shipped())
	if err != nil {
		return nil, unreadable(a.rules, err)
	}
	text, err := tree.Rules(m, func(column string) (tree.Word, bool) { return word(book, column) })
	return []byte(text), err
}

// word is the field of the rule book that a column of a dataset is about: that
// of its whole name, or of its name in a lead.
func word(book *engine.RuleBook, column string) (tree.Word, bool) {
	i := slices.IndexFunc(book.Fields, func(f engine.Field) bool { return f.Name == column || f.Name == "lead."+column })
	if i < 0 {
		return tree.Word{}, false
	}
	f := book.Fields[i]
	return tree.Word{
		Name: f.Name, Boolean: f.Type == expression.Boolean,
		Number: f.Type == expression.Integer || f.Type == expression.Number,
		Filled: f.Required, Values: f.Values,
	}, f.Type != expression.Time && f.Type != expression.TextList
}

// printQuality prints how well the tree foretells.
func (a *app) printQuality(m *tree.Model) error {
	rows := [][]any{
		{"rows", m.Training.Rows, m.HeldOut.Rows},
		{"accuracy", m.Training.Accuracy, m.HeldOut.Accuracy},
		{"area under the curve", m.Training.AUC, m.HeldOut.AUC},
		{"lift of the top tenth", m.Training.Lift, m.HeldOut.Lift},
	}
	for class, name := range m.Dataset.Classes {
		for foretold, other := range m.Dataset.Classes {
			rows = append(rows, []any{
				fmt.Sprintf("%s is %s, foretold %s", m.Dataset.Label, name, other), m.Training.Confusion[class][foretold], heldOut(m, class, foretold),
			})
		}
	}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = rounded(cell)
		}
	}
	return a.term.Table(terminal.Columns("measure", "training", "held_out"), rows)
}

func heldOut(m *tree.Model, class, foretold int) any {
	if m.HeldOut.Confusion == nil {
		return nil
	}
	return m.HeldOut.Confusion[class][foretold]
}

// rounded shows four decimals of a measure; one that does not exist is empty.
func rounded(cell any) any {
	switch v := cell.(type) {
	case *float64:
		if v == nil {
			return nil
		}
		return rounded(*v)
	case float64:
		return math.Round(v*1e4) / 1e4
	}
	return cell
}

func lineNumbers(lines []int) string {
	const most = 10
	var words []string
	for _, line := range lines[:min(len(lines), most)] {
		words = append(words, strconv.Itoa(line))
	}
	if len(lines) > most {
		words = append(words, fmt.Sprintf("and %d more", len(lines)-most))
	}
	return "line " + strings.Join(words, ", ")
}

// replaceFile writes a file whole: readers see the old content or the new. A
// file that was there keeps its mode, and a link leads to it as before.
func replaceFile(name string, content []byte) error {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.Write(content)
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	return err
}
