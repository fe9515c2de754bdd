package yamltext

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// firstFault parses a source that is too much, and returns the code and place of its first fault.
func firstFault(src string) (string, *Node) {
	faults := &Faults{}
	root := Parse("f.yaml", []byte(src), faults)
	all := faults.All()
	if len(all) == 0 {
		return "none", root
	}
	return fmt.Sprintf("%s at %d:%d", all[0].Code, all[0].Pos.Line, all[0].Pos.Column), root
}

func TestLimits(t *testing.T) {
	t.Parallel()
	line := "a: " + strings.Repeat("x", 60) + "\n"
	bomb := "a: &a [x, x]\n"
	for i := range 9 {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c]\n", 'b'+i, 'b'+i, 'a'+i, 'a'+i)
	}
	indented := ""
	for i := range 101 {
		indented += strings.Repeat(" ", i) + "a:\n"
	}
	indented += strings.Repeat(" ", 101) + "a: 1\n"
	for _, c := range []struct{ name, src, want string }{
		{"1 MB", "b: |\n" + strings.Repeat("  x\n", (MaxSize-5)/4), "none"},
		{"more than 1 MB", strings.Repeat(line, MaxSize/len(line)+1), "R012 at 1:1"},
		{"20 000 brackets", "a: 1\nb: " + strings.Repeat("[", 20_000) + "\n", "R022 at 2:104"},
		{"20 000 closed brackets", "a: " + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + "\n", "R022 at 1:104"},
		{"20 000 dashes", strings.Repeat("- ", 20_000) + "a\n", "R001 at 1:1"},
		{"100 brackets", strings.Repeat("[", 100) + strings.Repeat("]", 100), "none"},
		{"101 brackets", strings.Repeat("[", 101) + strings.Repeat("]", 101), "R022 at 1:101"},
		{"102 levels of keys", indented, "R022 at 101:101"},
		{"bomb of aliases", bomb, "R016 at 1:4"},
		{"list of itself", "a: &a [*a]\n", "R016 at 1:4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, _ := firstFault(c.src); got != c.want {
				t.Errorf("first fault is %s, want %s", got, c.want)
			}
		})
	}
}

func TestAHundredThousandFaults(t *testing.T) {
	t.Parallel()
	faults := &Faults{}
	root := Parse("f.yaml", []byte("{"+strings.Repeat("a, ", 100_000)+"}"), faults)
	if root == nil || faults.Len() < 100_000 {
		t.Errorf("%d faults", faults.Len())
	}
	last := faults.All()[faults.Len()-1]
	if diff := cmp.Diff(Pos{"f.yaml", 1, 299_999}, last.Pos); diff != "" {
		t.Error(diff)
	}
}
