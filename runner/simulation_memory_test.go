package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet"
	"callsheet/engine"
	"callsheet/runner/internal/dispatch"
	"callsheet/runner/internal/store"
)

// A simulation that notes whom it leaves out, and remembers what it has read,
// goes the same way as one that stores everything and reads all again: also
// where most leads wait for several slots.
func TestSimulationRemembersRight(t *testing.T) {
	t.Parallel()
	rules, days := fewerCalls(t), 4
	if testing.Short() {
		days = 1
	}
	whole, wholeFiles := simulatedDays(t, rules, days, func(*session) {})
	brief, briefFiles := simulatedDays(t, rules, days, func(s *session) {
		s.desk.Brief, s.desk.Store = &dispatch.Notes{}, newMemory(s.store)
	})
	if diff := cmp.Diff(whole, brief); diff != "" {
		t.Errorf("what is told (-all +brief):\n%s", diff)
	}
	if diff := cmp.Diff(wholeFiles, briefFiles); diff != "" {
		t.Errorf("files (-all +brief):\n%s", diff)
	}
	if len(briefFiles) < 40*days || !strings.Contains(brief, engine.OverCapacity) {
		t.Errorf("%d files, and the table\n%s: the days of this test tell nothing", len(briefFiles), brief)
	}
}

// fewerCalls is a folder with the shipped rule book, in which a group gets two
// calls a slot.
func fewerCalls(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, callsheet.Shipped()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "campaigns.yaml")
	text, err := os.ReadFile(path)
	if err == nil {
		text = regexp.MustCompile(`max_per_slot: \d+`).ReplaceAll(text, []byte("max_per_slot: 2"))
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// simulatedDays simulates days of the invented call centre, and gives what it tells
// and the files by name.
func simulatedDays(t *testing.T, rules string, days int, prepare func(*session)) (told string, files map[string]string) {
	t.Helper()
	var out bytes.Buffer
	a := &app{stdout: &out, stderr: os.Stderr, env: func(string) string { return "" }, clock: time.Now}
	root, folder := a.root(), filepath.Join(t.TempDir(), "out")
	if err := root.ParseFlags([]string{"--rules", rules, "--db", "../fixtures"}); err != nil {
		t.Fatal(err)
	}
	if err := root.PersistentPreRunE(root, nil); err != nil {
		t.Fatal(err)
	}
	err := a.apart(t.Context(), store.OpenScratch, func(s *session) error {
		s.fixtures, s.desk.Hide = true, hiderOfFixtures()
		prepare(s)
		return s.simulate(t.Context(), a, "../fixtures", simulateOptions{from: "2026-11-16", days: days, out: folder, seed: 7})
	})
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".csv" {
			return err
		}
		text, err := os.ReadFile(path)
		files[path[len(folder):]] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), files
}
