package bench

import (
	"slices"

	"callsheet/bench/ruleset"
)

// Memory is the columns that a set of rules reads, as small as they can be held
// without packing: 8 bytes a number or time, a 2-byte code a text or element of a
// list, 4 bytes for where a list begins, a bit a boolean, and a bit for whether
// there is a value. It is what evaluation by columns has to move at least.
type Memory struct {
	words [][]uint64
	codes [][]uint16
	spans [][]uint32
	// Columns is the number of fields read.
	Columns int
}

// NewMemory makes the columns that the set reads of the workload's leads.
func NewMemory(w *Workload, set Set) (*Memory, error) {
	fields, err := ruleset.Read(written(set)...)
	if err != nil {
		return nil, err
	}
	m := &Memory{Columns: len(fields)}
	for _, f := range fields {
		m.add(w, f)
	}
	return m, nil
}

// written is the sources of a set as analysts write them.
func written(set Set) []string {
	var out []string
	if set == Scoring {
		for _, rule := range ruleset.Scoring() {
			out = append(out, rule.When, rule.Points)
		}
		return out
	}
	for _, c := range conditions(set) {
		out = append(append(out, c.Include...), c.Exclude...)
	}
	return out
}

// add makes a column as long as it has to be; what stands in it does not matter.
func (m *Memory) add(w *Workload, f ruleset.Field) {
	n := len(w.Leads)
	bitmap := func() []uint64 { return slices.Repeat([]uint64{0xaaaa}, (n+63)/64) }
	m.words = append(m.words, bitmap())
	switch f.Type {
	case ruleset.Boolean:
		m.words = append(m.words, bitmap())
	case ruleset.Integer, ruleset.Number, ruleset.Time:
		m.words = append(m.words, slices.Repeat([]uint64{7}, n))
	case ruleset.TextList:
		elements := 0
		for i := range w.Leads {
			elements += len(w.Leads[i].Tags)
		}
		m.codes = append(m.codes, slices.Repeat([]uint16{7}, elements))
		m.spans = append(m.spans, slices.Repeat([]uint32{7}, n))
	default:
		m.codes = append(m.codes, slices.Repeat([]uint16{7}, n))
	}
}

// Bytes is the size of the columns.
func (m *Memory) Bytes() int {
	n := 0
	for _, c := range m.words {
		n += 8 * len(c)
	}
	for _, c := range m.codes {
		n += 2 * len(c)
	}
	for _, c := range m.spans {
		n += 4 * len(c)
	}
	return n
}

// Sum adds up all columns in a plain loop.
func (m *Memory) Sum() uint64 {
	var sum uint64
	for _, c := range m.words {
		sum += total(c)
	}
	for _, c := range m.codes {
		sum += total(c)
	}
	for _, c := range m.spans {
		sum += total(c)
	}
	return sum
}

func total[T uint16 | uint32 | uint64](column []T) (sum uint64) {
	for _, x := range column {
		sum += uint64(x)
	}
	return sum
}
