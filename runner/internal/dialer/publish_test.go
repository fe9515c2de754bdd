package dialer_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"callsheet/runner/internal/crm"
	"callsheet/runner/internal/dialer"
	"callsheet/runner/internal/store"
)

const morningName = "PVI/20261123-1000-IDF-01.csv"

// fileOf is a sealed file of the dialect diabolocom-csv.
func fileOf(name string, at crm.Instant, text string) crm.File {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	f := crm.File{
		Name: name, Kind: crm.FileInject, State: crm.FileClaimed, RunID: "PVI/2026-11-23T10:00/IDF", SlotKey: name,
		Campaign: "PVI", Dialer: "diabolocom-csv", Mode: 0o600, Encoding: "utf-8", LineEnd: "\n",
		Header: lines[0], HasHead: true, Version: strings.Repeat("ab", 32), At: at,
	}
	for _, line := range lines[1:] {
		id, _, _ := strings.Cut(line, ";")
		f.Lines = append(f.Lines, crm.Line{CallID: "call-" + id, LeadID: id, Text: line})
	}
	dialer.Seal(&f)
	return f
}

// rows is the text of a file with many rows.
func rows(n int) string {
	text := []byte("external_id;score\n")
	for i := range n {
		text = fmt.Appendf(text, "L%06d;97\n", i)
	}
	return string(text)
}

// claimed is a database in which the files are claimed.
func claimed(t testing.TB, files ...crm.File) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "callsheet.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	claim(t, db, files...)
	return db
}

func claim(t testing.TB, db *store.Store, files ...crm.File) {
	t.Helper()
	run := crm.Run{
		ID: "PVI/2026-11-23T10:00/IDF", Campaign: "PVI", Slot: "M", Group: "IDF", State: crm.RunRunning,
		SlotStart: crm.At(paris(t, 10, 0)), SlotEnd: crm.At(paris(t, 13, 0)), StartedAt: crm.At(paris(t, 9, 30)),
		Versions: []string{strings.Repeat("ab", 32)},
	}
	for _, f := range files {
		if f.Kind == crm.FileInject {
			run.Files++
		}
	}
	if err := db.Claim(t.Context(), crm.Claim{Runs: []crm.Run{run}, Files: files, At: run.StartedAt}); err != nil {
		t.Fatal(err)
	}
}

// tree is the files in a folder whose names do not begin with a dot: path and
// mode, and content.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.IsDir() && entry.Name() == dialer.StageFolder && path != dir {
			return fs.SkipDir
		}
		if err != nil || !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		found[name+" "+info.Mode().String()] = string(content)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return found
}

// stage lists the files in the stage area of a folder.
func stage(t testing.TB, dir string) []string {
	t.Helper()
	names := []string{}
	for name := range tree(t, filepath.Join(dir, dialer.StageFolder)) {
		names = append(names, name)
	}
	return names
}

// names are those of some publications.
func names(published []dialer.Publication) []string {
	list := []string{}
	for _, p := range published {
		list = append(list, p.Name)
	}
	return list
}

// left lists the names of the files that are not published.
func left(t testing.TB, db *store.Store) []string {
	t.Helper()
	files, err := db.UnpublishedFiles(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, f := range files {
		names = append(names, f.Name)
	}
	return names
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func manifestOf(f *crm.File) string {
	return fmt.Sprintf(`{
  "name": %q,
  "sha256": %q,
  "rows": %d,
  "rule_book_version": %q,
  "run_id": %q
}
`, f.Name, f.SHA256, len(f.Lines), f.Version, f.RunID)
}

func TestDrainWritesFilesAndManifests(t *testing.T) {
	t.Parallel()
	second := fileOf("PVI/20261123-1000-IDF-02.csv", 2, "external_id;score\nL8;97\n")
	second.Mode = 0o640
	first := fileOf(morningName, 1, morningFile)
	stop := fileOf("STOP/20261123-1259-PVI-IDF.csv", 3, "external_id;score\n")
	stop.Kind = crm.FileStop
	db := claimed(t, first, second, stop)
	out := filepath.Join(t.TempDir(), "new", "out")
	p := dialer.Publisher{Store: db, Out: out}

	published, err := p.Drain(t.Context(), paris(t, 9, 31))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{first.Name, second.Name, stop.Name}, names(published)); diff != "" {
		t.Errorf("published, in the order of commits (-want +got):\n%s", diff)
	}
	want := map[string]string{
		first.Name + " -rw-------":                morningFile,
		first.Name + ".manifest.json -rw-------":  manifestOf(&first),
		second.Name + " -rw-r-----":               "external_id;score\nL8;97\n",
		second.Name + ".manifest.json -rw-r-----": manifestOf(&second),
		stop.Name + " -rw-------":                 "external_id;score\n",
		stop.Name + ".manifest.json -rw-------":   manifestOf(&stop),
	}
	if diff := cmp.Diff(want, tree(t, out)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if over := append(left(t, db), stage(t, out)...); len(over) != 0 {
		t.Errorf("left over: %v", over)
	}
}

func TestDrainOfNothingTouchesNothing(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "out")
	p := dialer.Publisher{Store: claimed(t), Out: out}
	if published, err := p.Drain(t.Context(), paris(t, 9, 31)); err != nil || len(published) != 0 {
		t.Errorf("Drain = %v, %v", published, err)
	}
	if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the output folder was made: %v", err)
	}
}

// What other runs, crashes and people may have left in the folder.
func TestDrainOverWhatIsThere(t *testing.T) {
	t.Parallel()
	f := fileOf(morningName, 1, morningFile)
	manifest := manifestOf(&f)
	both := map[string]string{morningName + " -rw-------": morningFile, morningName + ".manifest.json -rw-------": manifest}
	tests := []struct {
		name  string
		there map[string]string // by path
		want  map[string]string
		fault string // none: the file is published
	}{
		{"the same file", map[string]string{morningName: morningFile}, map[string]string{morningName + " -rw-------": morningFile}, ""},
		{"only the manifest, of a crash", map[string]string{morningName + ".manifest.json": manifest}, both, ""},
		{"half a file, of a crash", map[string]string{".stage/PVI/20261123-1000-IDF-01.csv.part": "external_id;ph"}, both, ""},
		{
			"half a manifest, longer than the whole one",
			map[string]string{".stage/PVI/20261123-1000-IDF-01.csv.manifest.json.part": strings.Repeat("x", 9000)},
			both, "",
		},
		{
			"another file",
			map[string]string{morningName: "something else\n"},
			map[string]string{morningName + " -rw-------": "something else\n"},
			"already there",
		},
		{
			"the manifest of another file",
			map[string]string{morningName + ".manifest.json": "{}"},
			map[string]string{morningName + ".manifest.json -rw-------": "{}"},
			"manifest.json is already there",
		},
		{
			"a folder in its place",
			map[string]string{morningName + "/x": "x"},
			map[string]string{morningName + "/x -rw-------": "x"},
			"is no file",
		},
		{
			"a folder in the way of the half-written one",
			map[string]string{".stage/PVI/20261123-1000-IDF-01.csv.manifest.json.part/x": "x"},
			map[string]string{},
			"not empty",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			db, out := claimed(t, f), t.TempDir()
			for path, content := range test.there {
				write(t, filepath.Join(out, path), content)
			}
			p := dialer.Publisher{Store: db, Out: out}
			published, err := p.Drain(t.Context(), paris(t, 9, 31))
			switch {
			case test.fault == "" && (err != nil || !slices.Equal(names(published), []string{morningName}) || len(left(t, db)) != 0):
				t.Errorf("Drain = %v, %v; want the file published", published, err)
			case test.fault != "" && (err == nil || len(published) != 0 || len(left(t, db)) != 1):
				t.Errorf("Drain = %v, %v; want an error and the file still waiting", published, err)
			case test.fault != "" && !mentions(err, test.fault, filepath.Join(out, morningName), "waits"):
				t.Errorf("error = %v, want one that says %q, where, and what happens next", err, test.fault)
			}
			if diff := cmp.Diff(test.want, tree(t, out)); diff != "" {
				t.Errorf("output folder (-want +got):\n%s", diff)
			}
		})
	}
}

func mentions(err error, words ...string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(err.Error(), word) })
}

func TestDrainNamesBothHashesOfAConflict(t *testing.T) {
	t.Parallel()
	f := fileOf(morningName, 1, morningFile)
	other := fileOf(morningName, 1, "external_id;score\nL8;97\n")
	out := t.TempDir()
	write(t, filepath.Join(out, morningName), "external_id;score\nL8;97\n")
	p := dialer.Publisher{Store: claimed(t, f), Out: out}
	if _, err := p.Drain(t.Context(), paris(t, 9, 31)); err == nil || !mentions(err, f.SHA256, other.SHA256, "move it away") {
		t.Errorf("error = %v, want one with %s and %s", err, f.SHA256, other.SHA256)
	}
}

func TestDrainOutputFolderIsAFile(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "out")
	write(t, out, "x")
	db := claimed(t, fileOf(morningName, 1, morningFile))
	p := dialer.Publisher{Store: db, Out: out}
	want := "folder " + out + ": not a directory, a file stands there: remove or rename it; " +
		"1 file waits, and the next run hands it over"
	if _, err := p.Drain(t.Context(), paris(t, 9, 31)); err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}

// The files of one dialer go out in the order of their commits: what cannot
// keeps the later ones back. Other dialers go on.
func TestDrainKeepsTheOrderOfADialer(t *testing.T) {
	t.Parallel()
	first, second := fileOf(morningName, 1, morningFile), fileOf("PVI/20261123-1000-IDF-02.csv", 2, "external_id;score\nL8;97\n")
	stop := fileOf("STOP/20261123-1259-PVI-IDF.csv", 3, "external_id;score\n")
	stop.Kind = crm.FileStop
	other := fileOf("PVB/20261123-1000-IDF-01.csv", 4, "external_id;score\nL9;97\n")
	other.Dialer = "generic-csv"
	db, out := claimed(t, first, second, stop, other), t.TempDir()
	write(t, filepath.Join(out, first.Name), "something else\n")
	p := dialer.Publisher{Store: db, Out: out}
	published, err := p.Drain(t.Context(), paris(t, 9, 31))
	if err == nil || !mentions(err, first.Name, "2 later files for diabolocom-csv") || !slices.Equal(names(published), []string{other.Name}) {
		t.Errorf("Drain = %v, %v; want an error and %s published", published, err, other.Name)
	}
	if found := tree(t, filepath.Join(out, "STOP")); len(found) != 0 {
		t.Errorf("the stop signal has overtaken the leads: %v", found)
	}
	if err := os.Remove(filepath.Join(out, first.Name)); err != nil {
		t.Fatal(err)
	}
	published, err = p.Drain(t.Context(), paris(t, 9, 32))
	if want := []string{first.Name, second.Name, stop.Name}; err != nil || !slices.Equal(names(published), want) {
		t.Errorf("Drain after mending = %v, %v; want %v", published, err, want)
	}
}

func TestDrainFolderOfACampaignIsAFile(t *testing.T) {
	t.Parallel()
	var files []crm.File
	for i := range 5 {
		files = append(files, fileOf(fmt.Sprintf("PVB/deep/20261123-1000-IDF-%02d.csv", i), crm.Instant(i), morningFile))
	}
	db, out := claimed(t, files...), t.TempDir()
	write(t, filepath.Join(out, "PVB"), "x")
	p := dialer.Publisher{Store: db, Out: out + "/./"}
	published, err := p.Drain(t.Context(), paris(t, 9, 31))
	want := out + "/PVB/deep/20261123-1000-IDF-00.csv: folder " + out + "/PVB: not a directory, a file stands there: remove or rename it; " +
		"it waits, and so do 4 later files for diabolocom-csv: the next run tries again"
	if err == nil || err.Error() != want || len(published) != 0 {
		t.Errorf("Drain = %v, error:\n%v\nwant:\n%s", published, err, want)
	}
	if found := tree(t, out); found["PVB -rw-------"] != "x" || len(found) != 1 {
		t.Errorf("the file in the way was touched: %v", found)
	}
	if err := os.Remove(filepath.Join(out, "PVB")); err != nil {
		t.Fatal(err)
	}
	if published, err = p.Drain(t.Context(), paris(t, 9, 32)); err != nil || len(published) != 5 {
		t.Errorf("Drain after mending = %v, %v; want the 5 files that waited", published, err)
	}
}

func TestDrainStaysInItsFolder(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../escaped.csv", "PVI/../../escaped.csv", "/escaped.csv", "PVI//a.csv", "PVI/", "", "link/escaped.csv"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			out := filepath.Join(home, "out")
			outside := filepath.Join(home, "outside")
			for _, dir := range []string{out, outside} {
				if err := os.Mkdir(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Symlink(outside, filepath.Join(out, "link")); err != nil {
				t.Fatal(err)
			}
			p := dialer.Publisher{Store: fakeStore{files: []crm.File{fileOf(name, 1, morningFile)}}, Out: out}
			if published, err := p.Drain(t.Context(), paris(t, 9, 31)); err == nil || len(published) != 0 {
				t.Errorf("Drain = %v, %v; want an error", published, err)
			}
			if found := tree(t, home); len(found) != 0 {
				t.Errorf("files were written: %v", found)
			}
		})
	}
}

func TestDrainRefusesAlteredLines(t *testing.T) {
	t.Parallel()
	f := fileOf(morningName, 1, morningFile)
	f.Lines[0].Text = strings.Replace(f.Lines[0].Text, "33199000001", "33199000009", 1)
	db, out := claimed(t, f), t.TempDir()
	p := dialer.Publisher{Store: db, Out: out}
	if _, err := p.Drain(t.Context(), paris(t, 9, 31)); err == nil || !mentions(err, morningName, f.SHA256, "backup") {
		t.Errorf("error = %v, want one about the hash of %s", err, morningName)
	}
	if found := tree(t, out); len(found) != 0 {
		t.Errorf("output folder holds %v", found)
	}
}

// fakeStore fails where a real one cannot be made to.
type fakeStore struct {
	files []crm.File
	err   error
}

func (s fakeStore) UnpublishedFiles(context.Context) ([]crm.File, error) { return s.files, nil }

func (s fakeStore) Staged(context.Context, string) error { return nil }

func (s fakeStore) Sending(context.Context, string) error { return nil }

func (s fakeStore) Unsent(context.Context, string) error { return nil }

func (s fakeStore) Published(context.Context, string, crm.Instant) error { return s.err }

// A run that dies between the appearance of the file and its mark.
func TestDrainAfterALostMark(t *testing.T) {
	t.Parallel()
	f := fileOf(morningName, 1, morningFile)
	db, out := claimed(t, f), t.TempDir()
	failing := dialer.Publisher{Store: fakeStore{files: []crm.File{f}, err: crm.ErrBusy}, Out: out}
	published, err := failing.Drain(t.Context(), paris(t, 9, 31))
	if !errors.Is(err, crm.ErrBusy) || len(published) != 0 || !mentions(err, "is not marked as published", "the next run looks again") {
		t.Errorf("Drain = %v, %v; want the error of the store", published, err)
	}
	before, err := os.Stat(filepath.Join(out, morningName))
	if err != nil {
		t.Fatal(err)
	}
	p := dialer.Publisher{Store: db, Out: out}
	if published, err = p.Drain(t.Context(), paris(t, 9, 32)); err != nil || !slices.Equal(names(published), []string{morningName}) {
		t.Errorf("next Drain = %v, %v; want %s published", published, err, morningName)
	}
	after, err := os.Stat(filepath.Join(out, morningName))
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the file was written again (%v)", err)
	}
}

func TestDrainsTakeTurns(t *testing.T) {
	t.Parallel()
	var files []crm.File
	for _, hour := range []string{"10", "11", "12", "14", "15", "16", "17", "18"} {
		files = append(files, fileOf("PVI/20261123-"+hour+"00-IDF-01.csv", 1, morningFile))
	}
	db, out := claimed(t, files...), t.TempDir()
	drains := make([][]dialer.Publication, 4)
	faults := make([]error, len(drains))
	var group sync.WaitGroup
	for i := range drains {
		group.Go(func() {
			p := dialer.Publisher{Store: db, Out: out}
			drains[i], faults[i] = p.Drain(t.Context(), paris(t, 9, 31))
		})
	}
	group.Wait()
	all := slices.Sorted(slices.Values(names(slices.Concat(drains...))))
	var want []string
	for _, f := range files {
		want = append(want, f.Name)
	}
	if diff := cmp.Diff(want, all); diff != "" || errors.Join(faults...) != nil {
		t.Errorf("published by all drains: %v (-want +got):\n%s", errors.Join(faults...), diff)
	}
}

// A drain that waits for another one ends with its context.
func TestDrainGivesUpWaiting(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	inside, release := make(chan struct{}), make(chan struct{})
	files := []crm.File{fileOf(morningName, 1, morningFile)}
	first := make(chan error, 1)
	go func() {
		p := dialer.Publisher{Store: slowStore{fakeStore{files: files}, inside, release}, Out: out}
		_, err := p.Drain(context.WithoutCancel(t.Context()), paris(t, 9, 31))
		first <- err
	}()
	<-inside
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	p := dialer.Publisher{Store: fakeStore{files: files}, Out: out}
	if _, err := p.Drain(ctx, paris(t, 9, 31)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error = %v, want the end of the context", err)
	}
	close(release)
	if err := <-first; err != nil {
		t.Errorf("the drain that was first: %v", err)
	}
}

// slowStore stops in the middle of a drain.
type slowStore struct {
	fakeStore
	inside, release chan struct{}
}

func (s slowStore) Published(context.Context, string, crm.Instant) error {
	close(s.inside)
	<-s.release
	return nil
}

// A stop cancels a file that a killed drain has begun: it never goes out, and
// nothing of it stays.
func TestCancelledFile(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"staged.commit.before", "stage.rename", "never"} {
		f := fileOf(morningName, 1, morningFile)
		f.SlotKey = "PVI/2026-11-23T10:00"
		next := fileOf("PVB/20261123-1000-IDF-01.csv", 2, "external_id;score\nL8;97\n")
		db, out := claimed(t, f, next), t.TempDir()
		killed := dialer.Publisher{Store: db, Out: out, Fault: failing(when)}
		if when != "never" {
			if _, err := killed.Drain(t.Context(), paris(t, 9, 31)); err == nil || len(stage(t, out)) == 0 {
				t.Fatalf("at %s: %v, %v in the stage area", when, err, stage(t, out))
			}
		}
		p := dialer.Publisher{Store: cancelled{db, f.Name}, Out: out}
		published, err := p.Drain(t.Context(), paris(t, 9, 32))
		if err != nil || !slices.Equal(names(published), []string{next.Name}) {
			t.Errorf("cancelled at %s: Drain = %v, %v; want only %s", when, names(published), err, next.Name)
		}
		if err := p.Discard(t.Context(), f.Dialer, []string{f.Name}); err != nil {
			t.Error(err)
		}
		if over := stage(t, out); len(over) != 0 || tree(t, out)[f.Name+" -rw-------"] != "" {
			t.Errorf("cancelled at %s: left over %v", when, over)
		}
	}
}

// cancelled is a store in which somebody cancels a file just after a drain has
// read it as claimed.
type cancelled struct {
	*store.Store
	name string
}

func (c cancelled) Staged(ctx context.Context, name string) error {
	if name == c.name {
		_, err := c.Store.Stop(ctx, crm.Stop{Runs: []crm.Stopping{{Run: crm.Run{ID: "PVI/2026-11-23T10:00/IDF"}}}, At: 1})
		if err != nil {
			return err
		}
	}
	return c.Store.Staged(ctx, name)
}
