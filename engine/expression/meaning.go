package expression

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// meanings gives every distinct meaning of a vocabulary one slot: parts of different rules that mean the same share
// the slot, so that a batch computes them once.
type meanings struct {
	mu    sync.Mutex
	slots map[string]*slot
}

// maxSlots bounds the memory of a vocabulary against which expressions are compiled without end; parts beyond are
// computed without sharing.
const maxSlots = 1 << 14

// slot is the place of one meaning in the memory of a batch.
type slot struct {
	id int
	// reads are the columns on which the meaning depends, sorted.
	reads []int
	// spelled is the text column of a truth that depends on nothing else, or -1: it is computed once per distinct text.
	spelled int
	// uses counts the distinct meanings and the programs that need this one.
	uses atomic.Int32
}

// shared tells whether the result is worth keeping: more than one part needs it, or it is a result of its own.
func (s *slot) shared() bool { return s.uses.Load() > 1 }

// share gives the parts of a program their slots.
func (s *Schema) share(root node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.place(root)
	if at := root.meaning(); at != nil {
		at.uses.Add(2)
	}
}

// place gives a part and what is below it slots. What looks at the element of a list has none: its value is another
// one for every element.
func (s *Schema) place(n node) {
	if n.meaning() != nil {
		return
	}
	operands := n.children()
	for _, operand := range operands {
		s.place(operand)
	}
	cols, closed := reads(n)
	if !closed {
		return
	}
	key := phrase(n)
	at := s.slots[key]
	if at == nil {
		if len(s.slots) == maxSlots {
			return
		}
		at = &slot{id: len(s.slots), reads: cols, spelled: -1}
		_, asksOnly := n.(*emptiness)
		if n.kind() == Boolean && len(cols) == 1 && s.fields[cols[0]].Type.isText() && !asksOnly {
			at.spelled = cols[0]
		}
		s.slots[key] = at
		for _, operand := range operands {
			if below := operand.meaning(); below != nil {
				below.uses.Add(1)
			}
		}
	}
	n.settle(at)
}

// reads are the columns below a part whose operands have their slots, sorted. It is false for a part without a slot.
func reads(n node) (cols []int, closed bool) {
	add := func(col int) {
		if at, found := slices.BinarySearch(cols, col); !found {
			cols = slices.Insert(cols, at, col)
		}
	}
	switch n := n.(type) {
	case *element:
		return nil, false
	case *column:
		return []int{n.col}, true
	case *quantifier:
		walk(n.arg(1), func(part node) {
			if c, ok := part.(*column); ok {
				add(c.col)
			}
		})
		if n.arg(0).meaning() == nil {
			return nil, false
		}
		for _, col := range n.arg(0).meaning().reads {
			add(col)
		}
		return cols, true
	}
	for _, operand := range n.children() {
		if operand.meaning() == nil {
			return nil, false
		}
		for _, col := range operand.meaning().reads {
			add(col)
		}
	}
	return cols, true
}

// phrase is a text that two parts share exactly when they mean the same. Operands stand in it by their slots, and
// written out where they have none.
func phrase(n node) string {
	var k strings.Builder
	fmt.Fprintf(&k, "%T %d", n, n.kind())
	for _, word := range marks(n) {
		k.WriteByte(' ')
		k.WriteString(strconv.Quote(word))
	}
	for _, operand := range n.children() {
		if at := operand.meaning(); at != nil {
			k.WriteString(" #" + strconv.Itoa(at.id))
		} else {
			k.WriteString(" (" + phrase(operand) + ")")
		}
	}
	return k.String()
}

// marks are what tells a part from others of its kind with the same operands.
func marks(n node) []string {
	switch n := n.(type) {
	case *column:
		return []string{strconv.Itoa(n.col)}
	case *constant:
		return append([]string{
			strconv.FormatBool(n.empty), strconv.FormatBool(n.truth), strconv.FormatInt(n.whole, 10), exactly(n.real), n.text,
		}, n.list...)
	case *comparison:
		return []string{n.op}
	case *membership:
		list := append([]string{fmt.Sprint(n.ints)}, n.texts...)
		for _, x := range n.reals {
			list = append(list, exactly(x))
		}
		return list
	case *arithmetic:
		return []string{n.op}
	case *numeric:
		return []string{n.op}
	case *emptiness:
		return []string{strconv.FormatBool(n.strict)}
	case *textTest:
		return []string{n.op}
	case *match:
		return []string{n.pattern.String()}
	case *respelled:
		return []string{n.op}
	case *end:
		return []string{strconv.FormatBool(n.last)}
	case *shifted:
		return []string{exactly(n.sign)}
	case *stretch:
		return []string{exactly(n.unit)}
	case *vmCall:
		return []string{n.name}
	case *quantifier:
		return []string{n.op}
	}
	return nil
}

// exactly is every bit of a number, so that 0 and -0 differ.
func exactly(x float64) string { return strconv.FormatUint(math.Float64bits(x), 16) }
