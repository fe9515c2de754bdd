package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"callsheet/engine"
)

// faultCase is one mistake in the small book, and everything that is said
// about it.
type faultCase struct {
	name string
	edit edit
	want []string
}

func checkFaults(t *testing.T, cases []faultCase) {
	t.Helper()
	book := small(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := edited(t, book, c.edit)
			if diff := cmp.Diff(c.want, faultsOf(t, files)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			agree(t, files, c.edit.file, schemasOf(t, files))
		})
	}
}

func TestGoodBooksHaveNoFaults(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]engine.Sources{"small": small(t), "shipped": shippedFiles(t)} {
		if faults := faultsOf(t, files); faults != nil {
			t.Errorf("%s:\n%s", name, strings.Join(faults, "\n"))
		}
	}
}

// Ten different mistakes in four files are told at once, each with its place.
func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	files := edited(t, small(t),
		edit{"campaigns.yaml", `from: "14:00", to: "17:00"`, `from: "22:00", to: "02:00"`},
		edit{"campaigns.yaml", "lead_types: [RDVVQ]", "lead_types: [RDVQ]"},
		edit{"campaigns.yaml", "max_per_slot: 3", "max_per_slots: 3"},
		edit{"campaigns.yaml", "warm: lead.score >= 20", "warm: lead.scroe >= 20"},
		edit{"scoring.yaml", "points: 25", "pionts: 25"},
		edit{"scoring.yaml", "half_life: 14d", "half_life: 14"},
		edit{"rules/dialers.yaml", "delimiter: semicolon", "delimiter: |"},
		edit{"rules/dialers.yaml", "header: true", "header: yes"},
		edit{"rules/wrapups.yaml", "status: refused", "status: refuse"},
		edit{"rules/wrapups.yaml", "after: 4h", "after: 4"},
	)
	want := []string{
		"campaigns.yaml:6:6 R205", "campaigns.yaml:22:18 R008", "campaigns.yaml:26:5 R002", "campaigns.yaml:28:18 R101",
		"rules/dialers.yaml:4:16 R021", "rules/dialers.yaml:5:13 R008",
		"rules/wrapups.yaml:11:12 R008", "rules/wrapups.yaml:15:13 R008",
		"scoring.yaml:9:9 R002", "scoring.yaml:17:22 R008",
	}
	var got []string
	for _, line := range faultsOf(t, files) {
		place, rest, _ := strings.Cut(line, ": ")
		code, _, _ := strings.Cut(rest, " ")
		got = append(got, place+" "+code)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

// A file that cannot be read is one fault, not one in every file that uses its
// names.
func TestOneBrokenFileIsOneFault(t *testing.T) {
	t.Parallel()
	for name := range small(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := small(t)
			files[name] = append([]byte("a: [b\n"), files[name]...)
			got := faultsOf(t, files)
			if len(got) == 0 || slices.ContainsFunc(got, func(line string) bool { return !strings.HasPrefix(line, name+":") }) {
				t.Errorf("faults:\n%s\nwant some, all in %s", strings.Join(got, "\n"), name)
			}
		})
	}
}

func TestEmptyFilesAreRefused(t *testing.T) {
	t.Parallel()
	for name := range small(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := small(t)
			files[name] = []byte("# nothing but a comment\n")
			got := faultsOf(t, files)
			if len(got) != 1 || !strings.HasPrefix(got[0], name+":1:1: R013 ") {
				t.Errorf("faults: %q, want R013 at the beginning of %s alone", got, name)
			}
		})
	}
}

func TestMissingFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"campaigns.yaml", "scoring.yaml", "rules/leads.yaml", "rules/callbacks.yaml", "rules/wrapups.yaml", "rules/recovery.yaml",
		"rules/transfers.yaml", "rules/dialers.yaml", "rules/calendars.yaml",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := small(t)
			delete(files, name)
			got := faultsOf(t, files)
			if len(got) != 1 || !strings.HasPrefix(got[0], name+":1:1: R206 the rule book has no "+name) {
				t.Errorf("faults: %q, want R206 for %s alone", got, name)
			}
		})
	}
}

func TestUnknownFiles(t *testing.T) {
	t.Parallel()
	const all = "rule files are rules/fields.yaml, rules/leads.yaml, rules/callbacks.yaml, rules/wrapups.yaml, rules/recovery.yaml, " +
		"rules/transfers.yaml, rules/dialers.yaml, rules/calendars.yaml, rules/packs/NAME.yaml and rules/NAME_test.yaml"
	for name, hint := range map[string]string{
		"rules/field.yaml":           "did you mean rules/fields.yaml?",
		"rules/leads.yml":            "did you mean rules/leads.yaml?",
		"rules/something.yaml":       all,
		"rules/packs/fr.yml":         all,
		"rules/old/some_test.yaml":   all,
		"rules/recorded/notest.yaml": all,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := small(t)
			files[name] = []byte("a: 1\n")
			want := []string{name + ":1:1: R201 no rule book has a file of this name: " + hint}
			if diff := cmp.Diff(want, faultsOf(t, files)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTwoPacks(t *testing.T) {
	t.Parallel()
	files := small(t)
	files["rules/packs/zz.yaml"] = files["rules/packs/fr.yaml"]
	var got []string
	for _, line := range faultsOf(t, files) {
		place, rest, _ := strings.Cut(line, ": ")
		code, _, _ := strings.Cut(rest, " ")
		got = append(got, place+" "+code)
	}
	want := []string{
		"rules/packs/zz.yaml:1:7 R203", "rules/packs/zz.yaml:6:3 R203", "rules/packs/zz.yaml:14:3 R203",
		"rules/packs/zz.yaml:19:3 R203", "rules/packs/zz.yaml:24:3 R203",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a pack of the same name and rules (-want +got):\n%s", diff)
	}
}

// The frame shows the line and marks the place.
func TestFaultFrame(t *testing.T) {
	t.Parallel()
	_, err := engine.Compile(edited(t, small(t), edit{"campaigns.yaml", "warm: lead.score", "warm: lead.scroe"}))
	faults, ok := err.(*engine.Faults) //nolint:errorlint // Compile gives no other error
	if !ok || len(faults.List) != 1 {
		t.Fatalf("Compile: %v, want one fault", err)
	}
	want := "   28 │       warm: lead.scroe >= 20\n      │                  ^^^^^ did you mean score?\n"
	if diff := cmp.Diff(want, faults.List[0].Frame); diff != "" {
		t.Errorf("frame (-want +got):\n%s", diff)
	}
	if faults.Files != 12 {
		t.Errorf("Files = %d, want 12", faults.Files)
	}
}
