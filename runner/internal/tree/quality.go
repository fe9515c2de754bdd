package tree

import (
	"cmp"
	"slices"
)

// Leaf is the place of the leaf in which a row of the dataset ends.
func Leaf(d *Dataset, nodes []Node, row int) int {
	at := 0
	for nodes[at].Column >= 0 {
		n := &nodes[at]
		c := d.Columns[n.Column]
		if c.goesLeft(c.code[row], n.code) {
			at = n.Left
		} else {
			at = n.Right
		}
	}
	return at
}

// Quality says how well a tree foretells the labels of some rows.
type Quality struct {
	Rows     int     `json:"rows"`
	Accuracy float64 `json:"accuracy"` // share of rows whose class is right
	// Confusion counts rows by their class and, within, by the class foretold.
	Confusion [][]int `json:"confusion"`
	// AUC is the chance that a row of the last class gets a higher share than
	// one of the first, ties counting half; Lift is how many times more of the
	// last class are among the tenth of the rows with the highest shares than
	// among all. Only for two classes of which both came.
	AUC  *float64 `json:"auc,omitempty"`
	Lift *float64 `json:"top_decile_lift,omitempty"`
}

// Measure lets a tree foretell rows, all of the dataset when rows is nil.
func Measure(d *Dataset, nodes []Node, rows []int32) Quality {
	if rows == nil {
		rows = make([]int32, d.Rows())
		for i := range rows {
			rows[i] = int32(i)
		}
	}
	q := Quality{Rows: len(rows), Confusion: make([][]int, len(d.Classes))}
	for i := range q.Confusion {
		q.Confusion[i] = make([]int, len(d.Classes))
	}
	foretold := make([]foretelling, len(rows))
	right := 0
	for i, row := range rows {
		leaf := &nodes[Leaf(d, nodes, int(row))]
		class := int(d.class[row])
		q.Confusion[class][leaf.Class()]++
		if class == leaf.Class() {
			right++
		}
		foretold[i] = foretelling{leaf.Share(len(d.Classes) - 1), class == len(d.Classes)-1}
	}
	if len(rows) > 0 {
		q.Accuracy = float64(right) / float64(len(rows))
	}
	if len(d.Classes) == 2 {
		q.AUC, q.Lift = ranked(foretold)
	}
	return q
}

type foretelling struct {
	share float64
	is    bool
}

// ranked is the area under the receiver's operating characteristic, by Mann
// and Whitney's rank sum, and the lift of the first tenth, rounded down but one
// row at least; rows of one share keep their order.
func ranked(rows []foretelling) (auc, lift *float64) {
	positives := 0
	for _, r := range rows {
		if r.is {
			positives++
		}
	}
	negatives := len(rows) - positives
	if positives == 0 || negatives == 0 {
		return nil, nil
	}
	slices.SortStableFunc(rows, func(a, b foretelling) int { return cmp.Compare(b.share, a.share) })
	top := max(1, len(rows)/10)
	hits, area, above := 0, 0.0, 0
	for i := 0; i < len(rows); {
		yes, no := 0, 0
		for j := i; j < len(rows) && rows[j].share == rows[i].share; j++ {
			if rows[j].is {
				yes++
			} else {
				no++
			}
		}
		area += float64(no) * (float64(above) + float64(yes)/2)
		above += yes
		i += yes + no
	}
	for _, r := range rows[:top] {
		if r.is {
			hits++
		}
	}
	area /= float64(positives) * float64(negatives)
	times := (float64(hits) / float64(top)) / (float64(positives) / float64(len(rows)))
	return &area, &times
}
