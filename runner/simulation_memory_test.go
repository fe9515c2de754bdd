package main

import (
	"bytes"
	"io"
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
	"callsheet/runner/internal/store"
)

// A simulation that notes whom it leaves out, and remembers what it has read,
// goes the same way as one that stores everything and reads all again: also
// where most leads wait for several slots.
func TestSimulationRemembersRight(t *testing.T) {
	t.Parallel()
	rules, days := fewerCalls(t), 12
	if testing.Short() {
		days = 1
	}
	whole, wholeFiles := simulatedDays(t, rules, days, func(*session) {})
	told, briefFiles := simulatedDays(t, rules, days, (*session).remember)
	if diff := cmp.Diff(whole, told); diff != "" {
		t.Errorf("what is told (-all +brief):\n%s", diff)
	}
	if diff := cmp.Diff(wholeFiles, briefFiles); diff != "" {
		t.Errorf("files (-all +brief):\n%s", diff)
	}
	if len(briefFiles) < 20*days || !strings.Contains(told, engine.OverCapacity) {
		t.Errorf("%d files, and the table\n%s: the days of this test tell nothing", len(briefFiles), told)
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
	folder := filepath.Join(t.TempDir(), "out")
	told = simulateApart(t, rules, "../fixtures", simulateOptions{from: "2026-11-04", days: days, out: folder, seed: 7}, prepare)
	files = map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
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
	return told, files
}

// simulateApart simulates as the command does, on a store that prepare has had in
// hand, and gives what it tells.
func simulateApart(t testing.TB, rules, source string, o simulateOptions, prepare func(*session)) string {
	t.Helper()
	var out bytes.Buffer
	a := &app{stdout: &out, stderr: io.Discard, env: func(string) string { return "" }, clock: time.Now}
	root := a.root()
	if err := root.ParseFlags([]string{"--rules", rules}); err != nil {
		t.Fatal(err)
	}
	if err := root.PersistentPreRunE(root, nil); err != nil {
		t.Fatal(err)
	}
	err := a.apart(t.Context(), store.OpenScratch, func(s *session) error {
		s.fixtures, s.desk.Hide = true, hiderOfFixtures()
		prepare(s)
		return s.simulate(t.Context(), a, source, o)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}
