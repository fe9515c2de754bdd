package yamltext

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestObject(t *testing.T) {
	t.Parallel()
	root, faults := parse(t, "PVI:\n  label: sellers\n  pionts: 3\n  xyzzy: 1\n  When: x\n")
	o := at(t, root, "PVI").Object("campaign PVI")
	if got := o.Take("label").Text(); got != "sellers" {
		t.Errorf("label is %q", got)
	}
	if o.Take("points") != nil || o.Take("when") != nil {
		t.Error("an absent key has a value")
	}
	if o.Need("slots") != nil {
		t.Error("a missing key has a value")
	}
	o.Close()
	wantTold(t, faults,
		"2:3+1 R004 campaign PVI has no `slots` | add a line `slots: ...`",
		"3:3+6 R002 unknown key `pionts` in campaign PVI | did you mean `points`? allowed: label, points, when, slots",
		"4:3+5 R002 unknown key `xyzzy` in campaign PVI | allowed: label, points, when, slots",
		"5:3+4 R002 unknown key `When` in campaign PVI | did you mean `when`? allowed: label, points, when, slots",
	)
}

func TestObjectOfNames(t *testing.T) {
	t.Parallel()
	root, faults := parse(t, "max: 60\nowner: 1\nhouse: 2\n")
	o := root.Object("group fit")
	o.Take("max")
	var names []string
	for _, p := range o.Rest() {
		names = append(names, p.Key.Text()+"="+p.Value.Text())
	}
	if diff := cmp.Diff([]string{"owner=1", "house=2"}, names); diff != "" {
		t.Error(diff)
	}
	wantTold(t, faults)
}

func TestObjectOfSomethingElse(t *testing.T) {
	t.Parallel()
	root, faults := parse(t, "a: [x]\nb: y\n")
	for key, what := range map[string]string{"a": "campaign A", "b": "campaign B"} {
		o := at(t, root, key).Object(what)
		if o.Need("slots") != nil || len(o.Rest()) > 0 || o.Node() != nil {
			t.Errorf("%s is not empty", what)
		}
		o.Close()
	}
	wantTold(t, faults,
		"1:4+1 R007 campaign A must be a mapping (key: value), not a list | write `key: value` lines, indented below it",
		"2:4+1 R007 campaign B must be a mapping (key: value), not a text | write `key: value` lines, indented below it",
	)
}

func TestSpoiledValueIsReportedOnce(t *testing.T) {
	t.Parallel()
	root, faults := parse(t, "a:\nb: !x\nc: d: e\n")
	for _, key := range []string{"a", "b", "c"} {
		n := at(t, root, key)
		o := n.Object("it")
		o.Need("x")
		o.Close()
		_, isList := n.Texts()
		_, isInt := n.Int(0, 1)
		_, isExpression := n.Expression()
		if isList || isInt || isExpression || !n.Spoiled() {
			t.Errorf("%s reads as something", key)
		}
	}
	if faults.Len() != 3 {
		t.Errorf("%d faults, want 3: %v", faults.Len(), told(faults))
	}
}

func TestNilNode(t *testing.T) {
	t.Parallel()
	var n *Node
	o := n.Object("nothing")
	o.Need("x")
	o.Close()
	n.Fault(CodeValue, "never", "")
	_, word := n.Word()
	_, list := n.List("it")
	_, percent := n.Percent()
	if word || list || percent || n.Kind() != 0 || n.Text() != "" || n.Raw() != "" || n.File().Lines() != nil || n.InFlow() || n.Block() || n.Quoted() {
		t.Error("a nil node reads as something")
	}
}
