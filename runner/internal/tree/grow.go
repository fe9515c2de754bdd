package tree

import (
	"cmp"
	"math/bits"
	"slices"
)

// Limits keep a tree small.
type Limits struct {
	MaxDepth int // questions from the root to a leaf
	MinLeaf  int // rows in a leaf, at least 1
}

// Node is a question or, without children, a leaf.
type Node struct {
	// Column is the place of the column asked in the dataset; -1 in a leaf.
	Column int
	// AtMost is the threshold for a number column, Is the value for a text one.
	AtMost float64
	Is     string
	code   uint32 // of the last value that goes left, or of Is
	// Left and Right are the places of the children; 0 in a leaf.
	Left, Right int
	Rows        int
	Counts      []int64 // rows of each class
}

// Gini is the impurity of a node: the chance that two of its rows, drawn with
// replacement, are of different classes.
func (n *Node) Gini() float64 {
	sum := 0.0
	for _, c := range n.Counts {
		share := float64(c) / float64(n.Rows)
		sum += share * share
	}
	return 1 - sum
}

// Share is the part of a node's rows that is of a class.
func (n *Node) Share(class int) float64 { return float64(n.Counts[class]) / float64(n.Rows) }

// Class is the most frequent class of a node; the first of equally frequent
// ones.
func (n *Node) Class() int {
	best := 0
	for class, c := range n.Counts {
		if c > n.Counts[best] {
			best = class
		}
	}
	return best
}

// Grow learns a tree from some rows of a dataset, from all of them when rows
// is nil. settled is told of rows that have found their leaf; it may be nil.
// The root comes first, and each node before its children, left before right.
func Grow(d *Dataset, rows []int32, limits Limits, settled func(rows int)) []Node {
	if rows == nil {
		rows = make([]int32, d.Rows())
		for i := range rows {
			rows[i] = int32(i)
		}
	}
	g := &grower{d: d, limits: limits, settled: settled, classes: len(d.Classes)}
	size := 0
	for _, c := range d.Columns {
		size = max(size, c.size())
	}
	g.tally = make([]int64, (size+1)*g.classes)
	g.met = make([]bool, size+1)
	g.left = make([]int64, g.classes)
	g.spare = make([]int32, len(rows))
	if len(rows) > 0 {
		g.grow(slices.Clone(rows), 0)
	}
	return g.nodes
}

type grower struct {
	d       *Dataset
	limits  Limits
	settled func(int)
	classes int
	nodes   []Node

	// tally counts the rows of each value and class, met says which values
	// came and codes lists them.
	tally []int64
	met   []bool
	codes []uint32
	left  []int64
	spare []int32
}

// split is a question and how good it is: gain is the fraction that grows as
// the weighted impurity of the two sides falls.
type split struct {
	column   int
	code     uint32 // the last that goes left, or the only one that goes right
	next     uint32 // the first that goes right, for numbers
	num, den uint64
}

// better compares gains exactly.
func (s *split) better(than *split) bool {
	if than.den == 0 {
		return true
	}
	high, low := bits.Mul64(s.num, than.den)
	otherHigh, otherLow := bits.Mul64(than.num, s.den)
	return high > otherHigh || high == otherHigh && low > otherLow
}

func (g *grower) grow(rows []int32, depth int) int {
	at := len(g.nodes)
	counts := make([]int64, g.classes)
	for _, row := range rows {
		counts[g.d.class[row]]++
	}
	g.nodes = append(g.nodes, Node{Column: -1, Rows: len(rows), Counts: counts})
	pure := slices.Contains(counts, int64(len(rows)))
	if pure || depth == g.limits.MaxDepth || len(rows) < 2*g.limits.MinLeaf {
		g.settle(len(rows))
		return at
	}
	var best split
	for i := range g.d.Columns {
		g.ask(i, rows, counts, &best)
	}
	if best.den == 0 {
		g.settle(len(rows))
		return at
	}
	asked := Node{Column: best.column, code: best.code, Rows: len(rows), Counts: counts}
	c := g.d.Columns[best.column]
	if c.Numeric {
		asked.AtMost = c.between(best.code, best.next)
		// Values that no row here has may lie below the threshold too.
		asked.code = c.last(asked.AtMost)
	} else {
		asked.Is = c.texts[best.code]
	}
	middle := g.part(c, rows, asked.code)
	asked.Left = g.grow(rows[:middle], depth+1)
	asked.Right = g.grow(rows[middle:], depth+1)
	g.nodes[at] = asked
	return at
}

func (g *grower) settle(rows int) {
	if g.settled != nil {
		g.settled(rows)
	}
}

// between is the threshold half-way between two values, or the lower one where
// only empty ones are above it.
func (c *Column) between(low, high uint32) float64 {
	if int(high) == len(c.numbers) {
		return c.numbers[low]
	}
	a, b := c.numbers[low], c.numbers[high]
	if middle := a/2 + b/2; a < middle && middle < b {
		return middle
	}
	return a
}

// last is the place of the greatest value that is at most t.
func (c *Column) last(t float64) uint32 {
	at, found := slices.BinarySearch(c.numbers, t)
	if !found {
		at--
	}
	return uint32(at)
}

// goesLeft says where a value goes.
func (c *Column) goesLeft(code, asked uint32) bool {
	if c.Numeric {
		return code <= asked
	}
	return code != asked
}

// part brings the rows that go left before the others and keeps their order.
func (g *grower) part(c *Column, rows []int32, asked uint32) int {
	middle, others := 0, g.spare[:0]
	for _, row := range rows {
		if c.goesLeft(c.code[row], asked) {
			rows[middle] = row
			middle++
		} else {
			others = append(others, row)
		}
	}
	copy(rows[middle:], others)
	return middle
}

// ask looks for the best question about one column.
func (g *grower) ask(column int, rows []int32, counts []int64, best *split) {
	c := g.d.Columns[column]
	g.count(c, rows)
	defer g.forget()
	if len(g.codes) < 2 {
		return
	}
	clear(g.left)
	before := int64(0)
	for i, code := range g.codes {
		tally := g.tally[int(code)*g.classes:][:g.classes]
		s := split{column: column, code: code}
		if c.Numeric {
			if i+1 == len(g.codes) {
				return
			}
			s.next = g.codes[i+1]
			for class, n := range tally {
				g.left[class] += n
				before += n
			}
			g.weigh(&s, counts, before, int64(len(rows)), best)
			continue
		}
		if int(code) == len(c.texts) {
			return
		}
		before = int64(len(rows))
		for class, n := range tally {
			g.left[class] = counts[class] - n
			before -= n
		}
		g.weigh(&s, counts, before, int64(len(rows)), best)
	}
}

// weigh takes a question whose left side is in g.left when it is better than
// the best so far.
func (g *grower) weigh(s *split, counts []int64, left, all int64, best *split) {
	right := all - left
	if least := int64(max(1, g.limits.MinLeaf)); left < least || right < least {
		return
	}
	var squares, otherSquares uint64
	for class, n := range counts {
		l := uint64(g.left[class])
		r := uint64(n) - l
		squares += l * l
		otherSquares += r * r
	}
	// The weighted impurity is 1 - (squares/left + otherSquares/right) / all.
	s.num = squares*uint64(right) + otherSquares*uint64(left)
	s.den = uint64(left) * uint64(right)
	if s.better(best) {
		*best = *s
	}
}

// count tallies the rows by value, and lists the values that came, ascending.
func (g *grower) count(c *Column, rows []int32) {
	g.codes = g.codes[:0]
	for _, row := range rows {
		code := c.code[row]
		if !g.met[code] {
			g.met[code] = true
			g.codes = append(g.codes, code)
		}
		g.tally[int(code)*g.classes+int(g.d.class[row])]++
	}
	// Reading all marks beats sorting when most values came.
	if size := c.size() + 1; len(g.codes) > size/8 {
		g.codes = g.codes[:0]
		for code, met := range g.met[:size] {
			if met {
				g.codes = append(g.codes, uint32(code))
			}
		}
		return
	}
	slices.SortFunc(g.codes, func(a, b uint32) int { return cmp.Compare(a, b) })
}

func (g *grower) forget() {
	for _, code := range g.codes {
		g.met[code] = false
		clear(g.tally[int(code)*g.classes:][:g.classes])
	}
}
