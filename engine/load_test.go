package engine_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"callsheet/engine"
)

// folder is the files as a file system.
func folder(files engine.Sources) fstest.MapFS {
	dir := fstest.MapFS{}
	for name, text := range files {
		dir[name] = &fstest.MapFile{Data: text}
	}
	return dir
}

func load(t *testing.T, own, shipped fstest.MapFS) *engine.RuleBook {
	t.Helper()
	b, err := engine.Load(own, shipped)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// only keeps the files of these names.
func only(files engine.Sources, names ...string) engine.Sources {
	some := maps.Clone(files)
	maps.DeleteFunc(some, func(name string, _ []byte) bool { return !slices.Contains(names, name) })
	return some
}

func TestLoadTakesMissingFilesFromTheShippedBook(t *testing.T) {
	t.Parallel()
	all := small(t)
	own := folder(only(edited(t, all, edit{"scoring.yaml", "points: 25", "points: 30"}), "campaigns.yaml", "scoring.yaml"))
	b := load(t, own, folder(all))
	whole := load(t, folder(edited(t, all, edit{"scoring.yaml", "points: 25", "points: 30"})), nil)
	if b.Version != whole.Version {
		t.Errorf("version %s with the shipped files, want %s as with own ones", b.Short(), whole.Short())
	}
	if b.Files != 11 {
		t.Errorf("Files = %d, want 11: tests are not inherited", b.Files)
	}
	if len(b.Inherited) != 9 || slices.Contains(b.Inherited, "scoring.yaml") || !slices.Contains(b.Inherited, "rules/leads.yaml") {
		t.Errorf("Inherited = %v, want the nine files that the folder lacks", b.Inherited)
	}
	if len(whole.Inherited) != 0 {
		t.Errorf("Inherited = %v of a whole book, want none", whole.Inherited)
	}
}

// Of the shipped packs a book has those that it names, so that it need not know
// the holidays of the others. One that it misspells is looked for among all.
func TestLoadTakesThePacksThatTheBookNames(t *testing.T) {
	t.Parallel()
	shipped := small(t)
	shipped["rules/packs/moon.yaml"] = []byte(`pack: moon
label: Moon
notice: Not legal advice.
status: draft
rules:
  MOON-1:
    source: none
    effective_from: 2026-01-01
    windows:
      - {days: [mon], from: "10:00", to: "11:00"}
    calendar: LUNAR
`)
	own := only(small(t), "campaigns.yaml")
	b := load(t, folder(own), folder(shipped))
	if slices.Contains(b.Inherited, "rules/packs/moon.yaml") || !slices.Contains(b.Inherited, "rules/packs/fr.yaml") {
		t.Errorf("Inherited = %v, want the pack fr and not moon", b.Inherited)
	}
	_, err := engine.Load(folder(edited(t, own, edit{"campaigns.yaml", "packs: [fr]", "packs: [moo]"})), folder(shipped))
	if err == nil || !strings.Contains(err.Error(), "did you mean `moon`?") {
		t.Errorf("Load of a misspelt pack: %v, want moon to be offered", err)
	}
}

// TestLoadSaysWhenAFileHasAnotherEnding: the shipped scoring would otherwise
// take the place of the analyst's without a word.
func TestLoadSaysWhenAFileHasAnotherEnding(t *testing.T) {
	t.Parallel()
	files := small(t)
	files["scoring.yml"] = files["scoring.yaml"]
	delete(files, "scoring.yaml")
	_, err := engine.Load(folder(files), folder(small(t)))
	want := "scoring.yml:1:1: R201 this file is not read: did you mean scoring.yaml?"
	if err == nil || err.Error() != want {
		t.Errorf("Load: %v\nwant  %s", err, want)
	}
}

func TestLoadNeverInheritsCampaigns(t *testing.T) {
	t.Parallel()
	_, err := engine.Load(fstest.MapFS{}, folder(small(t)))
	var faults *engine.Faults
	if !errors.As(err, &faults) {
		t.Fatalf("Load: %v, want *Faults", err)
	}
	want := "campaigns.yaml:1:1: R206 the rule book has no campaigns.yaml: a rule book begins with this file: name its folder with --rules"
	if err.Error() != want {
		t.Errorf("Load: %v\nwant  %s", err, want)
	}
}

func TestLoadNeverInheritsTests(t *testing.T) {
	t.Parallel()
	shipped := small(t)
	shipped["rules/recorded/bad_test.yaml"] = []byte("a: 1\n")
	b := load(t, folder(only(shipped, "campaigns.yaml")), folder(shipped))
	if b.Files != 11 {
		t.Errorf("Files = %d, want 11", b.Files)
	}
}

func TestLoadWithoutTests(t *testing.T) {
	t.Parallel()
	files := small(t)
	delete(files, "rules/small_test.yaml")
	if b := load(t, folder(files), nil); b.Version != load(t, folder(small(t)), nil).Version {
		t.Error("the version depends on the tests")
	}
}

func TestLoadLooksAtYAMLFilesOnly(t *testing.T) {
	t.Parallel()
	files := small(t)
	for _, name := range []string{"rules/.leads.yaml.swp", "rules/.hidden.yaml", "rules/.git/x.yaml", "rules/notes.txt", "rules/REJECTED.txt", "other.yaml"} {
		files[name] = []byte("nobody reads this: [\n")
	}
	if b := load(t, folder(files), nil); b.Files != 12 {
		t.Errorf("Files = %d, want 12", b.Files)
	}
}

func TestLoadReadsRecordedTests(t *testing.T) {
	t.Parallel()
	files := small(t)
	files["rules/recorded/one_test.yaml"] = files["rules/small_test.yaml"]
	if b := load(t, folder(files), nil); b.Files != 13 {
		t.Errorf("Files = %d, want 13", b.Files)
	}
}

// write puts the files below a folder of the disk.
func write(t *testing.T, dir string, files engine.Sources) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A folder in the place of a rule file must not let the shipped file stand in.
func TestLoadRefusesFoldersNamedLikeFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"campaigns.yaml", "scoring.yaml", "rules/fields.yaml", "rules/packs/fr.yaml"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			files := small(t)
			delete(files, name)
			write(t, dir, files)
			if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
				t.Fatal(err)
			}
			_, err := engine.Load(os.DirFS(dir), folder(small(t)))
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("Load: %v, want an error about %s", err, name)
			}
		})
	}
}

// A mounted ConfigMap is links to a hidden folder.
func TestLoadFollowsLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "..data"), small(t))
	for _, name := range []string{"campaigns.yaml", "scoring.yaml", "rules"} {
		if err := os.Symlink(filepath.Join("..data", name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	moved := filepath.Join(dir, "..data", "packs")
	if err := os.Rename(filepath.Join(dir, "..data", "rules", "packs"), moved); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(moved, filepath.Join(dir, "..data", "rules", "packs")); err != nil {
		t.Fatal(err)
	}
	b, err := engine.Load(os.DirFS(dir), nil)
	if err != nil || len(b.Packs) != 1 {
		t.Fatalf("Load through links: %v, want the book with its pack", err)
	}
	if err := os.Symlink(filepath.Join(dir, "..data", "rules"), filepath.Join(dir, "..data", "rules", "again")); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Load(os.DirFS(dir), nil); err == nil || !strings.Contains(err.Error(), "a link leads back") {
		t.Errorf("Load of a circle of links: %v, want an error that says so", err)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	files := small(t)
	version := load(t, folder(files), nil).Version
	if len(version) != 64 {
		t.Errorf("version %q, want a SHA-256 in hex", version)
	}
	cases := []struct {
		name  string
		edit  edit
		other bool
	}{
		{"a comment", edit{"scoring.yaml", "model: small", "# a remark\nmodel: small # and another"}, false},
		{"quotes", edit{"scoring.yaml", "model: small", `model: "small"`}, false},
		{"layout", edit{"scoring.yaml", "limits: {min: 0, max: 100}", "limits:\n\n  min: 0\n  max: 100"}, false},
		{"a text block", edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: |\n        lead.score >= 20"}, false},
		{"a test", edit{"rules/small_test.yaml", "an owner:", "a seller:"}, false},
		{"a number", edit{"scoring.yaml", "points: 25", "points: 26"}, true},
		{"a sentence", edit{"scoring.yaml", "owns the property", "owns it"}, true},
		{"the order of entries", edit{"campaigns.yaml", `["75", "77"]`, `["77", "75"]`}, true},
		{"an expression", edit{"campaigns.yaml", "lead.score >= 20", "lead.score > 20"}, true},
		{"a date of the law", edit{"rules/packs/fr.yaml", "2026-08-10", "2026-08-09"}, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := load(t, folder(edited(t, files, c.edit)), nil).Version
			if (got != version) != c.other {
				t.Errorf("version changed: %v, want %v", got != version, c.other)
			}
		})
	}
}
