package yamltext

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFaultsAreSortedByFileAndPlace(t *testing.T) {
	t.Parallel()
	faults := &Faults{}
	second := Parse("z.yaml", []byte("a: 1\nb: 2\n"), faults)
	Parse("b.yaml", []byte("a:\n"), faults)
	second.Pairs()[1].Value.Fault(CodeValue, "later", "")
	second.Pairs()[0].Value.Fault(CodeValue, "earlier", "")
	second.Pairs()[0].Value.Fault(CodeValue, "earlier", "")
	faults.Add(Fault{Code: CodeValue, Pos: Pos{"a.yaml", 1, 1}, Message: "of a file nobody parsed"})

	var got []string
	for _, f := range faults.All() {
		got = append(got, f.Error())
	}
	want := []string{
		"z.yaml:1:4: R008 earlier",
		"z.yaml:2:4: R008 later",
		"b.yaml:1:1: R006 `a` has no value",
		"a.yaml:1:1: R008 of a file nobody parsed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if faults.Len() != len(want) {
		t.Errorf("Len is %d", faults.Len())
	}
	if f := faults.File("b.yaml"); f == nil || f.Name != "b.yaml" || faults.File("c.yaml") != nil {
		t.Error("files are not found by name")
	}
}

func TestFaultAt(t *testing.T) {
	t.Parallel()
	root, faults := parse(t, "a: lead.contry in [\"FR\"]\nb: |\n  x and\n  yy\nc: 'l''é'\n")
	at(t, root, "a").FaultAt(5, 11, "R101", "plain", "")
	at(t, root, "b").FaultAt(2, 9, "R101", "from one line to the next", "")
	at(t, root, "b").FaultAt(6, 8, "R101", "second line", "")
	at(t, root, "c").FaultAt(1, 3, "R101", "doubled quote", "")
	at(t, root, "c").FaultAt(3, 3, "R101", "end", "")
	wantTold(t, faults,
		"1:9+6 R101 plain | ",
		"3:5+3 R101 from one line to the next | ",
		"4:3+2 R101 second line | ",
		"5:6+3 R101 doubled quote | ",
		"5:9+1 R101 end | ",
	)
}

func TestFrame(t *testing.T) {
	t.Parallel()
	lines := []string{"a: 1", "\twhen: lead.contry in [\"FR\"]", strings.Repeat("x", 300) + "bad" + strings.Repeat("y", 300)}
	for _, c := range []struct {
		name string
		f    Fault
		want string
	}{
		{
			"word",
			Fault{Pos: Pos{"f", 2, 13}, Width: 6, Hint: "did you mean `country`?"},
			"    2 │ \twhen: lead.contry in [\"FR\"]\n      │ \t           ^^^^^^ did you mean `country`?\n",
		},
		{"no hint", Fault{Pos: Pos{"f", 1, 4}, Width: 1}, "    1 │ a: 1\n      │    ^\n"},
		{"wider than its line", Fault{Pos: Pos{"f", 1, 4}, Width: 9}, "    1 │ a: 1\n      │    ^\n"},
		{"behind the line", Fault{Pos: Pos{"f", 1, 5}, Width: 1}, "    1 │ a: 1\n      │     ^\n"},
		{
			"long line",
			Fault{Pos: Pos{"f", 3, 301}, Width: 3},
			"    3 │ …" + strings.Repeat("x", 80) + "bad" + strings.Repeat("y", 117) + "…\n      │ " + strings.Repeat(" ", 81) + "^^^\n",
		},
		{"no such line", Fault{Pos: Pos{"f", 9, 1}, Hint: "why"}, "why\n"},
		{"nothing to show", Fault{Pos: Pos{"f", 9, 1}}, ""},
	} {
		if diff := cmp.Diff(c.want, Frame(c.f, lines)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	keys := []string{"when", "points", "say", "max_per_slot", "Été"}
	for word, want := range map[string]string{
		"pionts": "points", "poinst": "points", "point": "points", "WHEN": "when", "whn": "when", "max_pr_slot": "max_per_slot", "MaxPerSlot": "max_per_slot",
		"été": "Été", "sya": "say", "xyzzy": "", "": "", "z": "", "percent": "", "no": "",
	} {
		got, ok := Suggest(word, keys)
		if got != want || ok != (want != "") {
			t.Errorf("Suggest(%q) = %q, %v, want %q", word, got, ok, want)
		}
	}
	if got, ok := Suggest("a", []string{"b"}); ok {
		t.Errorf("one letter suggests %q", got)
	}
}
