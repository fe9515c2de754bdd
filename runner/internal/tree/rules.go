package tree

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Word is the field of the vocabulary that a column is about.
type Word struct {
	Name    string // "lead.visits"
	Label   string
	Boolean bool
	Number  bool
	// Filled says that it is never empty.
	Filled bool
	// Values are those that a choice may have; none for other fields.
	Values []string
}

// Threshold is how many points of a tree's rules mean its last class.
const Threshold = 51

// Rules writes the tree as a group of point rules for scoring.yaml: one rule a
// leaf, whose condition is the way to it and whose points are the share of the
// last class in percent. Exactly one of them holds for any lead, and it gives
// [Threshold] points or more when the tree says the last class, whatever is
// empty. find gives the field of a column.
func Rules(m *Model, find func(column string) (Word, bool)) (string, error) {
	d := m.Dataset
	if len(d.Classes) != 2 {
		return "", fmt.Errorf("the label has the %d classes %s: points tell two apart; write JSON instead (--as json)",
			len(d.Classes), strings.Join(d.Classes, ", "))
	}
	w := writer{m: m, words: make([]Word, len(d.Columns))}
	for i := range m.Nodes {
		if err := w.check(&m.Nodes[i], find); err != nil {
			return "", err
		}
	}
	fmt.Fprintf(&w.text, `# A decision tree learnt from %d rows (sha256 %s): %d points or more foretell that %s is %s.
# Put the group under groups: in scoring.yaml, then: callsheet check
  tree:
    max: 100
    rules:
`, d.Rows(), d.SHA256[:12], Threshold, d.Label, d.Classes[1])
	w.leaves(0, nil)
	return w.text.String(), nil
}

type writer struct {
	m     *Model
	words []Word // by column; only those asked are filled
	text  strings.Builder
	leaf  int
}

// check finds the field of a node's column and whether it can be compared so.
func (w *writer) check(n *Node, find func(string) (Word, bool)) error {
	if n.Column < 0 {
		return nil
	}
	c := w.m.Dataset.Columns[n.Column]
	word, ok := find(c.Name)
	fits := word.Number == c.Numeric && !word.Boolean
	if word.Boolean {
		fits = c.Numeric && n.AtMost >= 0 && n.AtMost <= 1 || !c.Numeric && (n.Is == "true" || n.Is == "false")
	}
	switch {
	case !ok:
		return fmt.Errorf("column %s is no field of a lead: add it to rules/fields.yaml with custom: true, or leave it out of the file", c.Name)
	case !fits:
		return fmt.Errorf("column %s and field %s are of different types: change one of them", c.Name, word.Name)
	case !c.Numeric && word.Values != nil && !slices.Contains(word.Values, n.Is):
		return fmt.Errorf("column %s holds %q, which %s never is: add the value to rules/fields.yaml, or mend the file", c.Name, n.Is, word.Name)
	}
	w.words[n.Column] = word
	return nil
}

// bound writes a number so that nobody takes its point for one that groups
// thousands, which rule files refuse.
func bound(n float64) string {
	text := number(n)
	if _, decimals, _ := strings.Cut(text, "."); len(decimals) == 3 {
		text += "0"
	}
	return text
}

// turn is one step on the way to a leaf.
type turn struct {
	node *Node
	left bool
}

func (w *writer) leaves(at int, way []turn) {
	n := &w.m.Nodes[at]
	if n.Column >= 0 {
		w.leaves(n.Left, append(way, turn{n, true}))
		w.leaves(n.Right, append(way, turn{n, false}))
		return
	}
	w.leaf++
	points := math.Round(100 * n.Share(1))
	if n.Class() == 1 {
		points = max(points, Threshold)
	} else {
		points = min(points, Threshold-1)
	}
	if points == 0 {
		return // as good as no rule
	}
	fmt.Fprintf(&w.text, "      leaf_%d:\n        when: |\n          %s\n        points: %d\n        say: %d of %d rows with %s %s\n",
		w.leaf, w.condition(way), int(points), n.Counts[1], n.Rows, w.m.Dataset.Label, w.m.Dataset.Classes[1])
}

// condition is the way to a leaf, one part for each column asked.
func (w *writer) condition(way []turn) string {
	var parts []string
	for column := range w.words {
		var about []turn
		for _, t := range way {
			if t.node.Column == column {
				about = append(about, t)
			}
		}
		if len(about) > 0 {
			parts = append(parts, w.about(column, about))
		}
	}
	if parts == nil {
		return "true"
	}
	return strings.Join(parts, "\n          and ")
}

func (w *writer) about(column int, turns []turn) string {
	word := w.words[column]
	switch {
	case word.Boolean:
		return w.yesOrNo(column, turns)
	case word.Number:
		return between(word, turns)
	}
	return oneOf(word, turns)
}

// between is the narrowest range of the turns. Empty goes right, so that an
// upper bound keeps it out.
func between(word Word, turns []turn) string {
	low, high := math.Inf(-1), math.Inf(1)
	for _, t := range turns {
		if t.left {
			high = min(high, t.node.AtMost)
		} else {
			low = max(low, t.node.AtMost)
		}
	}
	above := word.Name + " > " + bound(low)
	switch {
	case math.IsInf(low, -1):
		return word.Name + " <= " + bound(high)
	case !math.IsInf(high, 1):
		return above + " and " + word.Name + " <= " + bound(high)
	}
	return orEmpty(word, above)
}

// oneOf says which text it is, or which ones it is not. Empty goes left: it is
// none of them.
func oneOf(word Word, turns []turn) string {
	var others []string
	for _, t := range turns {
		if !t.left {
			return word.Name + " == " + strconv.Quote(t.node.Is)
		}
		others = append(others, strconv.Quote(t.node.Is))
	}
	if len(others) == 1 {
		return orEmpty(word, word.Name+" != "+others[0])
	}
	return orEmpty(word, word.Name+" not in ["+strings.Join(others, ", ")+"]")
}

// yesOrNo is for fields that are true or false, which the file writes as 1 and
// 0 or as words: what the turns leave of true, false and empty.
func (w *writer) yesOrNo(column int, turns []turn) string {
	word, numeric := w.words[column], w.m.Dataset.Columns[column].Numeric
	yes, no, empty := true, true, true
	for _, t := range turns {
		yesLeft, noLeft, emptyLeft := t.node.AtMost >= 1, true, false
		if !numeric {
			yesLeft, noLeft, emptyLeft = t.node.Is != "true", t.node.Is != "false", true
		}
		yes = yes && yesLeft == t.left
		no = no && noLeft == t.left
		empty = empty && emptyLeft == t.left
	}
	switch {
	case yes && no:
		return word.Name + " != nil"
	case yes && empty:
		return orEmpty(word, word.Name)
	case no && empty:
		return orEmpty(word, "not "+word.Name)
	case yes:
		return word.Name
	case no:
		return "not " + word.Name
	}
	return word.Name + " == nil"
}

func orEmpty(word Word, condition string) string {
	if word.Filled {
		return condition
	}
	return "(" + word.Name + " == nil or " + condition + ")"
}
