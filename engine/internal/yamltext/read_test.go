package yamltext

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReaders(t *testing.T) {
	t.Parallel()
	word := func(n *Node) (any, bool) { return n.Word() }
	number := func(n *Node) (any, bool) { return n.Int(-5, 90) }
	boolean := func(n *Node) (any, bool) { return n.Bool() }
	texts := func(n *Node) (any, bool) { return n.Texts() }
	oneOf := func(n *Node) (any, bool) { return n.OneOf("comma", "semicolon", "pipe") }
	duration := func(n *Node) (any, bool) { return n.Duration() }
	percent := func(n *Node) (any, bool) { return n.Percent() }
	const (
		noInt      = "is not a whole number from -5 to 90, such as 10 | "
		noDuration = "is not a length of time, such as 30m, 72h or 14d | write a whole number and m, h or d: 14d moves the date, 72h counts hours"
		noPercent  = "is not a percentage, such as 30% | write a number and a percent sign: 30%"
	)
	for _, c := range []struct {
		name  string
		read  func(*Node) (any, bool)
		value string
		want  any
		fault string // "" = it reads
	}{
		{"word", word, "08", "08", ""},
		{"word like a boolean", word, "no", "no", ""},
		{"empty word", word, `""`, "", ""},
		{"list as word", word, "[a]", "", "1:4+1 R007 expected a text, such as morning, not a list | write one value behind the colon"},
		{"mapping as word", word, "{b: c}", "", "1:4+1 R007 expected a text, such as morning, not a mapping | write one value behind the colon"},
		{"number", number, "60", 60, ""},
		{"negative number", number, "-5", -5, ""},
		{"quoted number", number, `"7"`, 7, ""},
		{"number too small", number, "-6", 0, "1:4+2 R008 `-6` " + noInt},
		{"number too large", number, "91", 0, "1:4+2 R008 `91` " + noInt},
		{"number beyond all", number, "99999999999999999999", 0, "1:4+20 R008 `99999999999999999999` " + noInt},
		{"number with a plus", number, "+5", 0, "1:4+2 R008 `+5` " + noInt},
		{"number with decimals", number, "1.5", 0, "1:4+3 R008 `1.5` " + noInt},
		{"empty number", number, "''", 0, "1:5+1 R008 `` " + noInt},
		{"true", boolean, "true", true, ""},
		{"false", boolean, "false", false, ""},
		{"no", boolean, "no", false, "1:4+2 R008 `no` is not true or false | write false"},
		{"on", boolean, "on", false, "1:4+2 R008 `on` is not true or false | write true"},
		{"True", boolean, "True", false, "1:4+4 R008 `True` is not true or false | write true"},
		{"maybe", boolean, "maybe", false, "1:4+5 R008 `maybe` is not true or false | write true or false"},
		{"texts", texts, "[a, \"08\", c]", []string{"a", "08", "c"}, ""},
		{"no texts", texts, "[]", []string(nil), ""},
		{"list in texts", texts, "[a, [b], c]", []string{"a", "c"}, "1:8+1 R007 expected a text, such as morning, not a list | write one value behind the colon"},
		{"one text", texts, "a", []string(nil), "1:4+1 R007 this must be a list, not a text | write `- item` lines, or [a, b]"},
		{"one of", oneOf, "pipe", "pipe", ""},
		{"one of, misspelt", oneOf, "semicolom", "", "1:4+9 R008 `semicolom` is not one of the words allowed here | did you mean `semicolon`? allowed: comma, semicolon, pipe"},
		{"one of, nonsense", oneOf, "xyz", "", "1:4+3 R008 `xyz` is not one of the words allowed here | allowed: comma, semicolon, pipe"},
		{"minutes", duration, "30m", Duration{Clock: 30 * time.Minute}, ""},
		{"hours", duration, "72h", Duration{Clock: 72 * time.Hour}, ""},
		{"days", duration, "14d", Duration{Days: 14}, ""},
		{"no unit", duration, "14", Duration{}, "1:4+2 R008 `14` " + noDuration},
		{"two units", duration, "1h30m", Duration{}, "1:4+5 R008 `1h30m` " + noDuration},
		{"weeks", duration, "2w", Duration{}, "1:4+2 R008 `2w` " + noDuration},
		{"negative duration", duration, "-3d", Duration{}, "1:4+3 R008 `-3d` " + noDuration},
		{"more than 100 years", duration, "9999999999h", Duration{}, "1:4+11 R008 `9999999999h` " + noDuration},
		{"percent", percent, "30%", 0.3, ""},
		{"percent with decimals", percent, "2.5%", 0.025, ""},
		{"percent without its sign", percent, "30", 0.0, "1:4+2 R008 `30` " + noPercent},
		{"percent in words", percent, "NaN%", 0.0, "1:4+4 R008 `NaN%` " + noPercent},
		{"percent beyond sense", percent, "1001%", 0.0, "1:4+5 R008 `1001%` " + noPercent},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root, faults := parse(t, fmt.Sprintf("a: %s\n", c.value))
			got, ok := c.read(at(t, root, "a"))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
			if ok != (c.fault == "") {
				t.Errorf("ok is %v", ok)
			}
			if c.fault == "" {
				wantTold(t, faults)
				return
			}
			wantTold(t, faults, c.fault)
		})
	}
}
