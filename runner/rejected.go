package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"callsheet/engine"
	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/store"
)

// rejectedFile lies beside the rule files while they are not what is in force,
// and says why. It is no rule file, and its end concerns no watch.
const rejectedFile = "REJECTED.txt"

// tell makes known what became of the files: beside them, and in the history.
// Neither may stop anybody from working, so that trouble with them is dropped:
// the folder may be one that this process can only read.
func (m *admission) tell(ctx context.Context, book *engine.RuleBook, status engine.Status) {
	path := filepath.Join(m.folder, "rules", rejectedFile)
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		path = filepath.Join(m.folder, rejectedFile)
	}
	if status.Rejected == nil {
		_ = os.Remove(path)
		return
	}
	var text bytes.Buffer
	m.describe(&text, book, status)
	if before, err := os.ReadFile(path); err != nil || !sameButTime(before, text.Bytes()) {
		_ = replaceFile(path, text.Bytes())
	}
	m.remember(ctx, book, status.Rejected, text.String())
}

// sameButTime compares without the first line, which says when.
func sameButTime(a, b []byte) bool {
	_, a, _ = bytes.Cut(a, []byte("\n"))
	_, b, _ = bytes.Cut(b, []byte("\n"))
	return bytes.Equal(a, b)
}

// describe writes why an edit is not in force, as status does.
func (m *admission) describe(w *bytes.Buffer, book *engine.RuleBook, status engine.Status) {
	r := status.Rejected
	fmt.Fprintf(w, "%-9s edit of %s%s\n", headOf(r.Faults), r.At.In(book.Zone).Format("2006-01-02 15:04"), by(m.author()))
	for _, line := range reasonsOf(m.folder, r.Faults) {
		fmt.Fprintln(w, "  "+line)
	}
	fmt.Fprintf(w, "Rule book %s of %s is in force. %s\n", book.Short(), status.Since.In(book.Zone).Format("2006-01-02 15:04"), remedy(r.Faults))
}

// rejected is the word for an edit that somebody has to mend.
const rejected = "REJECTED"

// headOf is the word for what became of an edit.
func headOf(why error) string {
	var stopped *engine.Stopped
	switch {
	case !errors.As(why, &stopped), stopped.By == engine.ByTests:
		return rejected
	case stopped.By == engine.ByRollback, stopped.By == engine.ByElsewhere:
		return "WITHDRAWN"
	}
	return "WAITING"
}

func remedy(why error) string {
	if headOf(why) == rejected {
		return "Mend it and save: nothing else is to do."
	}
	return "Nothing changes until somebody says so."
}

// reasonsOf are the lines that say why an edit is not in force.
func reasonsOf(folder string, why error) []string {
	why = unreadable(folder, why)
	var faults *engine.Faults
	if !errors.As(why, &faults) {
		return strings.Split(why.Error(), "\n")
	}
	var text bytes.Buffer
	printList(&text, faults.List)
	return strings.Split(strings.TrimRight(text.String(), "\n"), "\n")
}

// remember adds an edit that has mistakes to the history, once, and tells the
// chat then.
func (m *admission) remember(ctx context.Context, book *engine.RuleBook, r *engine.Rejection, text string) {
	if headOf(r.Faults) != rejected {
		return
	}
	c := store.Change{
		At: crm.At(r.At), State: store.Refused, Version: r.Version, Base: book.Version, Author: m.author(),
		Faults: strings.Join(reasonsOf(m.folder, r.Faults), "\n"),
	}
	if last, err := m.store.Changes(ctx, 1); err != nil || len(last) == 1 && last[0].State == c.State && last[0].Faults == c.Faults {
		return
	}
	if err := m.store.RecordChange(ctx, c); err == nil {
		m.chat.say(text)
	}
}
