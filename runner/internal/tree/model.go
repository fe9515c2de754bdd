package tree

import "encoding/json"

// Format names the form of the JSON that [Model] is written in.
const Format = "callsheet-tree/1"

// Model is a tree with what it was learnt from.
type Model struct {
	Dataset *Dataset
	Limits  Limits
	Nodes   []Node
	// Training is its quality on the rows that it was learnt from, HeldOut that
	// of a tree grown likewise from four rows of five, on the fifth.
	Training, HeldOut Quality
}

// holdOut is every how many rows one is held out, beginning with the first.
const holdOut = 5

// Learn grows the tree of all rows, and measures it. settled may be nil; it is
// told of rows that have found their leaf, 1.8 times as many as there are.
func Learn(d *Dataset, limits Limits, settled func(rows int)) *Model {
	m := &Model{Dataset: d, Limits: limits, Nodes: Grow(d, nil, limits, settled)}
	m.Training = Measure(d, m.Nodes, nil)
	var learnt, held []int32
	for row := range int32(d.Rows()) {
		if row%holdOut == 0 {
			held = append(held, row)
		} else {
			learnt = append(learnt, row)
		}
	}
	if len(learnt) > 0 {
		m.HeldOut = Measure(d, Grow(d, learnt, limits, settled), held)
	}
	return m
}

// MarshalJSON writes the model so that it can be used without this package:
// begin at nodes[0]; while a node has a column, go to its left when the row's
// value is at_most that number, or is not the text in is, else to its right. An
// empty number goes right, an empty text left. Equal models are equal bytes.
func (m *Model) MarshalJSON() ([]byte, error) {
	type column struct {
		Name string `json:"name"`
		Kind string `json:"kind"`
	}
	type node struct {
		Column *int     `json:"column,omitempty"`
		AtMost *float64 `json:"at_most,omitempty"`
		Is     *string  `json:"is,omitempty"`
		Left   int      `json:"left,omitempty"`
		Right  int      `json:"right,omitempty"`
		Rows   int      `json:"rows"`
		Counts []int64  `json:"counts"`
		Gini   float64  `json:"gini"`
	}
	d := m.Dataset
	columns := make([]column, len(d.Columns))
	for i, c := range d.Columns {
		columns[i] = column{c.Name, "text"}
		if c.Numeric {
			columns[i].Kind = "number"
		}
	}
	nodes := make([]node, len(m.Nodes))
	for i := range m.Nodes {
		n := &m.Nodes[i]
		nodes[i] = node{Left: n.Left, Right: n.Right, Rows: n.Rows, Counts: n.Counts, Gini: n.Gini()}
		if n.Column < 0 {
			continue
		}
		nodes[i].Column = &n.Column
		if d.Columns[n.Column].Numeric {
			nodes[i].AtMost = &n.AtMost
		} else {
			nodes[i].Is = &n.Is
		}
	}
	return json.Marshal(struct {
		Format   string   `json:"format"`
		Dataset  string   `json:"dataset_sha256"`
		Rows     int      `json:"rows"`
		Label    string   `json:"label"`
		Classes  []string `json:"classes"`
		MaxDepth int      `json:"max_depth"`
		MinLeaf  int      `json:"min_samples_leaf"`
		Training Quality  `json:"training"`
		HeldOut  Quality  `json:"held_out"`
		Columns  []column `json:"columns"`
		Nodes    []node   `json:"nodes"`
	}{Format, d.SHA256, d.Rows(), d.Label, d.Classes, m.Limits.MaxDepth, m.Limits.MinLeaf, m.Training, m.HeldOut, columns, nodes})
}
