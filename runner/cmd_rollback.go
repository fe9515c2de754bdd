package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"callsheet"
	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
	"callsheet/runner/internal/terminal"
)

type rollbackOptions struct {
	yes, write bool
	reason     string
}

func newRollbackCommand(a *app) *cobra.Command {
	var o rollbackOptions
	cmd := &cobra.Command{
		Use:   "rollback VERSION",
		Short: "put a rule book of the past in force again",
		Long: "rollback shows what it changes to go back to a rule book that was in force before, as plan does, and puts it in force\n" +
			"when somebody says yes. The files stay as they are, and do not come into force again by themselves; --write makes\n" +
			"them those of the past, so that the next edit begins there.",
		Example: "  callsheet rollback a71be40\n  callsheet rollback a71be40 --yes --write --reason \"half the leads were gone\"",
		Args:    exactly(1, "a version of callsheet history"),
		RunE: func(cmd *cobra.Command, args []string) error {
			a.hushed = true
			return a.with(cmd.Context(), func(s *session) error { return runRollback(cmd.Context(), a, s, args[0], o) })
		},
	}
	cmd.Flags().BoolVar(&o.yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&o.write, "write", false, "also write the rule files of that version; those that they replace are kept as NAME.before-rollback")
	cmd.Flags().StringVar(&o.reason, "reason", "", "why, for the history")
	return cmd
}

func runRollback(ctx context.Context, a *app, s *session, begin string, o rollbackOptions) error {
	if err := s.onlyRead(a.db); err != nil {
		return err
	}
	kept, err := bookOf(ctx, s.store, begin)
	if err != nil {
		return err
	}
	book, err := compiled(kept)
	if err != nil {
		return err
	}
	p, err := s.planOf(ctx, s.admission.desk, s.book, book)
	if err != nil {
		return err
	}
	if book.Version != s.book.Version {
		if err := s.show(p); err != nil {
			return err
		}
		if yes, err := s.ask(o, p); err != nil || !yes {
			return err
		}
		back := store.Change{At: crm.At(s.wall()), Author: thisUser(), Reason: o.reason, Effect: effectOf(p.leads)}
		if err := s.store.Restore(ctx, *kept, back); err != nil {
			return err
		}
		s.admission.chat.say(noteOf(thisUser(), "takes back", p.before, p.after, p.leads, p.breaches, p.tests) +
			fmt.Sprintf("  Rule book %s is in force again%s.", book.Short(), because(o.reason)))
	}
	if o.write {
		if err := s.writeBook(a.rules, kept.Files); err != nil {
			return err
		}
	}
	// An edit that is refused is no reason to fail: the rule book is back.
	if _, err := s.rules.Reload(ctx); err != nil {
		return err
	}
	s.book = s.rules.Book()
	if s.Format == terminal.Table {
		s.Printf("rule book %s is in force", s.book.Short())
	} else {
		s.Note("rule book %s is in force", s.book.Short())
	}
	if r := s.rules.Status().Rejected; r != nil {
		s.Note("the files in %s still mean another one, which does not come into force by itself: --write makes them those of %s", a.rules, s.book.Short())
	}
	return nil
}

// ask wants a yes: by --yes, or from whoever sits there.
func (s *session) ask(o rollbackOptions, p *planned) (bool, error) {
	if o.yes {
		return true, nil
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		s.Note("Rollback: %s. Nothing was changed: say yes with --yes.", p.summary())
		return false, nil
	}
	fmt.Fprintf(s.Err, "Rollback: %s. Put %s in force? [y/N] ", p.summary(), p.after.Short())
	answer, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && answer == "" {
		return false, nil
	}
	return slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(answer))), nil
}

// writeBook makes the rule files of a folder those of a rule book. What it
// replaces, and the rule files that the book does not have, are kept beside.
func (s *session) writeBook(folder string, files engine.Sources) error {
	now, err := engine.Read(os.DirFS(folder), callsheet.Shipped())
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if _, stays := files[name]; !stays {
			if err := setAside(filepath.Join(folder, filepath.FromSlash(name))); err != nil {
				return err
			}
			s.Note("took away %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if text, there := now[name]; there && bytes.Equal(text, files[name]) {
			continue
		}
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := errors.Join(setAside(path), os.MkdirAll(filepath.Dir(path), 0o755)); err != nil {
			return err
		}
		if err := replaceFile(path, files[name]); err != nil {
			return err
		}
		s.Note("wrote %s", name)
	}
	return nil
}

// setAside renames a file, if there is one, so that it is no rule file.
func setAside(path string) error {
	err := os.Rename(path, path+".before-rollback")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
