package ruletest_test

import (
	"maps"
	"strings"
	"testing"

	"callsheet/engine"
	"callsheet/engine/ruletest"
)

// Whatever condition of the shipped rules is turned into its opposite, a test
// fails: full coverage means something.
func TestEveryRuleMatters(t *testing.T) {
	t.Parallel()
	files := sources(t)
	tried := 0
	for _, n := range compiled(t, files).Named() {
		if n.Condition == nil {
			continue
		}
		source := n.Condition.Source()
		lines := strings.SplitAfter(string(files[n.File]), "\n")
		if !strings.Contains(lines[n.Line-1], source) {
			continue // stands on several lines
		}
		lines[n.Line-1] = strings.Replace(lines[n.Line-1], source, "not ("+source+")", 1)
		edited := maps.Clone(files)
		edited[n.File] = []byte(strings.Join(lines, ""))
		book, err := engine.Compile(edited)
		if err != nil {
			t.Errorf("%s: %v", n.Name, err)
			continue
		}
		tried++
		if ruletest.Run(book, ruletest.Options{}).Failed() == 0 {
			t.Errorf("%s:%d %s: no test fails when it is the opposite", n.File, n.Line, n.Name)
		}
	}
	if tried < 30 {
		t.Errorf("only %d conditions were tried", tried)
	}
}
